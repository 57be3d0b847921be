// What one request carries: which entries and envelopes go next, within which limits.

import { LIMIT, isResting } from "./protocol.js";

const ENVELOPE_BYTES = 1024;

/** The entry as the server reads it. */
export const wire = ({ id, kind, form, recorded_at, after = [], replaces = null, body }) => ({
  id, kind, form, recorded_at, after, replaces, body,
});

const sizeOf = (entry) => new TextEncoder().encode(JSON.stringify(wire(entry))).length + 1;

const isWaiting = (entry) => entry.state === "waiting" || entry.state === "sending";
const inOrder = (a, b) =>
  (a.not_before ?? 0) - (b.not_before ?? 0) || (a.recorded_at < b.recorded_at ? -1 : 1);

/**
 * The entries of one batch, each behind those of its `after`.
 *
 * An entry found "sending" was left by a sender that was killed. An id unknown here is settled; an
 * entry stays while one of its `after` is rejected or rests. A resubmission follows its predecessor
 * while the predecessor's answer is unknown.
 */
export function pickBatch(entries, { user, now, limit = LIMIT.entries }) {
  const own = entries.filter((entry) => entry.user === user);
  const known = new Map(own.map((entry) => [entry.id, entry]));
  const latest = successors(own);
  const batch = new Map();
  let bytes = ENVELOPE_BYTES;
  let full = false;

  const isReady = (entry) => isWaiting(entry) && !isResting(entry.not_before, now);
  const isSatisfied = (id, path) => {
    const entry = known.get(latest(id));
    return !entry || entry.state === "accepted" || take(entry, path);
  };
  const isAnswered = (id, path) => {
    const old = known.get(id);
    return !old || !isWaiting(old) || take(old, path);
  };
  const take = (entry, path) => {
    if (batch.has(entry.id)) return true;
    if (full || !isReady(entry) || path.has(entry.id)) return false;
    const onward = new Set(path).add(entry.id);
    if (!isAnswered(entry.replaces, onward)) return false;
    if (!(entry.after ?? []).every((id) => isSatisfied(id, onward))) return false;
    const size = sizeOf(entry);
    full ||= batch.size >= limit || (batch.size > 0 && bytes + size > LIMIT.bytes);
    if (full) return false;
    bytes += size;
    batch.set(entry.id, entry);
    return true;
  };

  for (const entry of own.filter(isReady).sort(inOrder)) take(entry, new Set());
  return [...batch.values()];
}

/** A function that returns the id of an entry's last successor, or its own id. */
export function successors(entries) {
  const next = new Map(entries.filter((e) => e.replaces).map((e) => [e.replaces, e.id]));
  const latest = (id) => (next.has(id) ? latest(next.get(id)) : id);
  return latest;
}

/** The envelopes that go beside a batch, the oldest first. */
export function pickEnvelopes(envelopes, batch, { now, limit = LIMIT.entries }) {
  let bytes = batch.reduce((sum, entry) => sum + sizeOf(entry), ENVELOPE_BYTES);
  return envelopes.filter((one) => !isResting(one.not_before, now))
    .sort((a, b) => a.sealed_at - b.sealed_at).slice(0, limit - batch.length)
    .filter((one, n) => {
      bytes += one.sealed.length + 100;
      return bytes <= LIMIT.bytes || n + batch.length === 0;
    });
}

/** How many of a person's entries stay on the phone beside this batch, and since when. */
export function remaining(entries, batch) {
  const going = new Set(batch.map((entry) => entry.id));
  const rest = entries.filter((entry) =>
    isWaiting(entry) && !entry.replaced_by && !going.has(entry.id));
  return { count: rest.length, oldest: rest.map((entry) => entry.recorded_at).sort()[0] ?? null };
}
