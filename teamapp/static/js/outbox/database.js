// The phone's IndexedDB, shared by pages and worker: its transactions, and values stored by key.

import { openDB } from "../../vendor/idb.js";

const DATABASE = "tungnha";
const VERSION = 1;
const VIETNAM = 7 * 3600 * 1000;
const TIMEOUT = 10 * 1000;

/** The keys of `state` under which the server's public key for a person is stored. */
export const SEALING = "sealing-";

let opening;

/** Run `work` under a lock that all pages and the worker share. */
export const withLock = (name, work) =>
  navigator.locks ? navigator.locks.request(name, work) : work();

/**
 * Open under a lock: a page that the browser froze for “back” while it opened the database would
 * block every other, and the browser discards a frozen page when another asks for its lock.
 */
function open() {
  opening ??= withLock("opening", () => openVersion(VERSION));
  opening.catch(() => (opening = undefined));
  return opening;
}

/**
 * Does the database exist on this phone?
 *
 * A page that may be left at any moment must not create it: where such a page is left in between,
 * the browser blocks every later open.
 */
export async function databaseExists() {
  const all = await indexedDB.databases?.();
  return !all || all.some(({ name }) => name === DATABASE);
}

function openVersion(version) {
  const options = {
    // A store is only ever added here, never dropped: it may hold unsent entries.
    upgrade(db, from) {
      if (from) return;
      const outbox = db.createObjectStore("outbox", { keyPath: "id" });
      outbox.createIndex("user_state", ["user", "state"]);
      db.createObjectStore("envelopes", { keyPath: "id" }).createIndex("state", "state");
      db.createObjectStore("typed_drafts", { keyPath: "key" });
      db.createObjectStore("state");
    },
    blocking(_old, _new, event) {
      event.target.close();
      opening = undefined;
    },
    terminated: () => (opening = undefined),
  };
  // A newer version may have added a store meanwhile; the stores used here still exist.
  return openDB(DATABASE, version, options).catch((error) => {
    if (version && error.name === "VersionError") return openVersion();
    throw error;
  });
}

/** Reject a promise that is still pending after `ms` milliseconds, so that the caller can say so. */
export function withTimeout(promise, ms = TIMEOUT) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, ms, new DOMException("hangs", "TimeoutError"));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function begin(stores, mode = "readonly") {
  const start = async () =>
    (await withTimeout(open())).transaction(stores, mode, { durability: "strict" });
  try {
    return await start();
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opening = undefined;
    return start();
  }
}

/** Run `work` in one transaction and resolve when it is on the disk. */
export async function write(stores, work) {
  const tx = await begin(stores, "readwrite");
  tx.done.catch(() => {});
  try {
    const value = await work(tx);
    await tx.done;
    return value;
  } catch (error) {
    const cause = tx.error ?? error; // a request that fails during the commit has no reason of its own
    try {
      tx.abort();
    } catch {
      // The transaction has ended already.
    }
    throw cause;
  }
}

export const UNSETTLED = ["waiting", "sending", "attention"];
export const STATES = [...UNSETTLED, "accepted"];

/** A person's entries in the given states, read in a transaction of the caller. */
export const ofUser = async (store, user, states) =>
  (await Promise.all(states.map((s) => store.index("user_state").getAll([user, s])))).flat();

/** A moment in Vietnam's time: 2026-11-21T07:40:12.345+07:00. */
export const stamp = (ms = Date.now()) =>
  new Date(ms + VIETNAM).toISOString().replace("Z", "+07:00");

/** The day in Vietnam: 2026-11-21. */
export const today = () => stamp().slice(0, 10);

export async function get(key) {
  return (await begin(["state"])).store.get(key);
}

/** Set several values at once; a falsy one is deleted, which succeeds on a full disk too. */
export const set = (values) =>
  write(["state"], ({ store }) =>
    Promise.all(Object.entries(values).map(([key, value]) =>
      value ? store.put(value, key) : store.delete(key))));

/** The id of the person signed in on this phone, or null. */
export const here = async () => (await get("here"))?.user ?? null;

/** Sign a person in on this phone, with the sealing key that the server gave for them. */
export const signIn = (user, sealing) =>
  set({ here: { user }, ending: false, leaving: true, pace: null, net: "ok",
    ...(sealing && { [SEALING + user]: sealing }) });

/**
 * Sign the person out on this phone, even where a full disk cannot note the remaining steps: to seal
 * (`leaving`) and to drop the pages (`dropping`).
 */
export const leave = (values) =>
  set({ here: null, leaving: true, dropping: true, ...values }).catch(() => set({ here: null }));
