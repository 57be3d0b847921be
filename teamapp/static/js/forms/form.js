// The forms of a page: their names, the keys of their drafts, and the controls they consist of.

import { stamp } from "../outbox/database.js";
import { newId } from "../outbox/ids.js";

export const FORM = "form[data-outbox]";
/** The forms whose blocks depend on choices: those of the outbox, and those posted online. */
export const CHOOSING = `${FORM}, form[data-online]`;
export const CONTROLS = "input, select, textarea";

export const user = () => document.body.dataset.user;
export const forms = () => [...document.querySelectorAll(FORM)];

/** The id of a form; its control of the name "id" hides the property. */
export const nameOf = (form) => form.getAttribute("id") || String(forms().indexOf(form));
export const formNamed = (name) => forms().find((form) => nameOf(form) === name);

/** The record that the page, or the part of it around the form, is about. */
export const keyOf = (form) => form.closest("[data-key]")?.dataset.key;

/** The records that an element of a form is about: the first hidden value of each item around it. */
export function pathOf(element) {
  const values = [];
  for (let item = element.closest("[data-item]"); item; item = item.parentElement.closest("[data-item]")) {
    values.unshift(item.querySelector("input[type=hidden]")?.value);
  }
  return values.join("/");
}

/** The key of the typed draft that a form offers. */
export const ownKey = (form) => `${location.pathname}#${nameOf(form)}@${user()}`;

export const banner = (form) => form.querySelector("[data-draft]");

/** The key to keep a draft under; none beside a reopened entry, where another draft waits. */
export const draftKey = (form) => banner(form) && !("beside" in form.dataset) && ownKey(form);

/** Form → the entry opened in it, which saving changes or replaces. */
export const opened = new WeakMap();
/** Form → the id of the entry that saving it adds; a retry after a failure uses it again. */
export const entryIds = new WeakMap();
/** The forms that are being saved. */
export const saving = new WeakSet();

export const isHidden = (input) => input.type === "hidden";
export const isChoice = ({ type }) => type === "radio" || type === "checkbox";
const isUntouched = (input) => !("touched" in input.dataset);

export function isFilled(control) {
  if (control.disabled || isHidden(control) || "quiet" in control.dataset) return false;
  return isChoice(control) ? control.checked : control.value.trim() !== "";
}

export function newIds(root) {
  for (const input of root.querySelectorAll("[data-new-id]")) input.value = newId();
}

/** Set untouched times to the phone's clock; hidden ones are set on saving. */
export function fillNow(form, which = isUntouched) {
  const inputs = [...form.querySelectorAll("input[data-now]")].filter(which);
  for (const input of inputs) input.value = stamp().slice(0, 16);
}

export function unfold(control) {
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}

/** Does any "name=value|value" match the choices? A "*" in a name stands for any text. */
function isChosen(asked, chosen) {
  const [pattern, values] = asked.split("=");
  const [before, ...after] = pattern.split("*");
  const isNamed = (name) => after.length
    ? name.startsWith(before) && name.endsWith(after[after.length - 1])
    : name === pattern;
  return chosen.some(([name, value]) => isNamed(name) && values.split("|").includes(value));
}

/** Show the blocks that the choices ask for; controls of hidden blocks are not sent. */
export function reveal(form) {
  const blocks = [...form.querySelectorAll("[data-show-if]")];
  for (let pass = 0, moved = true; moved && pass < 4; pass++) {
    moved = false;
    const chosen = [...new FormData(form)].filter(([, value]) => value);
    for (const block of blocks) {
      const hidden = !block.dataset.showIf.split(" ").some((asked) => isChosen(asked, chosen));
      moved ||= block.hidden !== hidden;
      block.hidden = hidden;
    }
    for (const block of [...blocks, ...form.querySelectorAll("[data-item]")]) {
      for (const control of block.querySelectorAll(CONTROLS)) {
        control.disabled = Boolean(control.closest("[data-show-if][hidden], [data-shut]"));
      }
    }
  }
}
