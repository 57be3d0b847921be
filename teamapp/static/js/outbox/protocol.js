// What an answer of the server means for entries, envelopes and the next request. Pure: no imports.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const LIMIT = { entries: 100, bytes: 512 * 1024 };
export const CALM = { limit: LIMIT.entries, tries: 0, failures: 0, until: 0, told: 0, net: "ok", plain: 0 };

const SLOW = 5 * SECOND;
const DAMAGED = 10; // times that a request with one entry arrives damaged until somebody looks at it
const VERDICTS = ["accepted", "rejected", "deferred"];

/** Must it still wait? An hour is the longest: a later moment was noted by a clock that ran ahead. */
export const isResting = (until, now) => until > now && until <= now + HOUR;

/**
 * Interpret the answer to a request.
 *
 * `answer` is {status, json, redirected, retryAfter, compressed} or {lost: true, late, took}; returns
 * {pace, changes: [[id, patch]], envelopes: [[id, patch]]}: the pace of the next request, and the
 * patch of each entry and envelope sent.
 */
export function interpret(answer, sent, pace, { now, random = Math.random }) {
  const { entries, batch, sealed = [] } = sent;
  const count = entries.length + sealed.length;
  const half = { limit: Math.max(1, Math.ceil(count / 2)) };
  const rest = entries.map(({ id }) => [id, { state: "waiting" }]);
  const aside = sealed.map(({ id }) => [id, { not_before: now + HOUR }]);
  const stay = (next) => ({ pace: { ...pace, ...next }, changes: rest, envelopes: [] });
  const backOff = (next) => stay({ ...longerWait(pace, now, random), ...next });
  const setAside = () => {
    const { code = String(answer.status), reason = null, fields = null } = answer.json;
    const patch = { state: "attention", code, reason, fields, settled_at: now };
    return { pace: recovered(pace), changes: entries.map(({ id }) => [id, patch]), envelopes: aside };
  };
  const alone = (next) => {
    const [{ id, damaged = 0 } = {}] = entries;
    if (!id || damaged + 1 >= DAMAGED) return setAside();
    return { ...next, changes: [[id, { state: "waiting", damaged: damaged + 1 }]] };
  };

  if (answer.lost) {
    const isSlow = answer.late || answer.took > SLOW;
    return backOff({ net: "offline", ...(isSlow && half) });
  }
  const { status, json } = answer;
  const isOwn = isOurs(json) && !answer.redirected;

  if (status === 200 && isOwn && json.batch === batch && Array.isArray(json.results)) {
    const results = byId(json.results);
    const opened = byId(json.sealed ?? []);
    const envelopes = sealed.flatMap(({ id }) => envelopePatches(id, opened.get(id), now));
    if (!envelopes.length && !entries.some(({ id }) => VERDICTS.includes(results.get(id)?.status))) {
      return backOff({ net: "ok" });
    }
    const changes = entries.map(({ id }) => [id, entryPatch(results.get(id), now)]);
    return { pace: recovered(pace), changes, envelopes };
  }
  if ((status === 429 || status === 503) && retryAfter(answer.retryAfter, now)) {
    return stay({ net: "ok", told: now + retryAfter(answer.retryAfter, now) });
  }
  if (status === 500) return serverFailed({ pace, count, rest, aside, half, now, stay, backOff });
  if (status === 400 || status === 415 || (status === 403 && !isOwn)) {
    if (answer.compressed) return stay({ net: "ok", until: 0, plain: now + HOUR });
    const next = backOff({ net: "blocked", ...(isOwn && half) });
    return isOwn && status === 400 && count === 1 ? alone(next) : next;
  }
  if (!isOwn) return backOff({ net: "offline" });
  if (status === 401) {
    return stay({ net: json.code === "wipe" ? "wipe" : "expired", until: now + 5 * MINUTE });
  }
  if (status === 403 || status === 409) return stay({ net: "stopped", until: now + HOUR });
  if (status === 426) return stay({ net: "update", until: now + 10 * MINUTE });
  if (status === 413 || status === 422) {
    return count > 1 ? stay({ net: "ok", until: 0, ...half }) : setAside();
  }
  return backOff({ net: "offline" });
}

const isOurs = (json) =>
  json !== null && typeof json === "object" && (json.v === 1 || typeof json.code === "string");

const recovered = (pace) => {
  const limit = Math.min(LIMIT.entries, pace.limit * 2);
  const { failures, plain } = pace;
  return { ...CALM, limit, plain, failures: limit < LIMIT.entries ? failures : 0 };
};

/** The next try, later at each failure: full jitter from one second to five minutes. */
export function longerWait(pace, now, random = Math.random) {
  const most = Math.min(5 * MINUTE, SECOND * 2 ** pace.tries);
  return { tries: pace.tries + 1, until: now + Math.max(SECOND, random() * most) };
}

/** Milliseconds until a rejected pack is requested again, longer at each try; 0 if not told. */
export function packWait({ status, headers }, options = {}) {
  const { tries = 1, now = Date.now(), random = Math.random } = options;
  const told = status === 503 ? retryAfter(headers.get("Retry-After"), now) : 0;
  return Math.round(Math.min(told * tries, MINUTE) * (1 + random() / 4));
}

function retryAfter(header, now) {
  if (!header) return 0;
  const wait = /^\d+$/.test(header.trim()) ? header * SECOND : Date.parse(header) - now;
  return wait > 0 ? Math.min(wait, HOUR) : 0;
}

function serverFailed({ pace, count, rest, aside, half, now, stay, backOff }) {
  const failures = pace.failures + 1;
  if (failures < 3) return backOff({ net: "ok", failures });
  if (count > 1) return backOff({ net: "ok", failures, ...half });
  const changes = rest.map(([id, patch]) => [id, { ...patch, not_before: now + HOUR }]);
  return { ...stay({ ...CALM }), changes, envelopes: aside };
}

const delayOf = (seconds) => Math.min(Math.max(Number(seconds) || 60, 1), 3600) * SECOND;

/** The result of each entry; of several for one entry "accepted" wins, the only final one. */
function byId(results) {
  const named = new Map();
  for (const result of results) {
    if (named.get(result?.id)?.status !== "accepted") named.set(result?.id, result);
  }
  return named;
}

/** The patch of an entry by its result; without a result it waits. */
export function entryPatch(result, now) {
  const { status, code = null, reason = null, fields = null } = result ?? {};
  if (status === "accepted") {
    const { receipt = null, flag = null } = result;
    return { state: "accepted", receipt, flag, settled_at: now, code, reason, fields };
  }
  if (status === "rejected") return { state: "attention", code, reason, fields, settled_at: now };
  if (status === "deferred") {
    return { state: "waiting", code, not_before: now + delayOf(result.after_s) };
  }
  return { state: "waiting" };
}

/** The patches of an envelope by its result: accepted, deferred, or none. */
function envelopePatches(id, { status, after_s } = {}, now) {
  if (status === "accepted") return [[id, { state: "accepted", settled_at: now }]];
  return status === "deferred" ? [[id, { not_before: now + delayOf(after_s) }]] : [];
}
