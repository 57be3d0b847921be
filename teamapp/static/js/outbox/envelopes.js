// Entries of people who signed out on this phone, sealed so that only the server can read them.

import { successors, wire } from "./batch.js";
import { SEALING, STATES, begin, ofUser, set, write } from "./database.js";
import { device, newId } from "./ids.js";
import { seal } from "./sealing.js";

const TRIES = 5;

/** The envelopes that wait to be sent, of any person. */
export async function envelopes() {
  return (await begin(["envelopes"])).store.index("state").getAll("waiting");
}

/** Apply an answer's patches; a restored server may have lost accepted envelopes, which wait again. */
export async function settleEnvelopes(store, patches, known, { epoch = known }) {
  const lost = known && known !== epoch ? await store.index("state").getAll("accepted") : [];
  for (const one of lost) await store.put({ ...one, state: "waiting" });
  for (const [id, patch] of patches) {
    const one = await store.get(id);
    if (one) await store.put({ ...one, ...patch });
  }
}

/**
 * Seal the entries of people who are not signed in here.
 *
 * They are read again until none is left, since an answer may arrive meanwhile. Without the server's
 * key or the browser's cryptography they stay unsealed.
 */
export async function sealAbsent() {
  const phone = await device();
  let left = true;
  for (let tries = 0; left && tries < TRIES; tries++) {
    left = false;
    for (const { user, key, entries } of await absent()) {
      if (!key || !globalThis.crypto?.subtle) continue;
      const about = { device: phone, user: Number(user), latest: successors(entries) };
      const now = Date.now();
      const sealed = await Promise.all(entries.map(async (entry, n) =>
        [entry, !entry.listed && await envelope(entry, key, { ...about, sealed_at: now + n })]));
      left = !(await putAway(user, sealed)) || left;
    }
  }
  await set({ leaving: left });
}

/** The unsealed entries of people not signed in here, oldest first: [{user, key, entries}]. */
async function absent() {
  const tx = await begin(["outbox", "typed_drafts", "state"]);
  const state = tx.objectStore("state");
  const [entries, drafts, keys, here] = await Promise.all([
    tx.objectStore("outbox").getAll(), tx.objectStore("typed_drafts").getAllKeys(),
    state.getAllKeys(), state.get("here"),
  ]);
  const users = new Set([
    ...entries.map((entry) => entry.user), ...drafts.map((key) => key.split("@").pop()),
    ...keys.filter((key) => key.startsWith(SEALING)).map((key) => key.slice(SEALING.length)),
  ]);
  users.delete(here?.user);
  entries.sort((a, b) => (a.recorded_at < b.recorded_at ? -1 : 1));
  return Promise.all([...users].map(async (user) => ({
    user, key: await state.get(SEALING + user),
    entries: entries.filter((entry) => entry.user === user),
  })));
}

/** Accepted and replaced entries wait as spares: they are sent only if the server lost them. */
async function envelope(entry, sealing, { device, user, latest, sealed_at }) {
  const [kid, key, proof] = sealing.split(" ");
  const { state, settled_at = null, replaced_by } = entry;
  const sent = wire(entry);
  sent.after = sent.after.map(latest); // a replaced entry is sent no more
  const letter = { v: 1, user, device, proof, state, settled_at, entry: sent };
  const isSpare = state === "accepted" || replaced_by;
  return {
    id: newId(), kid, sealed: await seal(key, letter),
    state: isSpare ? "accepted" : "waiting", sealed_at, not_before: 0,
  };
}

/**
 * Replace a person's entries by envelopes; delete their typed drafts and at the end their key.
 *
 * An entry that was changed or settled meanwhile stays; false if any is left.
 */
const putAway = (user, sealed) =>
  write(["outbox", "typed_drafts", "envelopes", "state"], async (tx) => {
    const [outbox, drafts] = [tx.objectStore("outbox"), tx.objectStore("typed_drafts")];
    const state = tx.objectStore("state");
    if ((await state.get("here"))?.user === user) return true;
    for (const [entry, envelope] of sealed) {
      if (JSON.stringify(await outbox.get(entry.id)) !== JSON.stringify(entry)) continue;
      await outbox.delete(entry.id);
      if (envelope) await tx.objectStore("envelopes").add(envelope);
    }
    for (const key of await drafts.getAllKeys()) {
      if (key.endsWith(`@${user}`)) await drafts.delete(key);
    }
    const left = await ofUser(outbox, user, STATES);
    if (!left.length) {
      await Promise.all([SEALING, "epoch-"].map((name) => state.delete(name + user)));
    }
    return !left.length;
  });
