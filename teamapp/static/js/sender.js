// Sends what waits on this phone: one sender at a time, in a page or in the worker.

import * as store from "./store.js";
import {
  CALM, again, clockError, isForgotten, left, meaning, patience, pick, wire,
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
export const send = ({ eager = false } = {}) =>
  navigator.locks ? navigator.locks.request("sending", () => run(eager)) : run(eager);

async function run(eager) {
  if (!(await endSession())) return;
  const user = await store.here();
  if (!user) return;
  await forgetOld(user);
  let pace = { ...CALM, ...(await store.get("pace")) };
  if (eager) pace.until = 0;
  while (Date.now() >= Math.max(pace.until, pace.told) && (await store.here()) === user) {
    const next = await sendBatch(user, pace);
    if (!next) return;
    pace = next;
  }
}

/** Once a day. */
async function forgetOld(user) {
  const now = Date.now();
  if (Math.abs(now - (await store.get("swept"))) < DAY) return;
  await store.forget(user, (entry) => isForgotten(entry, now));
  await store.set({ swept: now });
}

async function sendBatch(user, pace) {
  const choose = (all) => pick(all, { user, now: Date.now(), limit: pace.limit });
  const { batch, all } = await store.startSending(user, choose);
  if (!batch.length) return null;
  const epoch = (await store.get(`epoch-${user}`)) ?? "";
  const sentAt = Date.now();
  const envelope = {
    v: 1, batch: crypto.randomUUID(), device: await store.device(), user: Number(user), epoch,
    sent_at: store.stamp(sentAt), left: left(all, batch), entries: batch.map(wire), sealed: [],
  };
  const answer = await post(envelope);
  const now = Date.now();
  const sent = { batch: envelope.batch, entries: batch };
  const { pace: next, changes } = meaning(answer, sent, pace, { now });
  const values = { pace: next, net: next.net };
  let resend;
  if (next.net === "ok" && answer.json?.batch === envelope.batch) {
    values.clock = clockError(sentAt, now, answer.json.server_time);
    values[`epoch-${user}`] = answer.json.epoch;
    if (epoch && answer.json.epoch !== epoch) resend = (kept) => again(kept, now);
  }
  await store.settle(user, { changes, values, resend });
  return next;
}

async function post(envelope) {
  const started = Date.now();
  const { body, headers } = await packed(JSON.stringify(envelope));
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

/** End on the server a session that was ended here without network; false while it cannot. */
export async function endSession() {
  if (!(await store.get("ending"))) return true;
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
