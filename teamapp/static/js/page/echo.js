// Local echo: shows on a page the entries of this phone that the server has not drawn there yet.

import { user } from "../forms/form.js";
import { list } from "../outbox/entries.js";
import { all, drawnAt, moment } from "./days.js";

/** The entries that the page does not contain yet. */
async function unseenEntries() {
  const open = await list(user());
  const kept = await list(user(), ["accepted"]);
  const fresh = kept.filter((entry) => entry.settled_at > drawnAt());
  return [...open, ...fresh].filter((entry) => !entry.replaced_by);
}

/** Mark and count the records that entries on this phone touch. */
export async function showEcho() {
  if (!user() || !document.querySelector("[data-key], [data-figure]")) return;
  const entries = await unseenEntries();
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
  if (!into || document.querySelector(`[data-has="${CSS.escape(entry.record)}"]`)) return;
  const name = `template[data-echo="${CSS.escape(entry.kind)}"]`;
  const blank = element.querySelector(name) ?? document.querySelector(`${name}[data-for]`);
  if (blank) into.prepend(filled(blank, entry));
}

/** A copy of a template, filled from an entry by the field names in it. */
export function filled(blank, entry) {
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

/** Add accepted entries to the figures and show waiting ones beside them; rejected ones count as neither. */
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
