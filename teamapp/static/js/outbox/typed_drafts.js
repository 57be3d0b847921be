// The typed drafts of this phone: text of a form that was not saved yet.

import { begin, write } from "./database.js";

export async function draft(key) {
  return (await begin(["typed_drafts"])).store.get(key);
}

/** Keep a draft of the person signed in here; a page left open by another person keeps none. */
export const keepDraft = (value) =>
  write(["typed_drafts", "state"], async (tx) => {
    const here = await tx.objectStore("state").get("here");
    if (value.key.endsWith(`@${here?.user}`)) await tx.objectStore("typed_drafts").put(value);
  });

export const deleteDraft = (key) => write(["typed_drafts"], ({ store }) => store.delete(key));
