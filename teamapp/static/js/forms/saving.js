// Saves a form as an entry of the outbox: on this phone first, always.

import { stamp, withTimeout } from "../outbox/database.js";
import { newId } from "../outbox/ids.js";
import { add, revise } from "../outbox/recording.js";
import { bodyOf } from "./body.js";
import {
  CONTROLS, draftKey, entryIds, fillNow, isHidden, keyOf, nameOf, newIds, opened, ownKey, pathOf,
  reveal, saving, user,
} from "./form.js";
import { keepDrafts } from "./typed_drafts.js";
import { UNDO, justSaved, noteSaved } from "./undo.js";

const answer = (input) => input.labels[0]?.textContent.trim().replace(/\s+/g, " ");
const chosen = (form, name) => [...form.querySelectorAll(`[data-${name}]:checked:enabled`)];

/** The outcome of a form, as its choices call it. */
const saidIn = (form) =>
  [form.dataset.say, ...chosen(form, "say").map(answer)].filter(Boolean).join(" · ");

/** The answers about a form's items: the item, the answer in words, and what it means for the next form. */
const marksIn = (form) => chosen(form, "mark").map((input) => {
  const question = input.closest("fieldset")?.querySelector("legend")?.textContent.trim();
  return { of: pathOf(input), said: `${question}: ${answer(input)}`, value: input.value,
    mark: input.dataset.mark };
});

function countsOf(form, submitter) {
  const counting = form.querySelectorAll(
    "[data-count]:checked:enabled, [data-count][type=hidden]:enabled");
  const counts = [form, submitter, ...counting].map((element) => element?.dataset.count);
  return [...new Set(counts.filter(Boolean))];
}

function entryFrom(form, submitter) {
  const { outbox, form: version, next, touches = keyOf(form) } = form.dataset;
  const said = saidIn(form);
  const label = [form.closest("[data-label]")?.dataset.label, said].filter(Boolean).join(" · ");
  if (!entryIds.has(form)) entryIds.set(form, newId());
  return {
    id: entryIds.get(form), user: user(), kind: outbox, form: Number(version ?? 1),
    body: bodyOf(form, submitter), recorded_at: stamp(), after: [], replaces: null,
    record: form.querySelector("[data-record]")?.value,
    strikes: form.querySelector("[data-strikes]")?.value, label, said, marks: marksIn(form), touches,
    counts: countsOf(form, submitter), next,
    page: location.pathname, place: nameOf(form), section: form.closest("section[id]")?.id,
    state: "waiting", attempts: 0, not_before: Date.now() + UNDO,
  };
}

/** Say that saving failed, also where storage fails for another purpose. */
export function tellFailure(error) {
  document.querySelector("[data-save-failed]")?.toggleAttribute("hidden", !error);
  if (error) console.error(error);
}

export async function save(form, submitter) {
  if (saving.has(form) || isPressedAgain(form)) return;
  saving.add(form);
  tellFailure(null);
  if (!entryIds.has(form)) fillNow(form, isHidden); // a retry keeps its times
  const entry = entryFrom(form, submitter);
  try {
    const id = await withTimeout(keep(form, entry));
    await saved(form, entry, id);
  } catch (error) {
    tellFailure(error);
  } finally {
    saving.delete(form);
    keepDrafts().catch(console.error);
  }
}

/** A second tap on a form without controls, while the first may be undone, is no second visit. */
export function isPressedAgain(form) {
  const asks = (control) => control.matches(CONTROLS) && !isHidden(control);
  return !opened.has(form) && justSaved().key === ownKey(form) && ![...form.elements].some(asks);
}

/** Change an entry that was never sent in place; add a resubmission of one that was. */
async function keep(form, entry) {
  const old = opened.get(form);
  const { id, after, replaces, ...patch } = entry;
  if (old && (await revise(old.id, patch, draftKey(form)))) return null;
  return add({ ...entry, after: old?.after ?? [], replaces: old?.id ?? null }, draftKey(form));
}

async function saved(form, { next }, id) {
  noteSaved(form, id);
  await painted();
  clear(form);
  document.dispatchEvent(new Event("outbox"));
  const url = new URL(next ?? location.pathname, location.href);
  if (url.pathname + url.search !== location.pathname + location.search) location.assign(url);
  else if (url.hash !== location.hash) location.replace(url.hash || "#"); // Back does not lead here
}

/** Resolve when "saved" has been painted, before anything else is drawn. */
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });

/** Make the form blank again, with new ids. */
export function clear(form) {
  entryIds.delete(form);
  opened.delete(form);
  delete sessionStorage.held; // it waits for its undo, as each
  delete form.dataset.dirty;
  delete form.dataset.beside;
  form.reset();
  for (const element of form.querySelectorAll("[data-added], [data-flaw]")) element.remove();
  for (const element of form.querySelectorAll("[aria-invalid]")) element.ariaInvalid = null;
  for (const button of form.querySelectorAll("[data-n]")) delete button.dataset.n;
  for (const input of form.querySelectorAll("[data-touched]")) delete input.dataset.touched;
  for (const note of form.querySelectorAll("[data-rejected], [data-draft], [data-ask]")) note.hidden = true;
  newIds(form);
  fillNow(form);
  reveal(form);
}
