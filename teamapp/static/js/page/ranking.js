// The top of a list that is searched: the best rows, each with the person found in it.

import { all } from "./days.js";

const BEST = 50; // rows
const SCORES = 5;

const lists = new WeakMap();
const persons = new WeakMap(); // row → the person it shows, and how to show its head again

/** A list: its rows in their order, where each belongs, and those lifted to its top. */
export function listState(list) {
  if (!lists.has(list)) {
    const rows = all("[data-search]", list);
    const home = new Map(rows.map((row, n) => [row, { group: row.parentElement, n }]));
    const top = list.matches("[data-best]") ? list : list.querySelector("[data-best]");
    lists.set(list, { list, rows, home, top, lifted: new Set() });
  }
  return lists.get(list);
}

/** The best rows come first, equal ones in their own order. */
export function ranked(found) {
  const byScore = Array.from({ length: SCORES }, () => []);
  for (const hit of found) byScore[SCORES - hit[1].score].push(hit);
  return byScore.flat().slice(0, BEST);
}

/** Move rows to the top of their list, each with the person found in it. */
export function lift({ list, top, lifted }, best) {
  best.forEach(([row, { person }], n) => {
    if (top.children[n] !== row) top.insertBefore(row, top.children[n] ?? null);
    if (row.hidden) row.hidden = false;
    lifted.add(row);
    showPerson(row, person, list);
  });
}

function showPerson(row, person, list) {
  if (persons.get(row)?.person === person) return;
  persons.get(row)?.undo();
  persons.delete(row);
  if (!person) return;
  const title = row.querySelector("[data-words]");
  const head = title.textContent;
  const note = list.querySelector("template[data-found]").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-title]").textContent = head;
  title.textContent = person;
  row.querySelector("small").prepend(note);
  const undo = () => {
    note.remove();
    title.textContent = head;
  };
  persons.set(row, { person, undo });
}

/** Put the lifted rows that are not wanted at the top back where they belong. */
export function sendHome({ list, rows, home, lifted }, wanted) {
  for (const row of [...lifted].filter((one) => !wanted.has(one))) {
    lifted.delete(row);
    showPerson(row, undefined, list);
    const { group, n } = home.get(row);
    let next = n + 1;
    while (lifted.has(rows[next])) next++;
    group.insertBefore(row, rows[next]?.parentElement === group ? rows[next] : null);
  }
}
