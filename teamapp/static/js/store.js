// What this phone keeps of what was written: IndexedDB, shared by the pages and the worker.

import { openDB } from "../vendor/idb.js";

const DATABASE = "tungnha";
const VIETNAM = 7 * 3600 * 1000;
const SEALING = "sealing-";

const HANGS = 10 * 1000;

let opening;

/** One after the other, of all pages and the worker. */
export const inTurn = (name, work) =>
  navigator.locks ? navigator.locks.request(name, work) : work();

/**
 * Under a lock: a page that the browser froze for “back” while it was opening would block everybody,
 * and is thrown away when somebody asks for a lock it holds.
 */
function open() {
  opening ??= inTurn("opening", () => opened(2));
  opening.catch(() => (opening = undefined));
  return opening;
}

/**
 * Has anything ever been kept on this phone?
 *
 * A page that may be left at any moment must not be the one that makes the database: where it is
 * left in the middle, the browser lets everybody else wait for it.
 */
export async function isThere() {
  const all = await indexedDB.databases?.();
  return !all || all.some(({ name }) => name === DATABASE);
}

function opened(version) {
  const options = {
    // A store is only ever added here, never dropped: it may hold somebody's work.
    upgrade(db, from) {
      if (from < 1) {
        const outbox = db.createObjectStore("outbox", { keyPath: "id" });
        outbox.createIndex("user_state", ["user", "state"]);
        db.createObjectStore("drafts", { keyPath: "key" });
        db.createObjectStore("state");
      }
      if (from < 2) {
        db.createObjectStore("envelopes", { keyPath: "id" }).createIndex("state", "state");
      }
    },
    blocking(_old, _new, event) {
      event.target.close();
      opening = undefined;
    },
    terminated: () => (opening = undefined),
  };
  // A newer version may have added a store meanwhile; what is known here is still there.
  return openDB(DATABASE, version, options).catch((error) => {
    if (version && error.name === "VersionError") return opened();
    throw error;
  });
}

/** What hangs is as good as what fails: somebody waits for a word. */
export function inTime(promise, patience = HANGS) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, patience, new DOMException("hangs", "TimeoutError"));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function begin(stores, mode) {
  const start = async () =>
    (await inTime(open())).transaction(stores, mode, { durability: "strict" });
  try {
    return await start();
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opening = undefined;
    return start();
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
    const cause = tx.error ?? error; // of what fails while it is committed a request hears less
    try {
      tx.abort();
    } catch {
      // It was over already.
    }
    throw cause;
  }
}

/** A moment as the field writes it: 2026-11-21T07:40:12.345+07:00. */
export const stamp = (ms = Date.now()) =>
  new Date(ms + VIETNAM).toISOString().replace("Z", "+07:00");

// --- what the phone knows beside the entries -------------------------------------------------

export async function get(key) {
  return (await begin(["state"], "readonly")).store.get(key);
}

/** Set several values at once; one that says nothing takes no room, and needs none. */
export const set = (values) =>
  write(["state"], ({ store }) =>
    Promise.all(Object.entries(values).map(([key, value]) =>
      value ? store.put(value, key) : store.delete(key))));

/** The id of the person signed in on this phone, or null. */
export const here = async () => (await get("here"))?.user ?? null;

/** From now on this phone is a person's, who seals with what the server gave for it. */
export const arrive = (user, sealing) =>
  set({ here: { user }, ending: false, leaving: true, pace: null, net: "ok",
    ...(sealing && { [SEALING + user]: sealing }) });

/**
 * Nobody is here any more, though the disk may be too full to note what is left to do: to seal
 * (`leaving`), and to drop the pages (`dropping`).
 */
export const leave = (values) =>
  set({ here: null, leaving: true, dropping: true, ...values }).catch(() => set({ here: null }));

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

/**
 * The three numbers of the bar, since when the oldest waits, and how many are sealed.
 *
 * What was mended counts once, though the first writing may be on its way still.
 */
