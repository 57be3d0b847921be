// The search box and the chips of a list.

import { all } from "./days.js";
import { lift, ranked, sendHome, listState } from "./ranking.js";
import { indexed, match, needles } from "./words.js";

const SCREEN = 10; // rows: as many as fit on one
const CHUNK = 50; // rows whose words are collected at once

const indexes = new WeakMap();
let rest; // what is drawn after the next paint

function indexOf(row, input) {
  if (!indexes.has(row)) {
    const [title, ...places] = all("[data-words]", row).map((element) => element.textContent);
    const place = [row.dataset.search, ...places].join(" ");
    const family = row.dataset.family?.split(";") ?? [];
    indexes.set(row, indexed({ title, place, label: input.dataset.number, family }));
  }
  return indexes.get(row);
}

const hasMark = (chip) => `[data-is~="${chip.dataset.chip}"]`;

const chips = () => all('[data-chip][aria-pressed="true"]').map(hasMark);

function findRows({ rows }, input, asked) {
  const kinds = chips();
  const found = new Map();
  for (const row of rows) {
    const hit = kinds.every((kind) => row.matches(kind)) && match(indexOf(row, input), asked);
    if (hit) found.set(row, hit);
  }
  return found;
}

/** Show the rows found and the groups they lie in, at first only as many as fit on a screen. */
function revealRows({ list, rows }, found, limit) {
  const groups = new Map();
  for (const row of rows) {
    const shown = found.has(row);
    if (row.hidden === shown) row.hidden = !shown;
    groups.set(row.parentElement, (groups.get(row.parentElement) ?? 0) + shown);
  }
  groups.delete(list);
  const late = [];
  let drawn = 0;
  for (const [group, shown] of groups) {
    group.hidden = !shown || drawn >= limit;
    if (shown && group.hidden) late.push(group);
    drawn += shown;
  }
  return () => late.forEach((group) => (group.hidden = false));
}

/** The first screen is painted before the rest: drawing a thousand rows takes half a second. */
function afterPaint(work) {
  rest = work;
  requestAnimationFrame(() => setTimeout(() => rest === work && work()));
}

/** Show the rows that match the search box and the chips, the best first where the list ranks them. */
function filter(input) {
  const list = document.querySelector(input.dataset.filter);
  const state = listState(list);
  const asked = needles(input.value);
  const found = findRows(state, input, asked);
  const best = asked.length && state.top ? ranked(found) : [];
  const wanted = new Set(best.map(([row]) => row));
  const isGrouped = best.length && state.top !== list;
  const finish = () => {
    sendHome(state, wanted);
    lift(state, best);
    const isAll = isGrouped && found.size === best.length; // the groups stay hidden
    return isAll ? undefined : revealRows(state, found, isGrouped ? Infinity : SCREEN);
  };
  if (isGrouped) {
    for (const row of state.lifted) row.hidden = !wanted.has(row);
    lift(state, best.slice(0, SCREEN));
    for (const group of list.children) group.hidden = group !== state.top;
  }
  afterPaint(isGrouped ? finish : finish());
  showNone(found.size, asked, input.value.trim());
}

function showNone(found, asked, query) {
  for (const none of all("[data-none]")) {
    const answers = none.dataset.none === "chips" ? !asked.length : asked.length;
    none.hidden = found > 0 || !answers;
    for (const place of all("[data-query]", none)) place.textContent = query;
  }
}

/** Collect every row's words while the keyboard opens, not at the first key. */
async function gather({ rows }, input) {
  for (let n = 0; n < rows.length; n++) {
    indexOf(rows[n], input);
    if (n % CHUNK === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}

export function startSearch() {
  document.addEventListener("input", ({ target }) =>
    target.matches("input[data-filter]") && filter(target));
  const input = document.querySelector("input[data-filter]");
  if (!input) return;
  for (const chip of all("[data-chip]")) {
    for (const n of all("[data-chip-count]", chip)) {
      n.textContent = all(hasMark(chip)).length;
    }
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      filter(input);
    });
  }
  if (input.value) filter(input);
  const list = document.querySelector(input.dataset.filter);
  input.addEventListener("focus", () => gather(listState(list), input), { once: true });
}
