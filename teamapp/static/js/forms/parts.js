// The parts of a form that come from templates: of its own page, or of a kept page of blank forms.

import { CHOOSING, FORM, fillNow, newIds, reveal } from "./form.js";

const sources = new Map();
let source;

async function template(name, from = source) {
  const own = document.getElementById(`part-${name}`);
  if (own || !from) return own;
  source = from;
  if (!sources.has(from)) sources.set(from, fetchParts(from));
  try {
    return (await sources.get(from)).getElementById(`part-${name}`);
  } catch {
    sources.delete(from);
    return null;
  }
}

async function fetchParts(from) {
  const response = await fetch(from, { headers: { "X-Kept": "1" } });
  if (!response.ok || response.redirected) throw new TypeError(from);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function grow(part, marks) {
  const box = document.createElement("template");
  box.innerHTML = Object.entries(marks).reduce(
    (html, [mark, value]) => html.replaceAll(mark, value), part.innerHTML);
  newIds(box.content);
  return box.content;
}

/** Insert the parts that are visible, or all of a form's. */
export async function openParts(form) {
  const isShown = (element) => form || element.getClientRects().length;
  const root = form ?? document;
  let isGrown = false;
  for (let filled = true; filled;) {
    filled = false;
    for (const slot of [...root.querySelectorAll("[data-part]")].filter(isShown)) {
      const part = await template(slot.dataset.part, slot.dataset.source);
      if (!part || !slot.isConnected) continue;
      slot.replaceWith(grow(part, { __prefix__: slot.dataset.prefix ?? "" }));
      filled = isGrown = true;
    }
  }
  if (isGrown) document.dispatchEvent(new Event("grown"));
}

export async function addItem(button) {
  const part = await template(button.dataset.add, button.dataset.source);
  if (!part) return null;
  const n = Number(button.dataset.n ?? 0);
  button.dataset.n = n + 1;
  const fresh = grow(part, { __prefix__: button.dataset.prefix ?? "", __n__: n });
  const added = [...fresh.children];
  for (const element of added) element.dataset.added = button.dataset.add;
  button.before(fresh);
  await settleIn(button.form ?? button.closest(FORM));
  return added[0];
}

/** Open the folds of a form that a button names, and go to the first in sight. */
export function openAll({ form, dataset }) {
  const folds = [...form.querySelectorAll(dataset.all)];
  for (const fold of folds) fold.open = true;
  folds.find((fold) => fold.getClientRects().length)?.querySelector("input").focus();
}

/** Add the items that a body needs and the form does not show yet. */
export async function growFor(form, params) {
  const seen = new Set(); // an item may bring buttons of its own
  const next = () => [...form.querySelectorAll('[data-do="add"]')].find((one) => !seen.has(one));
  for (let button = next(); button; button = next()) {
    seen.add(button);
    const part = await template(button.dataset.add, button.dataset.source);
    const names = [...(part?.content.querySelectorAll("[name]") ?? [])].map((e) =>
      e.getAttribute("name").replaceAll("__prefix__", button.dataset.prefix ?? "").split("__n__"));
    const numbers = [...params.keys()].flatMap((key) => names
      .filter(([before, after]) => after !== undefined && key.startsWith(before) && key.endsWith(after))
      .map(([before, after]) => Number(key.slice(before.length, key.length - after.length))));
    const most = Math.max(-1, ...numbers.filter(Number.isInteger));
    while (Number(button.dataset.n ?? 0) <= most) await addItem(button);
  }
}

export function fillOptions(form) {
  for (const select of form.querySelectorAll("select[data-options-from]")) {
    const known = new Set([...select.options].map((option) => option.value));
    for (const found of document.querySelectorAll(select.dataset.optionsFrom)) {
      const { value = found.value } = found.dataset;
      const name = found.dataset.name ?? found.closest("fieldset")?.querySelector("legend").textContent;
      if (!known.has(value)) select.add(new Option(name, value));
    }
  }
}

async function settleIn(form) {
  await openParts();
  fillOptions(form);
  fillNow(form, (input) => !input.value);
  reveal(form);
}

export async function settleInAll() {
  await openParts();
  for (const form of document.querySelectorAll(CHOOSING)) await settleIn(form);
}

/** A block that has just been revealed may have parts of its own. */
export async function revealMore(form) {
  reveal(form);
  await openParts();
  reveal(form);
}