export async function numbers(user) {
  const tx = await begin(["outbox", "envelopes"], "readonly");
  const store = tx.objectStore("outbox");
  const [accepted, open, sealed] = await Promise.all([
    store.index("user_state").count([user, "accepted"]), ofUser(store, user, UNSETTLED),
    tx.objectStore("envelopes").index("state").count("waiting"),
  ]);
  const last = open.filter((entry) => !entry.replaced_by);
  const waiting = last.filter((entry) => entry.state !== "attention");
  const attention = last.filter((entry) => entry.state === "attention");
  const oldest = waiting.map((entry) => entry.recorded_at).sort()[0] ?? null;
  return { waiting: waiting.length, accepted, attention: attention.length, sealed, oldest };
}

/**
 * Keep a new entry, for good when this resolves; its draft goes in the same transaction.
 *
 * The same entry again (a retry after a doubtful failure) is the same entry. Where that was sent
 * meanwhile and says something else, this one follows it. Gives the id it is kept under.
 */
export async function add(entry, draft) {
  try {
    await write(draft ? ["outbox", "drafts"] : ["outbox"], async (tx) => {
      const outbox = tx.objectStore("outbox");
      const old = entry.replaces && (await lastOf(outbox, entry.replaces));
      const asked = [
        outbox.add(old ? { ...entry, replaces: old.id } : entry),
        old && outbox.put({ ...old, replaced_by: entry.id }),
        draft && tx.objectStore("drafts").delete(draft),
      ];
      tx.commit(); // the disk does not wait for this page to hear of each
      await Promise.all(asked);
    });
    return entry.id;
  } catch (error) {
    if (error.name !== "ConstraintError") throw error;
  }
  const { replaces: _known, ...patch } = entry;
  if (await revise(entry.id, patch, draft)) return entry.id;
  const sent = await find(entry.user, entry.id);
  if (sent?.body !== entry.body) {
    return add({ ...entry, id: crypto.randomUUID(), replaces: entry.id }, draft);
  }
  if (draft) await dropDraft(draft);
  return entry.id;
}

