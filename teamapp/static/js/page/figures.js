// The figures of a page: those that entries of this phone raise, and those that they take back.

import { all } from "./days.js";

export const stateOf = ({ state }) => (state === "sending" ? "waiting" : state);

/** The records that entries of this phone correct or void. */
export const struckBy = (entries) => new Set(entries.filter((entry) => entry.state !== "attention")
  .map(({ strikes }) => strikes).filter(Boolean));

/** Is a record done by a visit that no entry of this phone strikes? */
export const isDone = ({ dataset }, struck) =>
  "done" in dataset && dataset.done.split(" ").some((id) => !struck.has(id));

/** Add accepted entries to the figures and show waiting ones beside them; rejected ones count as neither. */
export function count(scope, entries) {
  const keys = all("[data-key]", scope);
  const total = new Set(keys.map((e) => e.dataset.key)).size;
  const struck = struckBy(entries);
  const done = new Set(keys.filter((e) => isDone(e, struck)).map((e) => e.dataset.key));
  const open = new Set(keys.map((e) => e.dataset.key).filter((key) => !done.has(key)));
  const within = (place) => place.closest("[data-count-scope]") === scope;
  for (const figure of all("[data-figure]", scope).filter(within)) {
    const name = figure.dataset.figure;
    const touched = (state) => new Set(entries.filter((entry) => stateOf(entry) === state &&
      entry.counts?.includes(name) && !struck.has(entry.record) &&
      open.has(entry.touches)).map((entry) => entry.touches));
    const kept = touched("accepted");
    const more = [...touched("waiting")].filter((key) => !kept.has(key)).length;
    figure.dataset.printed ??= figure.textContent.replace(/\D/g, "");
    const lost = keys.filter((e) => "done" in e.dataset && !isDone(e, struck)).length;
    const known = Number(figure.dataset.printed) - lost + kept.size;
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
