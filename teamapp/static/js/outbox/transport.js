// Sends the outbox to the server: one sender at a time, in a page or in the worker.

import { clockError } from "./ages.js";
import { pickBatch, pickEnvelopes, remaining, wire } from "./batch.js";
import { device, get, here, leave, set, stamp, withLock } from "./database.js";
import { epochChange, forgetOld, numbers, settle, startSending } from "./entries.js";
import { envelopes, sealAbsent } from "./envelopes.js";
import { CALM, interpret, isResting, timeoutFor } from "./protocol.js";

export const URLS = {
  sync: "/sync", pack: "/pack", signIn: "/sign-in", signOut: "/sign-out",
  arrival: "/arrival", noNetwork: "/no-network",
};

const JSON_TYPE = "application/json";

/**
 * Send every entry that may go now; resolve when none may go any more.
 *
 * `eager` (a button, the network coming back) skips the back-off, but not a wait that the server
 * asked for. A caller waits for the lock, because a sync event that ends early is not repeated.
 */
export const send = ({ eager = false } = {}) => withLock("sending", () => run(eager));

async function run(eager) {
  if (!(await endSession())) return;
  const user = await here();
  if (!user) return;
  let pace = { ...CALM, ...(await get("pace")) };
  if (eager) pace.until = 0;
  const isTooEarly = (until) => isResting(until, Date.now());
  while (![pace.until, pace.told].some(isTooEarly) && (await here()) === user) {
    const next = await sendBatch(user, pace);
    if (!next) return;
    pace = next;
  }
  const now = await here();
  if (pace.net === "wipe" && (!now || now === user)) await wipe();
}

/** Sign out and seal everything: this phone was lost, or its account was closed. */
async function wipe() {
  await leave({ pace: null, net: "ok" });
  await sealAbsent();
}

/**
 * Send what waits and seal the rest, on a phone that may keep nothing readable.
 *
 * What cannot be sent yet stays, without any page, and is tried again. Without a person signed in,
 * the entries found here may still be somebody's.
 */
export async function handOver() {
  const user = await here();
  await send({ eager: true }).catch(console.error);
  if ((await here()) !== user) return; // sealed by now, or another person signed in
  if (!user || !(await numbers(user)).waiting) await wipe();
}

async function sendBatch(user, pace) {
  const choose = (all) => pickBatch(all, { user, now: Date.now(), limit: pace.limit });
  const { batch, all } = await startSending(user, choose);
  const sealed = pickEnvelopes(await envelopes(), batch, { now: Date.now(), limit: pace.limit });
  if (!batch.length && !sealed.length) return null;
  const epoch = (await get(`epoch-${user}`)) ?? "";
  const sentAt = Date.now();
  const request = {
    v: 1, batch: crypto.randomUUID(), device: await device(), user: Number(user), epoch,
    sent_at: stamp(sentAt), left: remaining(all, batch), entries: batch.map(wire),
    sealed: sealed.map(({ id, kid, sealed }) => ({ id, kid, sealed })),
  };
  const answer = await post(request, pace.plain);
  const now = Date.now();
  const sent = { batch: request.batch, entries: batch, sealed };
  const { pace: next, changes, envelopes: patches } = interpret(answer, sent, pace, { now });
  const isAnswered = next.net === "ok" && answer.json?.batch === request.batch;
  const { epoch: heard, server_time: at } = answer.json ?? {};
  const { values, resend } = isAnswered ? epochChange(user, epoch, heard, at) : { values: {} };
  if (isAnswered) values.clock = clockError(sentAt, now, at);
  Object.assign(values, { pace: next, net: next.net });
  await settle(user, { changes, envelopes: patches, values, resend });
  if (isAnswered) await forgetOld(user, at);
  return next;
}

async function post(request, isPlain) {
  const started = Date.now();
  const { body, headers } = await compressed(JSON.stringify(request), isPlain);
  const signal = AbortSignal.timeout(timeoutFor(body.size));
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

async function compressed(text, isPlain) {
  const headers = { "Content-Type": JSON_TYPE, Accept: JSON_TYPE };
  const plain = new Blob([text]);
  if (isPlain || typeof CompressionStream === "undefined") return { body: plain, headers };
  const stream = plain.stream().pipeThrough(new CompressionStream("gzip"));
  return {
    body: await new Response(stream).blob(),
    headers: { ...headers, "Content-Encoding": "gzip" },
  };
}

/** The JSON of an answer; null for any other content. */
async function readJson(response) {
  const text = await response.text();
  if (!response.headers.get("Content-Type")?.startsWith(JSON_TYPE)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** End on the server a session that was ended on this phone; false while the server is unreachable. */
export async function endSession(ended = get("ending")) {
  if (!(await ended)) return true;
  try {
    const response = await fetch(URLS.signOut, {
      method: "POST", headers: { Accept: JSON_TYPE }, redirect: "manual",
      cache: "no-store", signal: AbortSignal.timeout(5000),
    });
    const json = await readJson(response);
    if (json?.v !== 1 || !(response.ok || response.status === 401)) return false;
    await set({ ending: false });
    return true;
  } catch {
    return false;
  }
}
