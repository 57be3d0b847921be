// Sends what waits on this phone: one sender at a time, in a page or in the worker.

import * as store from "./store.js";
import {
  CALM, again, clockError, fill, heirs, isForgotten, left, meaning, patience, pick, rests, seal,
  wire,
} from "./sending.js";

export const URLS = {
  sync: "/sync", pack: "/pack", signIn: "/sign-in", signOut: "/sign-out",
  arrival: "/arrival", noNetwork: "/no-network",
};

const DAY = 24 * 3600 * 1000;
const JSON_TYPE = "application/json";

/**
 * Send all that may go now; resolves when nothing more may.
 *
 * `eager` (a button, the network coming back) does not wait for the back-off to pass, but
 * does wait where the server asked for it. Whoever finds the lock taken waits for it, because
 * a sync event that is let go does not come again.
 */
export const send = ({ eager = false } = {}) => store.inTurn("sending", () => run(eager));

async function run(eager) {
  if (!(await endSession())) return;
  const user = await store.here();
  if (!user) return;
  let pace = { ...CALM, ...(await store.get("pace")) };
  if (eager) pace.until = 0;
  const tooEarly = (until) => rests(until, Date.now());
  while (![pace.until, pace.told].some(tooEarly) && (await store.here()) === user) {
    const next = await sendBatch(user, pace);
    if (!next) return;
    pace = next;
  }
  const now = await store.here();
  if (pace.net === "wipe" && (!now || now === user)) await wipe();
}

/** Leave nothing here that could be read: this phone was lost, or its holder is gone for good. */
async function wipe() {
  await store.leave({ pace: null, net: "ok" });
  await sealAbsent();
}

/**
 * Do what a phone does that must keep nothing: hand in what waits, seal the rest.
 *
 * What could not be sent yet stays, without any page, and is tried again. Where nobody is here any
 * more, what lies here may still be somebody's.
 */
export async function handOver() {
  const user = await store.here();
  await send({ eager: true }).catch(console.error);
  if ((await store.here()) !== user) return; // sealed by now, or the next person came
  if (!user || !(await store.numbers(user)).waiting) await wipe();
}

/**
 * Learn the book's epoch from a pack; true if it is another one.
 *
 * A phone on which nothing waits hears of a restore by its pages alone.
 */
export async function meet(user, epoch, serverTime) {
  const known = await store.get(`epoch-${user}`);
  if (known === epoch) return false;
  await store.settle(user, told(user, known, epoch, serverTime));
  return true;
}

/** What an epoch means: a book that was restored may have lost what it had, and is sent it again. */
const told = (user, known, epoch, serverTime) => ({
  values: { epoch, [`epoch-${user}`]: epoch },
  resend: known && known !== epoch && ((kept) => again(kept, ageing(serverTime))),
});

/** By which time entries grow old: a clock that runs ahead, be it for an hour, makes none older. */
const ageing = (serverTime) => Math.min(Date.now(), Date.parse(serverTime));

/** Once a day. */
async function forgetOld(user, serverTime) {
  const now = ageing(serverTime);
  if (Math.abs(now - (await store.get("swept"))) < DAY) return;
  await store.forget(user, (entry) => isForgotten(entry, now));
  await store.set({ swept: now });
}

async function sendBatch(user, pace) {
  const choose = (all) => pick(all, { user, now: Date.now(), limit: pace.limit });
  const { batch, all } = await store.startSending(user, choose);
  const sealed = fill(await store.envelopes(), batch, { now: Date.now(), limit: pace.limit });
  if (!batch.length && !sealed.length) return null;
  const epoch = (await store.get(`epoch-${user}`)) ?? "";
  const sentAt = Date.now();
  const request = {
    v: 1, batch: crypto.randomUUID(), device: await store.device(), user: Number(user), epoch,
    sent_at: store.stamp(sentAt), left: left(all, batch), entries: batch.map(wire),
    sealed: sealed.map(({ id, kid, sealed }) => ({ id, kid, sealed })),
  };
  const answer = await post(request);
  const now = Date.now();
  const sent = { batch: request.batch, entries: batch, sealed };
  const { pace: next, changes, envelopes } = meaning(answer, sent, pace, { now });
  const isAnswered = next.net === "ok" && answer.json?.batch === request.batch;
  const { epoch: heard, server_time: at } = answer.json ?? {};
  const { values, resend } = isAnswered ? told(user, epoch, heard, at) : { values: {} };
  if (isAnswered) values.clock = clockError(sentAt, now, at);
  Object.assign(values, { pace: next, net: next.net });
  await store.settle(user, { changes, envelopes, values, resend });
  if (isAnswered) await forgetOld(user, at);
  return next;
}

