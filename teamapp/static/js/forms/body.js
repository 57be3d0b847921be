// The body of a form: what a browser would post, and the way back into the form.

import {
  CONTROLS, isChoice, isFilled, isHidden, keyOf, newIds, reveal, unfold,
} from "./form.js";
import { fillOptions, growFor, openParts } from "./parts.js";

/** The controls of the items in which nothing was filled in. */
export const idleIn = (form) => new Set([...form.querySelectorAll("[data-item]")]
  .map((item) => [...item.querySelectorAll(CONTROLS)])
  .filter((controls) => !controls.some(isFilled))
  .flat());

/** The body as a browser would post it, without the items in which nothing was filled in. */
export function bodyOf(form, submitter) {
  for (const input of form.querySelectorAll("input[data-own-key]")) input.value = keyOf(form);
  const idle = idleIn(form);
  const isPosted = (control) => control === submitter ||
    (control.matches(CONTROLS) && !control.disabled && !idle.has(control) &&
      (!isChoice(control) || control.checked));
  const lines = (value) => value.replace(/\r\n?|\n/g, "\r\n");
  const pairs = [...form.elements].filter((control) => control.name && isPosted(control))
    .flatMap((control) => valuesOf(control).map((value) => [control.name, lines(value)]));
  return new URLSearchParams(pairs).toString();
}

const valuesOf = (control) =>
  control.multiple ? [...control.selectedOptions].map(({ value }) => value) : [control.value];

/** Put a body back into its form. */
export async function refill(form, body, { newId = false } = {}) {
  await openParts(form);
  fillOptions(form);
  await growFor(form, new URLSearchParams(body));
  const values = new Map();
  for (const [name, value] of aligned(form, body)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  for (const control of form.elements) fillIn(control, values);
  if (newId) newIds(form);
  reveal(form);
}

function fillIn(control, values) {
  const given = values.get(control.name);
  if (isChoice(control)) control.checked = Boolean(given?.includes(control.value));
  else if (given && control.matches(CONTROLS)) {
    const [value = ""] = given.splice(0, 1);
    control.value = value;
    if (control.dataset.unlisted && control.value !== value) {
      control.add(new Option(control.dataset.unlisted, value, true, true));
    }
    if ("now" in control.dataset) control.dataset.touched = "";
  }
  // Not by isFilled: what an entry on this phone answered is disabled until it is opened again.
  if (isChoice(control) ? control.checked : given && !isHidden(control) && control.value) unfold(control);
}

/** A body's pairs, each renumbered as the item with the same hidden id is numbered now. */
function aligned(form, body) {
  let pairs = [...new URLSearchParams(body)];
  const marks = [...form.elements].filter((e) =>
    isHidden(e) && !("newId" in e.dataset) && !("now" in e.dataset));
  const shape = (name) => name.replace(/\d+/g, "#");
  const prefix = (name, depth) => name.match(new RegExp(`^(?:\\D*\\d+-){${depth}}`))?.[0];
  for (const depth of [1, 2]) {
    const moves = new Map();
    for (const [name, value] of pairs) {
      if (name.match(/\d+/g)?.length !== depth) continue;
      const outer = depth > 1 ? prefix(name, depth - 1) : "";
      const same = marks.filter((e) => shape(e.name) === shape(name) && e.name.startsWith(outer));
      if (!same.length) continue;
      const now = same.find((mark) => mark.value === value);
      moves.set(prefix(name, depth), now ? prefix(now.name, depth) : null);
    }
    pairs = pairs.flatMap(([name, value]) => {
      const old = prefix(name, depth);
      if (!moves.has(old)) return [[name, value]];
      return moves.get(old) === null ? [] : [[moves.get(old) + name.slice(old.length), value]];
    });
  }
  return pairs;
}
