// A member's walk from house to house: which one comes next, and the fold of those done.

import { user } from "../forms/form.js";
import { STATES, today } from "../outbox/database.js";
import { list } from "../outbox/entries.js";
import { all, drawnAt } from "./days.js";
import { isDone, struckBy } from "./figures.js";

const OPEN = ":not([data-done], [data-pending], .is-today)";
const LAST = 1e6; // rows without a place in the walk come after it

const placeOf = ({ dataset }) => Number(dataset.place ?? LAST);

/** Fold away the houses that entries of this phone have done, and draw the others in their order. */
function foldDone(fold, entries) {
  const scope = fold.closest("[data-count-scope]");
  const isNews = ({ state, settled_at }) =>
    state !== "attention" && (state !== "accepted" || settled_at > drawnAt());
  const struck = struckBy(entries);
  const finished = new Set(entries.filter((entry) => isNews(entry) && !struck.has(entry.record) &&
    entry.counts?.includes(fold.dataset.fold) && entry.recorded_at >= scope.dataset.from)
    .map((entry) => entry.touches));
  const rows = all("[data-key]", scope).sort((a, b) => placeOf(a) - placeOf(b));
  const isFolded = (row) => isDone(row, struck) || finished.has(row.dataset.key);
  const done = rows.filter(isFolded);
  fill(fold.querySelector("ul"), done);
  fill(scope.querySelector(".walk"), rows.filter((row) => !isFolded(row)));
  fold.hidden = !done.length;
  for (const place of all("[data-folded]", fold)) place.textContent = done.length;
}

function fill(place, rows) {
  const there = [...place.children];
  const isSame = rows.length === there.length && rows.every((row, n) => row === there[n]);
  if (!isSame) place.replaceChildren(...rows);
}

/** Among these houses, the one at which this phone recorded something last today. */
function lastHouse(keys, entries) {
  const own = entries.filter(({ touches, recorded_at }) =>
    keys.includes(touches) && recorded_at.startsWith(today()));
  const later = (one, other) => (one?.recorded_at > other.recorded_at ? one : other);
  return own.reduce(later, undefined)?.touches;
}

/** The next open house: in walking order after the last one, past the end to those left behind. */
function nextRow(entries) {
  const rows = all("main [data-key]").sort((a, b) => placeOf(a) - placeOf(b));
  const keys = rows.map((row) => row.dataset.key);
  const at = keys.indexOf(lastHouse(keys, entries)) + 1;
  return [...rows.slice(at), ...rows.slice(0, at)].find((row) =>
    row.matches(OPEN) && row.getClientRects().length);
}

/** The page of a house that the day's page led to last belongs to that page in the navigation. */
export function lightWalk() {
  const [page, ...paths] = sessionStorage.walk?.split(" ") ?? [];
  if (!paths.includes(location.pathname)) return;
  for (const link of all(".nav a")) link.ariaCurrent = link.pathname === page ? "page" : null;
}

/** Mark the next house of the day's page. */
export async function showNext() {
  if (!document.querySelector("[data-follow]")) return;
  const links = all("main li a:not([hidden] *)");
  sessionStorage.walk = [location, ...links].map(({ pathname }) => pathname).join(" ");
  const entries = await list(user(), STATES);
  for (const fold of all("[data-fold]")) foldDone(fold, entries);
  const next = nextRow(entries);
  for (const row of all(".is-next")) row.classList.remove("is-next");
  next?.classList.add("is-next");
  if (next?.matches(".walk > *")) next.parentElement.prepend(next);
}

/** Go on to the next house where the address asks for it. */
export async function followNext() {
  if (location.hash !== "#next" || !document.querySelector("[data-follow]")) return;
  await showNext();
  const link = document.querySelector(".is-next a[href]");
  if (link) location.replace(link.href);
  else history.replaceState(null, "", location.pathname);
}
