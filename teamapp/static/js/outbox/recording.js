// What a person does with entries on this phone: adding, changing, taking back, sending again.

import { ofUser, write } from "./database.js";
import { find } from "./entries.js";
import { newId } from "./ids.js";

/**
 * Add an entry durably and delete its typed draft in the same transaction; resolve with the entry's id.
 *
 * Adding an entry again (a retry after an uncertain failure) changes nothing. If the first one was
 * sent meanwhile with another body, the second is added as its resubmission under a new id.
 */
export async function add(entry, draft) {
  try {
    await write(draft ? ["outbox", "typed_drafts"] : ["outbox"], async (tx) => {
      const outbox = tx.objectStore("outbox");
      const old = entry.replaces && (await latest(outbox, entry.replaces));
      const requests = [
        outbox.add(old ? { ...entry, replaces: old.id } : entry),
        old && outbox.put({ ...old, replaced_by: entry.id }),
        draft && tx.objectStore("typed_drafts").delete(draft),
      ];
      tx.commit(); // before this page hears of each request
      await Promise.all(requests);
    });
    return entry.id;
  } catch (error) {
    if (error.name !== "ConstraintError") throw error;
  }
  const { replaces: _known, ...patch } = entry;
  if (await revise(entry.id, patch, draft)) return entry.id;
  const sent = await find(entry.user, entry.id);
  if (sent?.body !== entry.body) {
    return add({ ...entry, id: newId(), replaces: entry.id }, draft);
  }
  if (draft) await write(["typed_drafts"], ({ store }) => store.delete(draft));
  return entry.id;
}

/** The last of a chain of resubmissions: two tabs that replace one entry must not make two visits. */
async function latest(outbox, id) {
  const entry = await outbox.get(id);
  return (entry?.replaced_by && (await latest(outbox, entry.replaced_by))) || entry;
}

async function patchEntry(outbox, id, patch) {
  const entry = await outbox.get(id);
  if (entry) await outbox.put({ ...entry, ...patch });
}

/** Change an entry that was never sent; false if it may have been. */
export const revise = (id, patch, draft) =>
  write(["outbox", "typed_drafts"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const entry = await outbox.get(id);
    if (!entry || entry.attempts > 0) return false;
    await outbox.put({ ...entry, ...patch });
    if (draft) await tx.objectStore("typed_drafts").delete(draft);
    return true;
  });

/**
 * Remove an entry that was never sent; false if it may have been sent, or was replaced already.
 *
 * Another entry that it was to replace counts again.
 */
async function remove(outbox, id) {
  const entry = await outbox.get(id);
  if (!entry || entry.attempts > 0 || entry.replaced_by) return false;
  await outbox.delete(id);
  if (entry.replaces) await patchEntry(outbox, entry.replaces, { replaced_by: undefined });
  return entry;
}

/** Throw away an entry that was never sent. */
export const discard = (id) => write(["outbox"], ({ store }) => remove(store, id));

/** Turn an entry that was never sent back into a typed draft; false as in `remove`. */
export const takeBack = (id) =>
  write(["outbox", "typed_drafts"], async (tx) => {
    const entry = await remove(tx.objectStore("outbox"), id);
    if (!entry) return false;
    const { page, place, user, body, replaces } = entry;
    await tx.objectStore("typed_drafts").put({ key: `${page}#${place}@${user}`, body, replaces });
    return true;
  });

/** Let entries that were never sent go at once, without the time to undo or to edit them. */
export const release = (user) =>
  write(["outbox"], async ({ store }) => {
    for (const entry of await ofUser(store, user, ["waiting"])) {
      if (entry.attempts === 0) await store.put({ ...entry, not_before: 0 });
    }
  });

/** Send a rejected entry once more unchanged: the obstacle may be gone by now. */
export const resend = (user, id) =>
  write(["outbox"], async ({ store }) => {
    const entry = await store.get(id);
    if (entry?.user !== user || entry.state !== "attention" || entry.replaced_by) return;
    await store.put({ ...entry, state: "waiting", not_before: 0 });
  });
