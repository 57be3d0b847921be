// Shows on a page what is still on this phone, and finds one's way in its lists.

import * as store from "./store.js";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const user = () => document.body.dataset.user;
const root = globalThis.document?.documentElement;
const today = () => store.stamp().slice(0, 10);
const drawnAt = () => Number(root.dataset.packed ?? performance.timeOrigin);

/** A moment as the page's language says it: 07:40, on another day 21/11 07:40 or 21 Nov 07:40. */
function moment(at) {
  const [day, time] = at.split("T");
  return `${day === today() ? "" : `${said(day)} `}${time.slice(0, 5)}`;
}

function said(day) {
  const vietnamese = root.lang === "vi";
  const shape = { day: "numeric", month: vietnamese ? "numeric" : "short" };
  return new Date(`${day}T00:00`).toLocaleDateString(vietnamese ? "vi" : "en-GB", shape);
}

// --- the bar ---------------------------------------------------------------------------------

/** The three numbers, and since when the oldest waits; a page of nobody's shows whose phone it is. */
export async function showNumbers() {
  const holder = user() || (await store.here());
  if (!holder) return 0;
  const { oldest, ...numbers } = await store.numbers(holder);
  for (const [name, n] of Object.entries(numbers)) {
    for (const place of all(`[data-n="${name}"]`)) place.textContent = n;
    root.toggleAttribute(`data-${name}`, n > 0);
  }
  for (const place of all("[data-oldest]")) place.textContent = oldest ? moment(oldest) : "";
  root.toggleAttribute("data-counted", true);
  return numbers.waiting;
}

// --- local echo ------------------------------------------------------------------------------

async function unseen() {
  const open = await store.list(user());
  const kept = await store.list(user(), ["accepted"]);
  const fresh = kept.filter((entry) => entry.settled_at > drawnAt());
  return [...open, ...fresh].filter((entry) => !entry.replaced_by);
}

/** Mark and count what the entries on this phone touch. */
export async function showEcho() {
  if (!user() || !document.querySelector("[data-key], [data-figure]")) return;
  const entries = await unseen();
  for (const element of all("[data-pending]")) element.removeAttribute("data-pending");
  for (const element of all("[data-echoed]")) element.remove();
  for (const entry of entries) {
    const found = entry.touches ? all(`[data-key="${CSS.escape(entry.touches)}"]`) : [];
    for (const element of found) echo(element, entry);
  }
  all("[data-count-scope]").forEach((scope) => count(scope, entries));
}

const RANK = ["accepted", "waiting", "attention"];
const stateOf = ({ state }) => (state === "sending" ? "waiting" : state);

function echo(element, entry) {
  const known = RANK.indexOf(element.dataset.pending);
  element.dataset.pending = RANK[Math.max(known, RANK.indexOf(stateOf(entry)))];
  const into = element.querySelector("[data-echo-into]");
  if (!into || document.querySelector(`[data-has="${CSS.escape(entry.id)}"]`)) return;
  const name = `template[data-echo="${CSS.escape(entry.kind)}"]`;
  const blank = element.querySelector(name) ?? document.querySelector(`${name}[data-for]`);
  if (blank) into.prepend(filled(blank, entry));
}

/** A copy of a template, filled from an entry by the names it asks for. */
function filled(blank, entry) {
  const copy = document.importNode(blank.content, true);
  const body = new URLSearchParams(entry.body);
  const own = { ...entry, recorded_at: moment(entry.recorded_at) };
  for (const place of all("[data-bind]", copy)) {
    const name = place.dataset.bind;
    place.textContent = own[name] ?? body.getAll(name).join(" · ");
  }
  for (const place of all("[data-for-state]", copy)) {
    place.hidden = !place.dataset.forState.split(" ").includes(entry.state);
  }
  for (const place of all("[data-for-attempts]", copy)) {
    place.hidden = Number(place.dataset.forAttempts) !== entry.attempts;
  }
  for (const element of copy.children) {
    element.dataset.echoed = entry.id;
    element.dataset.state = entry.state;
  }
  return copy;
}

/** What the commune has by now, and what is still to be sent; what it rejected is neither. */
function count(scope, entries) {
  const keys = all("[data-key]", scope);
  const total = new Set(keys.map((e) => e.dataset.key)).size;
  const done = new Set(keys.filter((e) => "done" in e.dataset).map((e) => e.dataset.key));
  const open = new Set(keys.map((e) => e.dataset.key).filter((key) => !done.has(key)));
  const within = (place) => place.closest("[data-count-scope]") === scope;
  for (const figure of all("[data-figure]", scope).filter(within)) {
    const name = figure.dataset.figure;
    const touched = (state) => new Set(entries.filter((entry) => stateOf(entry) === state &&
      entry.counts?.includes(name) && open.has(entry.touches)).map((entry) => entry.touches));
    const kept = touched("accepted");
    const more = [...touched("waiting")].filter((key) => !kept.has(key)).length;
    figure.dataset.printed ??= figure.textContent.replace(/\D/g, "");
    const known = Number(figure.dataset.printed) + kept.size;
    figure.textContent = known;
    for (const place of all(`[data-plus="${name}"]`, scope)) place.textContent = `+${more}`;
    for (const place of all(`[data-if-plus="${name}"]`, scope)) place.hidden = !more;
    for (const place of all(`[data-left="${name}"]`, scope)) {
      place.textContent = Math.max(0, total - known - more);
    }
    all("[data-stroke]", scope).forEach((stroke, n) => {
      stroke.classList.toggle("done", n < known);
      stroke.classList.toggle("pending", n >= known && n < known + more);
    });
  }
}

