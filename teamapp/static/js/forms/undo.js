// "Saved on this phone", and for ten seconds a way to take it back.

import { find } from "../outbox/entries.js";
import { ownKey, user } from "./form.js";

export const UNDO = 10 * 1000;

let hiding;

/** Note what was saved, to say so here and on the next page. */
export function noteSaved(form, id) {
  sessionStorage.saved = JSON.stringify({ id, until: Date.now() + UNDO, key: ownKey(form) });
  showSaved();
}

/** The entry saved a moment ago, and the milliseconds left to undo it; a clock may be set back. */
export function justSaved() {
  const saved = JSON.parse(sessionStorage.saved ?? "{}");
  const rest = (saved.until ?? 0) - Date.now();
  return rest > 0 && rest <= UNDO ? { ...saved, rest } : {};
}

/** The page of another record, or of another person, says nothing of what was saved. */
function isElsewhere(key) {
  const [path, holder] = key.split(/#.*@/);
  return holder !== user() || ("key" in document.body.dataset && path !== location.pathname);
}

/** Say "saved", with the way back while the entry was not sent. */
export function showSaved() {
  const { id, key = "", rest } = justSaved();
  const toast = document.querySelector("[data-saved]");
  if (!toast) return;
  toast.hidden = !rest || isElsewhere(key);
  toast.querySelector('[data-do="undo"]')?.toggleAttribute("hidden", !id);
  clearTimeout(hiding);
  if (!toast.hidden) hiding = setTimeout(showSaved, rest);
}

/** Typing into the form ends the undo: what is taken back would overwrite its draft. */
export function endUndoOf(form) {
  const { id, until, key } = justSaved();
  if (!id || key !== ownKey(form)) return;
  sessionStorage.saved = JSON.stringify({ until, key });
  showSaved();
}

/** End the undo of an entry that was sent meanwhile. */
export async function endUndo() {
  const { id, until, key } = justSaved();
  if (!id || !(await find(user(), id))?.attempts) return;
  sessionStorage.saved = JSON.stringify({ until, key });
  showSaved();
}
