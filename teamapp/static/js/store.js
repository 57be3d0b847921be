// What this phone keeps of what was written: IndexedDB, shared by the pages and the worker.

import { openDB } from "../vendor/idb.js";

const DATABASE = "tungnha";
const VIETNAM = 7 * 3600 * 1000;

let opening;

function open() {
  opening ??= openDB(DATABASE, 1, {
    // A store is only ever added here, never dropped: it may hold somebody's work.
    upgrade(db, from) {
      if (from < 1) {
        const outbox = db.createObjectStore("outbox", { keyPath: "id" });
        outbox.createIndex("user_state", ["user", "state"]);
        db.createObjectStore("drafts", { keyPath: "key" });
        db.createObjectStore("state");
      }
    },
    blocking(_old, _new, event) {
      event.target.close();
      opening = undefined;
    },
    terminated: () => (opening = undefined),
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

async function begin(stores, mode) {
  const options = { durability: "strict" };
  try {
    return (await open()).transaction(stores, mode, options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opening = undefined;
    return (await open()).transaction(stores, mode, options);
  }
}

/** Run `work` in one transaction and resolve when it is on the disk. */
async function write(stores, work) {
  const tx = await begin(stores, "readwrite");
  tx.done.catch(() => {});
  try {
    const value = await work(tx);
    await tx.done;
    return value;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It was over already.
    }
    throw error;
  }
}

/** A moment as the field writes it: 2026-11-21T07:40:12.345+07:00. */
export const stamp = (ms = Date.now()) =>
  new Date(ms + VIETNAM).toISOString().replace("Z", "+07:00");

// --- what the phone knows beside the entries -------------------------------------------------

export async function get(key) {
  return (await begin(["state"], "readonly")).store.get(key);
}

/** Set several values at once. */
export const set = (values) =>
  write(["state"], (tx) =>
    Promise.all(Object.entries(values).map(([key, value]) => tx.store.put(value, key))));

/** The id of the person signed in on this phone, or null. */
export const here = async () => (await get("here"))?.user ?? null;

/** This phone's own id, made once. */
export const device = () =>
  write(["state"], async ({ store }) => {
    const id = (await store.get("device")) ?? crypto.randomUUID();
    await store.put(id, "device");
    return id;
  });

// --- entries ---------------------------------------------------------------------------------

const UNSETTLED = ["waiting", "sending", "attention"];

const ofUser = async (store, user, states) =>
  (await Promise.all(states.map((s) => store.index("user_state").getAll([user, s])))).flat();

/** The entries of a person in the given states. */
export async function list(user, states = UNSETTLED) {
  return ofUser((await begin(["outbox"], "readonly")).store, user, states);
}

/** One entry of a person. */
export async function find(user, id) {
  const entry = await (await begin(["outbox"], "readonly")).store.get(id);
  return entry?.user === user ? entry : undefined;
}

/** The three numbers of the bar, and since when the oldest waits. */
export async function numbers(user) {
  const { store } = await begin(["outbox"], "readonly");
  const [kept, open] = await Promise.all([
    store.index("user_state").count([user, "kept"]), ofUser(store, user, UNSETTLED),
  ]);
  const waiting = open.filter((entry) => entry.state !== "attention");
  const attention = open.filter((entry) => entry.state === "attention" && !entry.replaced_by);
  const oldest = waiting.map((entry) => entry.recorded_at).sort()[0] ?? null;
  return { waiting: waiting.length, kept, attention: attention.length, oldest };
}

/**
 * Keep a new entry, for good when this resolves; its draft goes in the same transaction.
 *
 * The same entry again (a retry after a doubtful failure) is the same entry.
 */
export async function add(entry, draft) {
  try {
    await write(draft ? ["outbox", "drafts"] : ["outbox"], (tx) => {
      const outbox = tx.objectStore("outbox");
      return Promise.all([
        outbox.add(entry),
        entry.replaces && mark(outbox, entry.replaces, { replaced_by: entry.id }),
        draft && tx.objectStore("drafts").delete(draft),
      ]);
    });
  } catch (error) {
    if (error.name !== "ConstraintError") throw error;
    await revise(entry.id, entry, draft);
  }
}

async function mark(outbox, id, patch) {
  const entry = await outbox.get(id);
  if (entry) await outbox.put({ ...entry, ...patch });
}

/** Change an entry that was never sent; false if it may have been. */
export const revise = (id, patch, draft) =>
  write(["outbox", "drafts"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const entry = await outbox.get(id);
    if (!entry || entry.attempts > 0) return false;
    await outbox.put({ ...entry, ...patch });
    if (draft) await tx.objectStore("drafts").delete(draft);
    return true;
  });

/** Take back an entry that was never sent; gives it, or undefined if it may have been. */
export const takeBack = (id) =>
  write(["outbox"], async ({ store }) => {
    const entry = await store.get(id);
    if (!entry || entry.attempts > 0) return undefined;
    await store.delete(id);
    if (entry.replaces) await mark(store, entry.replaces, { replaced_by: undefined });
    return entry;
  });

/** Let entries wait for nothing any more: one that was refused, or all that rest by our own will. */
export const release = (user, id) =>
  write(["outbox"], async ({ store }) => {
    for (const entry of await ofUser(store, user, UNSETTLED)) {
      const asked = id ? entry.id === id : entry.attempts === 0 && entry.state === "waiting";
      if (asked) await store.put({ ...entry, state: "waiting", not_before: 0 });
    }
  });

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

/** Apply what an answer means, all of it or nothing; what is kept stays kept. */
export const settle = (user, { changes = [], values = {}, resend }) =>
  write(["outbox", "state"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const state = tx.objectStore("state");
    if (resend) {
      const kept = resend(await ofUser(outbox, user, ["kept"]));
      for (const entry of kept) await outbox.put({ ...entry, state: "waiting", not_before: 0 });
    }
    for (const [id, patch] of changes) {
      const entry = await outbox.get(id);
      if (entry?.user !== user || entry.state === "kept") continue;
      await outbox.put({ ...entry, ...patch });
      if (patch.state === "kept") await dropReplaced(outbox, entry);
    }
    for (const [key, value] of Object.entries(values)) await state.put(value, key);
  });

/** What was refused is settled by what replaced it. */
async function dropReplaced(outbox, { replaces }) {
  const old = replaces && (await outbox.get(replaces));
  if (!old) return;
  await outbox.delete(replaces);
  await dropReplaced(outbox, old);
}

/** Forget kept entries that are old enough. */
export const forget = (user, isOld) =>
  write(["outbox"], async ({ store }) => {
    for (const entry of await ofUser(store, user, ["kept"])) {
      if (isOld(entry)) await store.delete(entry.id);
    }
  });

// --- drafts ----------------------------------------------------------------------------------

export async function draft(key) {
  return (await begin(["drafts"], "readonly")).store.get(key);
}

export const keepDraft = (value) => write(["drafts"], ({ store }) => store.put(value));

export const dropDraft = (key) => write(["drafts"], ({ store }) => store.delete(key));
