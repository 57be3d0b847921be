// The entries of the outbox: reading them, sending them, settling them by the server's answers.

import { STATES, UNSETTLED, begin, get, ofUser, set, write } from "./database.js";
import { settleEnvelopes } from "./envelopes.js";
import { DAY } from "./protocol.js";
import { isForgotten, toResend } from "./times.js";

const OF_PERSON_HERE = ["net", "pace"];

/** The entries of a person in the given states. */
export async function list(user, states = UNSETTLED) {
  return ofUser((await begin(["outbox"])).store, user, states);
}

/** One entry of a person. */
export async function find(user, id) {
  const entry = await (await begin(["outbox"])).store.get(id);
  return entry?.user === user ? entry : undefined;
}

/**
 * The three numbers of the bar, when the oldest waiting entry was recorded, and how many are sealed.
 *
 * An entry and its resubmission count once, even while the first is still being sent.
 */
export async function numbers(user) {
  const tx = await begin(["outbox", "envelopes"]);
  const store = tx.objectStore("outbox");
  const [accepted, open, sealed] = await Promise.all([
    store.index("user_state").count([user, "accepted"]), ofUser(store, user, UNSETTLED),
    tx.objectStore("envelopes").index("state").count("waiting"),
  ]);
  const latest = open.filter((entry) => !entry.replaced_by);
  const waiting = latest.filter((entry) => entry.state !== "attention");
  const attention = latest.filter((entry) => entry.state === "attention");
  const oldest = waiting.map((entry) => entry.recorded_at).sort()[0] ?? null;
  return { waiting: waiting.length, accepted, attention: attention.length, sealed, oldest };
}

/** Choose a batch and mark it as being sent, in one transaction. */
export const startSending = (user, choose) =>
  write(["outbox"], async ({ store }) => {
    const all = await ofUser(store, user, UNSETTLED);
    const batch = choose(all);
    for (const entry of batch) {
      await store.put({ ...entry, state: "sending", attempts: entry.attempts + 1 });
    }
    return { batch, all };
  });

/**
 * Apply an answer in one transaction; an accepted entry is never changed.
 *
 * Values about sending are dropped if another person signed in here meanwhile.
 */
export const settle = (user, { changes = [], envelopes = [], values = {}, resend }) =>
  write(["outbox", "envelopes", "state"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const state = tx.objectStore("state");
    await settleEnvelopes(tx.objectStore("envelopes"), envelopes, await state.get("epoch"), values);
    if (resend) {
      const kept = resend(await ofUser(outbox, user, ["accepted"]));
      for (const entry of kept) await outbox.put({ ...entry, state: "waiting", not_before: 0 });
    }
    for (const [id, patch] of changes) {
      const entry = await outbox.get(id);
      if (entry?.user !== user || entry.state === "accepted") continue;
      await outbox.put({ ...entry, ...patch });
      if (patch.state === "accepted") await dropReplaced(outbox, entry);
    }
    const hasLeft = (await state.get("here"))?.user !== user;
    for (const [key, value] of Object.entries(values)) {
      if (!hasLeft || !OF_PERSON_HERE.includes(key)) await state.put(value, key);
    }
  });

/** Add accepted entries that this phone does not have: they are only listed, never sent. */
export const addAccepted = (user, lines) => lines.length && write(["outbox"], async ({ store }) => {
  for (const { entry: id, status: state, settled_at, ...line } of lines) {
    if (await store.get(id)) continue;
    await store.add({ ...line, id, user, state, listed: true, after: [], settled_at: Date.parse(settled_at) });
  }
});

/** An accepted resubmission settles what it replaces; entries `after` that follow it instead. */
async function dropReplaced(outbox, { id, user, replaces }) {
  const old = replaces && (await outbox.get(replaces));
  if (!old) return;
  await outbox.delete(replaces);
  for (const entry of await ofUser(outbox, user, STATES)) {
    if (!entry.after.includes(replaces)) continue;
    const after = entry.after.map((link) => (link === replaces ? id : link));
    await outbox.put({ ...entry, after });
  }
  await dropReplaced(outbox, { id, user, replaces: old.replaces });
}

/** Delete accepted entries and envelopes that are old enough. */
export const forget = (user, isOld) =>
  write(["outbox", "envelopes"], async (tx) => {
    const [outbox, sealed] = [tx.objectStore("outbox"), tx.objectStore("envelopes")];
    for (const entry of await ofUser(outbox, user, ["accepted"])) {
      if (isOld(entry)) await outbox.delete(entry.id);
    }
    for (const one of await sealed.index("state").getAll("accepted")) {
      if (isOld({ settled_at: one.sealed_at, ...one })) await sealed.delete(one.id);
    }
  });

/**
 * Store the server's epoch from a pack; true if it is another one.
 *
 * A phone with an empty outbox hears of a restore by its pages alone.
 */
export async function meetEpoch(user, epoch, serverTime) {
  const known = await get(`epoch-${user}`);
  if (known === epoch) return false;
  await settle(user, epochChange(user, known, epoch, serverTime));
  return true;
}

/** What an epoch changes: a restored server may have lost accepted entries, which are sent again. */
export const epochChange = (user, known, epoch, serverTime) => ({
  values: { epoch, [`epoch-${user}`]: epoch },
  resend: known && known !== epoch && ((kept) => toResend(kept, ageingTime(serverTime))),
});

/** The time by which entries age: a clock that runs ahead ages none, even for an hour. */
const ageingTime = (serverTime) => Math.min(Date.now(), Date.parse(serverTime));

/** Forget old entries, at most once a day. */
export async function forgetOld(user, serverTime) {
  const now = ageingTime(serverTime);
  if (Math.abs(now - (await get("swept"))) < DAY) return;
  await forget(user, (entry) => isForgotten(entry, now));
  await set({ swept: now });
}
