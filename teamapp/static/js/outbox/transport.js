// Sends the outbox to the server: one sender at a time, in a page or in the worker.

import { pickBatch, pickEnvelopes, remaining, wire } from "./batch.js";
import { get, here, leave, stamp, withLock } from "./database.js";
import { epochChange, forgetOld, list, numbers, settle, startSending } from "./entries.js";
import { envelopes, sealAbsent } from "./envelopes.js";
import { device, newId } from "./ids.js";
import { CALM, interpret, isResting, longerWait } from "./protocol.js";
import { endSession, isReachable, post } from "./requests.js";
import { clockError } from "./times.js";

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
  if ((await isDoubtful(pace)) && choose(await list(user)).length && !(await isReachable())) {
    const next = { ...pace, ...longerWait(pace, Date.now()), net: "offline" };
    await settle(user, { values: { pace: next, net: next.net } });
    return next;
  }
  const { batch, all } = await startSending(user, choose);
  const sealed = pickEnvelopes(await envelopes(), batch, { now: Date.now(), limit: pace.limit });
  if (!batch.length && !sealed.length) return null;
  const epoch = (await get(`epoch-${user}`)) ?? "";
  const sentAt = Date.now();
  const request = {
    v: 1, batch: newId(), device: await device(), user: Number(user), epoch,
    sent_at: stamp(sentAt), left: remaining(all, batch), entries: batch.map(wire),
    sealed: sealed.map(({ id, kid, sealed }) => ({ id, kid, sealed })),
  };
  const answer = await post(request, { plain: isResting(pace.plain, sentAt) });
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

/** Did the last try fail, or does the browser say that there is no network? It may be wrong. */
const isDoubtful = async ({ tries }) =>
  tries > 0 || navigator.onLine === false || (await get("net")) === "offline";