/** What was mended in two tabs is mended one after the other, or one visit would be two. */
async function lastOf(outbox, id) {
  const entry = await outbox.get(id);
  return (entry?.replaced_by && (await lastOf(outbox, entry.replaced_by))) || entry;
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

/**
 * Take back an entry that was never sent, and make it a draft; false if it may have been, or if it
 * was mended already.
 */
export const takeBack = (id) =>
  write(["outbox", "drafts"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const entry = await outbox.get(id);
    if (!entry || entry.attempts > 0 || entry.replaced_by) return false;
    const { page, place, user, body, replaces } = entry;
    await outbox.delete(id);
    if (replaces) await mark(outbox, replaces, { replaced_by: undefined });
    await tx.objectStore("drafts").put({ key: `${page}#${place}@${user}`, body, mends: replaces });
    return true;
  });

/** What goes into a file, which somebody may hand in: from then on it may have been sent. */
export const handOut = (user) =>
  write(["outbox"], async ({ store }) => {
    const entries = await ofUser(store, user, UNSETTLED);
    for (const entry of entries.filter(({ attempts }) => !attempts)) {
      await store.put({ ...entry, attempts: 1, not_before: 0 });
    }
    return entries;
  });

/** Let what was never sent wait for nothing any more: neither to be taken back, nor to be mended. */
export const release = (user) =>
  write(["outbox"], async ({ store }) => {
    for (const entry of await ofUser(store, user, ["waiting"])) {
      if (entry.attempts === 0) await store.put({ ...entry, not_before: 0 });
    }
  });

/** Let a rejected entry go once more as it is: what was in its way may be settled by now. */
export const resend = (user, id) =>
  write(["outbox"], async ({ store }) => {
    const entry = await store.get(id);
    if (entry?.user !== user || entry.state !== "attention" || entry.replaced_by) return;
    await store.put({ ...entry, state: "waiting", not_before: 0 });
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

const OF_WHO_IS_HERE = ["net", "pace"];

/**
 * Apply what an answer means, all of it or nothing; what is kept stays kept.
 *
 * How to go on is nothing to the next person, where one came meanwhile.
 */
export const settle = (user, { changes = [], envelopes = [], values = {}, resend }) =>
  write(["outbox", "envelopes", "state"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    const state = tx.objectStore("state");
    await settleSealed(tx.objectStore("envelopes"), envelopes, await state.get("epoch"), values);
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
    const left = (await state.get("here"))?.user !== user;
    for (const [key, value] of Object.entries(values)) {
      if (!left || !OF_WHO_IS_HERE.includes(key)) await state.put(value, key);
    }
  });

/** What the commune once had and may have lost goes again; what it has now is kept. */
async function settleSealed(store, envelopes, known, { epoch = known }) {
  const lost = known && known !== epoch ? await store.index("state").getAll("accepted") : [];
  for (const one of lost) await store.put({ ...one, state: "waiting" });
  for (const [id, patch] of envelopes) {
    const one = await store.get(id);
    if (one) await store.put({ ...one, ...patch });
  }
}

/** What was rejected is settled by what replaced it, and whatever followed it follows that. */
async function dropReplaced(outbox, { id, user, replaces }) {
  const old = replaces && (await outbox.get(replaces));
  if (!old) return;
  await outbox.delete(replaces);
  for (const entry of await ofUser(outbox, user, [...UNSETTLED, "accepted"])) {
    if (!entry.after.includes(replaces)) continue;
    const after = entry.after.map((link) => (link === replaces ? id : link));
    await outbox.put({ ...entry, after });
  }
  await dropReplaced(outbox, { id, user, replaces: old.replaces });
}

/** Forget kept entries that are old enough. */
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

// --- what others left here, sealed -----------------------------------------------------------

/** The envelopes that wait to be sent, whoever sealed them. */
export async function envelopes() {
  return (await begin(["envelopes"], "readonly")).store.index("state").getAll("waiting");
}

/** What lies here unsealed of people who are not here: [{user, key, entries}], as it was written. */
export async function absent() {
  const tx = await begin(["outbox", "drafts", "state"], "readonly");
  const state = tx.objectStore("state");
  const [entries, drafts, keys, here] = await Promise.all([
    tx.objectStore("outbox").getAll(), tx.objectStore("drafts").getAllKeys(),
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

/**
 * Put envelopes in the place of a person's entries; drafts go too, and at the end the key.
 *
 * An entry that was settled or changed meanwhile stays; false if any is left.
 */
export const putAway = (user, sealed) =>
  write(["outbox", "drafts", "envelopes", "state"], async (tx) => {
    const [outbox, drafts] = [tx.objectStore("outbox"), tx.objectStore("drafts")];
    const state = tx.objectStore("state");
    if ((await state.get("here"))?.user === user) return true;
    for (const [entry, envelope] of sealed) {
      if (JSON.stringify(await outbox.get(entry.id)) !== JSON.stringify(entry)) continue;
      await outbox.delete(entry.id);
      await tx.objectStore("envelopes").add(envelope);
    }
    for (const key of await drafts.getAllKeys()) {
      if (key.endsWith(`@${user}`)) await drafts.delete(key);
    }
    const left = await ofUser(outbox, user, [...UNSETTLED, "accepted"]);
    if (!left.length) {
      await Promise.all([SEALING, "epoch-"].map((name) => state.delete(name + user)));
    }
    return !left.length;
  });

// --- drafts ----------------------------------------------------------------------------------

export async function draft(key) {
  return (await begin(["drafts"], "readonly")).store.get(key);
}

/** Keep a draft of the person who is here; a page that was left open keeps nothing more. */
export const keepDraft = (value) =>
  write(["drafts", "state"], async (tx) => {
    const here = await tx.objectStore("state").get("here");
    if (value.key.endsWith(`@${here?.user}`)) await tx.objectStore("drafts").put(value);
  });

export const dropDraft = (key) => write(["drafts"], ({ store }) => store.delete(key));
