// Typed drafts: text kept while somebody types, and offered again after a crash or an undo.

import { find } from "../outbox/entries.js";
import { takeBack } from "../outbox/recording.js";
import { deleteDraft, draft, keepDraft } from "../outbox/typed_drafts.js";
import { bodyOf, refill } from "./body.js";
import { FORM, banner, draftKey, entryIds, forms, opened, ownKey, saving, user } from "./form.js";
import { endUndo, justSaved, endUndoOf, showSaved } from "./undo.js";

const TYPING = 500;

let typing;

/** Keep a draft of each changed form; one that is being saved would be offered beside its entry. */
export async function keepDrafts() {
  clearTimeout(typing);
  const dirty = forms().filter((form) =>
    "dirty" in form.dataset && !saving.has(form) && draftKey(form));
  await Promise.all(dirty.map((form) =>
    keepDraft({
      key: draftKey(form), body: bodyOf(form), replaces: opened.get(form)?.id,
      entry: entryIds.get(form),
    })));
}

export async function offerDrafts() {
  for (const form of forms().filter(banner)) {
    if ("dirty" in form.dataset) continue;
    banner(form).hidden = !(await draft(ownKey(form)));
  }
}

export async function openDraft(button) {
  const form = button.closest(FORM);
  const kept = await draft(ownKey(form));
  banner(form).hidden = true;
  delete form.dataset.beside;
  opened.delete(form);
  if (!kept) return;
  const replaced = kept.replaces && (await find(user(), kept.replaces));
  await refill(form, kept.body, { newId: !replaced && !kept.entry });
  if (replaced) opened.set(form, replaced);
  else for (const note of form.querySelectorAll("[data-rejected]")) note.hidden = true;
  if (kept.entry) entryIds.set(form, kept.entry); // that save may have succeeded
  document.dispatchEvent(new Event("grown")); // its own answers are open again
  form.dataset.dirty = "";
}

export async function dropDraft(button) {
  const form = button.closest(FORM);
  banner(form).hidden = true;
  delete form.dataset.beside;
  await deleteDraft(ownKey(form));
}

export function typed({ target }) {
  const form = target.form;
  if (!form?.matches(FORM)) return;
  form.dataset.dirty = "";
  if ("now" in target.dataset) target.dataset.touched = "";
  if (draftKey(form)) banner(form).hidden = true;
  endUndoOf(form);
  clearTimeout(typing);
  typing = setTimeout(keepDrafts, TYPING);
}

/** Has a form unsaved text? It is kept as a draft when this resolves. */
export async function holdsUnsaved() {
  await keepDrafts();
  return forms().some((form) => "dirty" in form.dataset);
}

/** Take back the entry just saved: it becomes its form's draft. */
export async function undo() {
  const { id } = justSaved();
  if (!id || !(await takeBack(id))) return endUndo();
  delete sessionStorage.saved;
  showSaved();
  await offerDrafts();
  return document.dispatchEvent(new Event("outbox"));
}
