// Opens an entry again in the form it was written in, to change or resubmit it.

import { find } from "../outbox/entries.js";
import { revise } from "../outbox/recording.js";
import { draft } from "../outbox/typed_drafts.js";
import { refill } from "./body.js";
import { FORM, banner, formNamed, opened, ownKey, unfold, user } from "./form.js";
import { tellMistake } from "./mistakes.js";
import { clear, save } from "./saving.js";

const HELD = 2 * 60 * 1000;
const HOLD_AGAIN = 30 * 1000;

let holding;

/** Go to the form of an entry; on its own page a reload draws the form blank first. */
export function reopen({ id, page, section }) {
  sessionStorage.reopened = id;
  const isHere = page === location.pathname;
  location.assign(section ? `${page}#${section}` : page);
  if (isHere && section) location.reload();
}

/** Hold an entry back while its form is open, not much longer where this page dies meanwhile. */
function hold(form, id) {
  const again = () => sessionStorage.held === id && revise(id, { not_before: Date.now() + HELD });
  sessionStorage.held = id;
  holding = { form, timer: setInterval(again, HOLD_AGAIN) };
  return again();
}

/** The form was left, by its “back” or for another page: its entry goes as it was saved. */
export async function endHold() {
  if (holding?.form.getClientRects().length) return;
  clearInterval(holding?.timer);
  const { held } = sessionStorage;
  delete sessionStorage.held;
  if (held && (await revise(held, { not_before: 0 }))) {
    document.dispatchEvent(new Event("outbox"));
  }
}

/** Say beside its fields why an entry was rejected; false if no field of the form is named. */
function tellFields(form, { fields }) {
  const controls = Object.entries(fields ?? {}).flatMap(([name, [sentence]]) =>
    [...form.elements].filter((control) => control.name === name).slice(0, 1)
      .map((control) => [control, sentence]));
  for (const [control, sentence] of controls) {
    unfold(control);
    tellMistake(control, sentence);
  }
  return controls.length > 0;
}

function tellReason(form, { reason }) {
  const note = form.querySelector("[data-rejected]");
  if (!note || !reason) return;
  note.hidden = false;
  (note.querySelector("[data-reason]") ?? note).textContent = reason;
}

/** Fill the form of the entry that `reopen` named, hold the entry back, and show why it was rejected. */
export async function fillReopened() {
  await endHold();
  const id = sessionStorage.reopened;
  delete sessionStorage.reopened;
  const entry = id && (await find(user(), id));
  const form = entry && formNamed(entry.place);
  if (!form) return;
  opened.set(form, entry);
  await hold(form, id);
  await refill(form, entry.body);
  document.dispatchEvent(new Event("grown")); // its own answers are open again
  const kept = banner(form) && (await draft(ownKey(form)));
  if (kept && kept.replaces !== id) form.dataset.beside = "";
  if (!tellFields(form, entry)) tellReason(form, entry);
}

/** Open a recorded visit as it was recorded, to correct it or take it back. */
export async function openVersion(button) {
  const { version, body } = button.closest("[data-version]").dataset;
  location.hash = button.dataset.opens;
  for (const form of document.querySelectorAll(`section:target ${FORM}`)) {
    clear(form);
    await refill(form, form.matches("[data-refill]") ? body : "");
    form.querySelector("[data-strikes]").value = version;
  }
}

/** Take an entry back that may have been sent: another one settles it, or voids what it made. */
export async function voidEntry(entry) {
  const form = document.querySelector("form[data-voids]");
  form.querySelector("[data-strikes]").value = entry.record;
  opened.set(form, entry);
  await save(form);
}
