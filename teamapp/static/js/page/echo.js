// Local echo: shows on a page the entries of this phone that the server has not drawn there yet.

import { entryIds, forms, opened, pathOf, reveal, user } from "../forms/form.js";
import { STATES } from "../outbox/database.js";
import { list } from "../outbox/entries.js";
import { all, drawnAt, moment } from "./days.js";
import { count, stateOf } from "./figures.js";

/** The entries that the page does not contain yet. */
async function unseenEntries() {
  const isFresh = ({ state, settled_at }) => state !== "accepted" || settled_at > drawnAt();
  return (await list(user(), STATES)).filter((entry) => isFresh(entry) && !entry.replaced_by);
}

/** Mark and count the records that entries on this phone touch. */
export async function showEcho() {
  if (!user() || !document.querySelector("[data-key], [data-figure]")) return;
  const entries = await unseenEntries();
  for (const element of all("[data-pending]")) element.removeAttribute("data-pending");
  for (const element of all("[data-echoed]")) element.remove();
  for (const element of all("[data-about]")) element.hidden = false;
  for (const entry of entries) {
    for (const element of withKey(entry.touches)) echo(element, entry);
    if (!isDrawn(entry)) entry.marks?.forEach((mark) => echoMark(mark, entry));
  }
  forms().forEach((form) => showMarks(form, entries));
  all("[data-count-scope]").forEach((scope) => count(scope, entries));
}

const RANK = ["accepted", "waiting", "attention"];
const withKey = (key) => (key ? all(`[data-key="${CSS.escape(key)}"]`) : []);
const isDrawn = ({ record }) => document.querySelector(`[data-has="${CSS.escape(record)}"]`);

function echo(element, entry) {
  const known = RANK.indexOf(element.dataset.pending);
  element.dataset.pending = RANK[Math.max(known, RANK.indexOf(stateOf(entry)))];
  const into = element.querySelector("[data-echo-into]");
  if (!into || isDrawn(entry)) return;
  if (element !== document.body) entry.marks?.forEach((mark) => hideOld(element, mark));
  const name = `template[data-echo~="${CSS.escape(entry.kind)}"]`;
  const blank = element.querySelector(name) ?? document.querySelector(`${name}[data-for]`);
  if (blank) into.prepend(filled(blank, entry));
}

/** Hide what the server says of something that a mark is about. */
function hideOld(element, { of }) {
  for (const old of all(`[data-about="${CSS.escape(of.split("/").pop())}"]`, element)) old.hidden = true;
}

const markBlank = () => document.querySelector("template[data-echo-mark]");

/** Show an answer on the line of the person it is about. */
function echoMark(mark, entry) {
  const [key, about] = mark.of.split("/");
  for (const element of about ? withKey(key) : []) {
    element.querySelector("[data-echo-into]").append(filled(markBlank(), { ...entry, ...mark }));
    hideOld(element, mark);
  }
}

/** Close the questions of a form that an entry has answered, except those of the form's own entry. */
function showMarks(form, entries) {
  const own = [opened.get(form)?.id, entryIds.get(form)];
  const marks = entries.filter((entry) => !own.includes(entry.id) && !isDrawn(entry))
    .flatMap((entry) => (entry.marks ?? []).map((mark) => ({ ...entry, ...mark })));
  for (const item of all("[data-item]", form)) {
    const path = pathOf(item);
    const found = marks.filter(({ of }) => of === path && !of.startsWith("/")); // nobody is nameless twice
    const done = found.find(({ mark }) => mark === "done");
    item.toggleAttribute("data-shut", Boolean(done));
    if (done) item.append(filled(markBlank(), done));
    keepAnswers(item, found.filter(({ mark }) => mark === "keep"));
  }
  reveal(form);
}

/** Choose again what a person answered on this phone already. */
function keepAnswers(item, marks) {
  const inputs = all('[data-mark="keep"]', item);
  for (const input of marks.length ? [] : inputs.filter(({ dataset }) => "kept" in dataset)) {
    input.checked = false;
    delete input.dataset.kept;
  }
  const same = inputs.find(({ value }) => value === marks[marks.length - 1]?.value);
  if (!same || inputs.some((input) => input.checked)) return;
  same.checked = true;
  same.dataset.kept = "";
}

/** A copy of a template, filled from an entry by the field names in it. */
export function filled(blank, entry) {
  const copy = document.importNode(blank.content, true);
  const body = new URLSearchParams(entry.body);
  const done = entry.marks?.filter(({ mark }) => mark === "done").length;
  const isSentVisit = entry.attempts > 0 && entry.record && !entry.strikes;
  const own = { ...entry, recorded_at: moment(entry.recorded_at), done, is_sent_visit: isSentVisit };
  for (const place of all("[data-bind]", copy)) {
    const name = place.dataset.bind;
    place.textContent = own[name] ?? body.getAll(name).join(" · ");
  }
  for (const place of all("[data-if]", copy)) place.hidden = !own[place.dataset.if];
  for (const place of all("[data-for-state]", copy)) {
    place.hidden = !place.dataset.forState.split(" ").includes(entry.state);
  }
  for (const place of all("[data-for-codes], [data-but-codes]", copy)) {
    const { forCodes, butCodes } = place.dataset;
    place.hidden ||= (forCodes ?? butCodes).split(" ").includes(entry.code) !== Boolean(forCodes);
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