/** Days by which a page shows and hides itself, and marks what is of today. */
export function showDays() {
  const now = today();
  for (const element of all("[data-from], [data-until]")) {
    const { from = now, until = now } = element.dataset;
    element.hidden = now < from || now > until;
  }
  for (const element of all("[data-day]")) {
    element.classList.toggle("is-today", element.dataset.day === now);
  }
  const daysLeft = 14 - Math.floor((Date.now() - drawnAt()) / 86400000);
  for (const element of all("[data-days-left]")) element.textContent = Math.max(0, daysLeft);
}

/** Go on to the next house of a list: one that is not done, and where nobody was today. */
export function followNext() {
  if (location.hash !== "#next" || !document.querySelector('[data-follow="next"]')) return;
  const next = all("[data-key]:not([data-done], [data-pending], .is-today)")
    .find((row) => row.getClientRects().length && row.querySelector("a[href]"));
  if (next) location.replace(next.querySelector("a[href]").href);
  else history.replaceState(null, "", location.pathname);
}

// --- the outbox page -------------------------------------------------------------------------

const LISTED = { waiting: ["waiting", "sending"], attention: ["attention"], accepted: ["accepted"] };

/** Every entry on this phone, one by one. */
export async function showOutbox() {
  const places = all("[data-entries]");
  for (const place of places) {
    const name = place.dataset.entries;
    const entries = (await store.list(user(), LISTED[name] ?? [name]))
      .filter((entry) => !entry.replaced_by)
      .sort((a, b) => (a.recorded_at < b.recorded_at ? 1 : -1));
    place.replaceChildren(...entries.flatMap((entry) => {
      const blank = document.querySelector(`template[data-entry="${entry.state}"]`) ??
        document.querySelector(`template[data-entry="${name}"]`);
      return blank ? [filled(blank, entry)] : [];
    }));
    for (const n of all(`[data-count-of="${name}"]`)) n.textContent = entries.length;
    for (const note of all(`[data-empty-of="${name}"]`)) note.hidden = entries.length > 0;
  }
}

/** The entry that a button stands in. */
export const entryOf = (button) =>
  store.find(user(), button.closest("[data-echoed]")?.dataset.echoed ?? "");

// --- search ----------------------------------------------------------------------------------

const APOSTROPHE = /['’ʼ]/g;

const fold = (text) =>
  text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");

const split = (text) =>
  text.replace(APOSTROPHE, " ").split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => ` ${word}`);

/** The words of a text, each after a blank; H'Lan is "h", "lan" and "hlan". */
export function hay(text) {
  const plain = fold(text);
  const joined = plain.match(/\S*['’ʼ]\S*/g)?.map((word) => word.replace(APOSTROPHE, "")) ?? [];
  return [...split(plain), ...joined.flatMap(split)].join("");
}

/** The beginnings of words that a question asks for, as they stand in a hay. */
export const needles = (question) => split(fold(question));

const hays = new WeakMap();

function hayOf(row) {
  if (!hays.has(row)) {
    const shown = all("[data-words]", row).map((element) => element.textContent);
    hays.set(row, hay([row.dataset.search, ...shown].join(" ")));
  }
  return hays.get(row);
}

const marked = (chip) => `[data-is~="${chip.dataset.chip}"]`;

const chips = () => all('[data-chip][aria-pressed="true"]').map(marked);

const SCREEN = 15; // rows, more than one shows
let late = []; // groups that follow the next paint

/**
 * Leave visible only the rows that the search box and the chips ask for.
 *
 * A screen of them is there at the next paint and their other groups follow it: a thousand rows that
 * come back at once take a slow phone half a second.
 */
export function filter(input) {
  const list = document.querySelector(input.dataset.filter);
  const asked = needles(input.value);
  const kinds = chips();
  const groups = new Map();
  let found = 0;
  for (const row of all("[data-search]", list)) {
    const shown = kinds.every((kind) => row.matches(kind)) &&
      asked.every((word) => hayOf(row).includes(word));
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
  if (late.length) requestAnimationFrame(() => setTimeout(follow));
  for (const none of all("[data-none]")) {
    const answers = none.dataset.none === "chips" ? !asked.length : asked.length;
    none.hidden = found > 0 || !answers;
    for (const place of all("[data-query]", none)) place.textContent = input.value.trim();
  }
}

function follow() {
  for (const group of late) group.hidden = false;
  late = [];
}

/** Every row's words are gathered while the keyboard opens, not at the first key. */
async function gather(list) {
  for (const group of list.children) {
    all("[data-search]", group).forEach(hayOf);
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
