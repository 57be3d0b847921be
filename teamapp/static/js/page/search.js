// The search box and the chips of a list.

import { all } from "./days.js";

const APOSTROPHE = /['’‘ʼʻ′`´]/g;

/** As the server folds names: "Đ" may be another letter that looks like it. */
const fold = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\p{M}\p{Cf}]/gu, "").replace(/[đðɖ]/g, "d");

const split = (text) =>
  text.replace(APOSTROPHE, " ").split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => ` ${word}`);

/** The words of a text, each after a blank; H'Lan is "h", "lan" and "hlan". */
export function haystack(text) {
  const plain = fold(text);
  const joined = plain.match(/\S*['’‘ʼʻ′`´]\S*/g)?.map((word) => word.replace(APOSTROPHE, "")) ?? [];
  return [...split(plain), ...joined.flatMap(split)].join("");
}

/** The beginnings of words that a query asks for, as a haystack holds them. */
export const needles = (query) => split(fold(query));

const haystacks = new WeakMap();

function haystackOf(row) {
  if (!haystacks.has(row)) {
    const shown = all("[data-words]", row).map((element) => element.textContent);
    haystacks.set(row, haystack([row.dataset.search, ...shown].join(" ")));
  }
  return haystacks.get(row);
}

const marked = (chip) => `[data-is~="${chip.dataset.chip}"]`;

const chips = () => all('[data-chip][aria-pressed="true"]').map(marked);

const SCREEN = 15; // rows: more than fit on one
let late = []; // groups shown after the next paint

/**
 * Show only the rows that match the search box and the chips.
 *
 * The first screen is painted before the other groups are shown: showing a thousand rows at once takes
 * a slow phone half a second.
 */
function filter(input) {
  const list = document.querySelector(input.dataset.filter);
  const asked = needles(input.value);
  const kinds = chips();
  const groups = new Map();
  let found = 0;
  for (const row of all("[data-search]", list)) {
    const shown = kinds.every((kind) => row.matches(kind)) &&
      asked.every((word) => haystackOf(row).includes(word));
    if (row.hidden === shown) row.hidden = !shown;
    groups.set(row.parentElement, (groups.get(row.parentElement) ?? 0) + shown);
    found += shown;
  }
  groups.delete(list);
  late = [];
  let drawn = 0;
  for (const [group, shown] of groups) {
    group.hidden = !shown || drawn >= SCREEN;
    if (shown && group.hidden) late.push(group);
    drawn += shown;
  }
  if (late.length) requestAnimationFrame(() => setTimeout(showLate));
  for (const none of all("[data-none]")) {
    const answers = none.dataset.none === "chips" ? !asked.length : asked.length;
    none.hidden = found > 0 || !answers;
    for (const place of all("[data-query]", none)) place.textContent = input.value.trim();
  }
}

function showLate() {
  for (const group of late) group.hidden = false;
  late = [];
}

/** Collect every row's words while the keyboard opens, not at the first key. */
async function gather(list) {
  for (const group of list.children) {
    all("[data-search]", group).forEach(haystackOf);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

export function startSearch() {
  document.addEventListener("input", ({ target }) =>
    target.matches("input[data-filter]") && filter(target));
  const input = document.querySelector("input[data-filter]");
  if (!input) return;
  for (const chip of all("[data-chip]")) {
    for (const n of all("[data-chip-count]", chip)) {
      n.textContent = all(marked(chip)).length;
    }
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      filter(input);
    });
  }
  if (input.value) filter(input);
  const list = document.querySelector(input.dataset.filter);
  input.addEventListener("focus", () => gather(list), { once: true });
}