async function post(request) {
  const started = Date.now();
  const { body, headers } = await packed(JSON.stringify(request));
  const signal = AbortSignal.timeout(patience(body.size));
  try {
    const response = await fetch(URLS.sync, {
      method: "POST", body, headers, signal, redirect: "manual", cache: "no-store",
    });
    return {
      status: response.status,
      redirected: response.redirected || response.type === "opaqueredirect",
      retryAfter: response.headers.get("Retry-After"),
      json: await readJson(response),
    };
  } catch (error) {
    return { lost: true, late: error.name === "TimeoutError", took: Date.now() - started };
  }
}

async function packed(text) {
  const headers = { "Content-Type": JSON_TYPE, Accept: JSON_TYPE };
  const plain = new Blob([text]);
  if (typeof CompressionStream === "undefined") return { body: plain, headers };
  const stream = plain.stream().pipeThrough(new CompressionStream("gzip"));
  return {
    body: await new Response(stream).blob(),
    headers: { ...headers, "Content-Encoding": "gzip" },
  };
}

/** The JSON of an answer, null when it is anything else. */
async function readJson(response) {
  const text = await response.text();
  if (!response.headers.get("Content-Type")?.startsWith(JSON_TYPE)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** End on the server a session that was ended here, as far as is known; false while it cannot. */
export async function endSession(ended = store.get("ending")) {
  if (!(await ended)) return true;
  try {
    const response = await fetch(URLS.signOut, {
      method: "POST", headers: { Accept: JSON_TYPE }, redirect: "manual",
      cache: "no-store", signal: AbortSignal.timeout(5000),
    });
    const json = await readJson(response);
    if (json?.v !== 1 || !(response.ok || response.status === 401)) return false;
    await store.set({ ending: false });
    return true;
  } catch {
    return false;
  }
}

/**
 * Seal what lies here of people who are not here any more.
 *
 * It is read again until nothing is left: an answer may come in while it is being sealed. Where
 * the server's key or the browser's cryptography is missing it stays as it is.
 */
export async function sealAbsent() {
  const device = await store.device();
  let left = true;
  for (let tries = 0; left && tries < 5; tries++) {
    left = false;
    for (const { user, key, entries } of await store.absent()) {
      if (!key || !globalThis.crypto?.subtle) continue;
      const about = { device, user: Number(user), last: heirs(entries) };
      const now = Date.now();
      const sealed = await Promise.all(entries.map(async (entry, n) =>
        [entry, await envelope(entry, key, { ...about, sealed_at: now + n })]));
      left = !(await store.putAway(user, sealed)) || left;
    }
  }
  await store.set({ leaving: left });
}

/** What the commune has, and what was mended, goes only if the commune should lose it. */
async function envelope(entry, sealing, { device, user, last, sealed_at }) {
  const [kid, key, proof] = sealing.split(" ");
  const { state, settled_at = null, replaced_by } = entry;
  const said = wire(entry);
  said.after = said.after.map(last); // what was mended goes no more
  const letter = { v: 1, user, device, proof, state, settled_at, entry: said };
  const spare = state === "accepted" || replaced_by;
  return {
    id: crypto.randomUUID(), kid, sealed: await seal(key, letter),
    state: spare ? "accepted" : "waiting", sealed_at, not_before: 0,
  };
}
