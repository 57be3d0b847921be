// Which entries go next, how they are sealed, and what an answer means. Pure: imports nothing,
// touches nothing.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const LIMIT = { entries: 100, bytes: 512 * 1024 };
export const CALM = { limit: LIMIT.entries, tries: 0, blows: 0, until: 0, told: 0, net: "ok" };

const ENVELOPE_BYTES = 1024;
const KEPT_FOR = 30 * DAY;
const SLOW = 5 * SECOND;

/** Milliseconds an answer may take: 15 s and one second for each kilobyte sent. */
export const patience = (bytes) => 15 * SECOND + bytes;

/** The entry as the server reads it. */
export const wire = ({ id, kind, form, recorded_at, after = [], replaces = null, body }) => ({
  id, kind, form, recorded_at, after, replaces, body,
});

const sizeOf = (entry) => new TextEncoder().encode(JSON.stringify(wire(entry))).length + 1;

/** Is it too early? Nothing waits longer than an hour: what does was noted by a clock that ran ahead. */
export const rests = (until, now) => until > now && until <= now + HOUR;

const isWaiting = (entry) => entry.state === "waiting" || entry.state === "sending";
const inOrder = (a, b) =>
  (a.not_before ?? 0) - (b.not_before ?? 0) || (a.recorded_at < b.recorded_at ? -1 : 1);

/**
 * The entries of one batch, each after those it waits for.
 *
 * One that is found "sending" was left over by a sender that was killed. What nobody here
 * knows is settled already; what waits for a rejected or resting entry stays. A mend goes after
 * what it replaces, while it is not known what became of that.
 */
export function pick(entries, { user, now, limit = LIMIT.entries }) {
  const own = entries.filter((entry) => entry.user === user);
  const known = new Map(own.map((entry) => [entry.id, entry]));
  const last = heirs(own);
  const batch = new Map();
  let bytes = ENVELOPE_BYTES;
  let full = false;

  const ready = (entry) => isWaiting(entry) && !rests(entry.not_before, now);
  const met = (id, path) => {
    const entry = known.get(last(id));
    return !entry || entry.state === "accepted" || take(entry, path);
  };
  const settled = (id, path) => {
    const old = known.get(id);
    return !old || !isWaiting(old) || take(old, path);
  };
  const take = (entry, path) => {
    if (batch.has(entry.id)) return true;
    if (full || !ready(entry) || path.has(entry.id)) return false;
    const onward = new Set(path).add(entry.id);
    if (!settled(entry.replaces, onward)) return false;
    if (!(entry.after ?? []).every((id) => met(id, onward))) return false;
    const size = sizeOf(entry);
    full ||= batch.size >= limit || (batch.size > 0 && bytes + size > LIMIT.bytes);
    if (full) return false;
    bytes += size;
    batch.set(entry.id, entry);
    return true;
  };

  for (const entry of own.filter(ready).sort(inOrder)) take(entry, new Set());
  return [...batch.values()];
}

/** Gives what tells the id of what mended an entry at last, or its own. */
export function heirs(entries) {
  const next = new Map(entries.filter((e) => e.replaces).map((e) => [e.replaces, e.id]));
  const last = (id) => (next.has(id) ? last(next.get(id)) : id);
  return last;
}

/** The envelopes that go beside a batch, the oldest first. */
export function fill(envelopes, batch, { now, limit = LIMIT.entries }) {
  let bytes = batch.reduce((sum, entry) => sum + sizeOf(entry), ENVELOPE_BYTES);
  return envelopes.filter((one) => !rests(one.not_before, now))
    .sort((a, b) => a.sealed_at - b.sealed_at).slice(0, limit - batch.length)
    .filter((one, n) => {
      bytes += one.sealed.length + 100;
      return bytes <= LIMIT.bytes || n + batch.length === 0;
    });
}

/** How much of a person's work stays on the phone beside this batch. */
export function left(entries, batch) {
  const going = new Set(batch.map((entry) => entry.id));
  const rest = entries.filter((entry) =>
    isWaiting(entry) && !entry.replaced_by && !going.has(entry.id));
  return { count: rest.length, oldest: rest.map((entry) => entry.recorded_at).sort()[0] ?? null };
}

/** The kept entries that go again because the server was restored from a backup. */
export const again = (kept, now) => kept.filter((entry) => !isForgotten(entry, now));

/** A kept entry is forgotten after 30 days. */
export const isForgotten = (entry, now) => (entry.settled_at ?? now) < now - KEPT_FOR;

/** Minutes by which this phone is off, 0 if no more than five. */
export function clockError(sentAt, now, serverTime) {
  const minutes = Math.round(((sentAt + now) / 2 - Date.parse(serverTime)) / MINUTE);
  return Math.abs(minutes) > 5 ? minutes : 0;
}

/**
 * What an answer means for what was sent.
 *
 * `answer` is {status, json, redirected, retryAfter} or {lost: true, late, took};
 * gives {pace, changes: [[id, patch]], envelopes: [[id, patch]]}: how to go on, and what becomes
 * of each entry and envelope.
 */
export function meaning(answer, sent, pace, { now, random = Math.random }) {
  const { entries, batch, sealed = [] } = sent;
  const count = entries.length + sealed.length;
  const half = { limit: Math.max(1, Math.ceil(count / 2)) };
  const rest = entries.map(({ id }) => [id, { state: "waiting" }]);
  const aside = sealed.map(({ id }) => [id, { not_before: now + HOUR }]);
  const stay = (next) => ({ pace: { ...pace, ...next }, changes: rest, envelopes: [] });
  const backOff = (next) => stay({ ...waitLonger(pace, now, random), ...next });

  if (answer.lost) {
    const slow = answer.late || answer.took > SLOW;
    return backOff({ net: "offline", ...(slow && half) });
  }
  const { status, json } = answer;
  const ours = isOurs(json) && !answer.redirected;

  if (status === 200 && ours && json.batch === batch && Array.isArray(json.results)) {
    const named = byId(json.results);
    const opened = byId(json.sealed ?? []);
    const envelopes = sealed.flatMap(({ id }) => goes(id, opened.get(id), now));
    if (!envelopes.length && !entries.some(({ id }) => VERDICTS.includes(named.get(id)?.status))) {
      return backOff({ net: "ok" });
    }
    const changes = entries.map(({ id }) => [id, becomes(named.get(id), now)]);
    return { pace: eased(pace), changes, envelopes };
  }
  if ((status === 429 || status === 503) && waitTold(answer.retryAfter, now)) {
    return stay({ net: "ok", told: now + waitTold(answer.retryAfter, now) });
  }
  if (status === 500) return blow({ pace, count, rest, aside, half, now, stay, backOff });
  if (!ours) return backOff({ net: "offline" });
  if (status === 401) {
    return stay({ net: json.code === "wipe" ? "wipe" : "expired", until: now + 5 * MINUTE });
  }
  if (status === 403 || status === 409) return stay({ net: "stopped", until: now + HOUR });
  if (status === 426) return stay({ net: "update", until: now + 10 * MINUTE });
  if ([400, 413, 422].includes(status)) {
    if (count > 1) return stay({ net: "ok", until: 0, ...half });
    const { code = String(status), reason = null, fields = null } = json;
    const patch = { state: "attention", code, reason, fields, settled_at: now };
    return { pace: eased(pace), changes: entries.map(({ id }) => [id, patch]), envelopes: aside };
  }
  return backOff({ net: "offline" });
}

const isOurs = (json) =>
  json !== null && typeof json === "object" && (json.v === 1 || typeof json.code === "string");

const eased = (pace) => {
  const limit = Math.min(LIMIT.entries, pace.limit * 2);
  return { ...CALM, limit, blows: limit < LIMIT.entries ? pace.blows : 0 };
};

function waitLonger(pace, now, random) {
  const most = Math.min(5 * MINUTE, SECOND * 2 ** pace.tries);
  return { tries: pace.tries + 1, until: now + Math.max(SECOND, random() * most) };
}

function waitTold(header, now) {
  if (!header) return 0;
  const wait = /^\d+$/.test(header.trim()) ? header * SECOND : Date.parse(header) - now;
  return wait > 0 ? Math.min(wait, HOUR) : 0;
}

/**
 * Milliseconds until a refused pack is asked for again; 0 where the answer does not say.
 *
 * Longer at each try, and a little longer than told: many phones hear the same.
 */
export function packWait({ status, headers }, { tries = 1, now = Date.now(), random = Math.random } = {}) {
  const told = status === 503 ? waitTold(headers.get("Retry-After"), now) : 0;
  return Math.round(Math.min(told * tries, MINUTE) * (1 + random() / 4));
}

function blow({ pace, count, rest, aside, half, now, stay, backOff }) {
  const blows = pace.blows + 1;
  if (blows < 3) return backOff({ net: "ok", blows });
  if (count > 1) return backOff({ net: "ok", blows, ...half });
  const changes = rest.map(([id, patch]) => [id, { ...patch, not_before: now + HOUR }]);
  return { ...stay({ ...CALM }), changes, envelopes: aside };
}

const waitOf = (seconds) => Math.min(Math.max(Number(seconds) || 60, 1), 3600) * SECOND;

const VERDICTS = ["accepted", "rejected", "deferred"];

/** What is said of each entry; of several lines "accepted" wins, since it alone is final. */
function byId(results) {
  const named = new Map();
  for (const result of results) {
    if (named.get(result?.id)?.status !== "accepted") named.set(result?.id, result);
  }
  return named;
}

/** What one line of an answer makes of its entry; without a line it stays. */
export function becomes(result, now) {
  const { status, code = null, reason = null, fields = null } = result ?? {};
  if (status === "accepted") {
    const { receipt = null, flag = null } = result;
    return { state: "accepted", receipt, flag, settled_at: now, code, reason, fields };
  }
  if (status === "rejected") {
    return { state: "attention", code, reason, fields, settled_at: now };
  }
  if (status === "deferred") {
    return { state: "waiting", code, not_before: now + waitOf(result.after_s) };
  }
  return { state: "waiting" };
}

/** What is said of an envelope: the commune has it, or it waits; without a word it stays. */
function goes(id, { status, after_s } = {}, now) {
  if (status === "accepted") return [[id, { state: "accepted", settled_at: now }]];
  return status === "deferred" ? [[id, { not_before: now + waitOf(after_s) }]] : [];
}

// --- sealing: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-GCM ---------

const P256 = { name: "ECDH", namedCurve: "P-256" };
const SHA256 = { name: "HMAC", hash: "SHA-256" };
const INFO = "tungnha-envelope-1";
const NONE = new Uint8Array(0);

const bytesOf = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

/** Bytes, one part behind the other. */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

async function mac(key, ...parts) {
  const known = await crypto.subtle.importKey("raw", key, SHA256, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(SHA256, known, join(...parts)));
}

/** HKDF with the labels of a suite; no salt is 32 zeros, no key is longer than one hash. */
const labeled = (suite) => ({
  extract: (salt, label, secret) =>
    mac(salt ?? new Uint8Array(32), bytesOf("HPKE-v1"), suite, bytesOf(label), secret),
  expand: async (key, label, info, size) =>
    (await mac(key, Uint8Array.of(0, size), bytesOf("HPKE-v1"), suite, bytesOf(label), info,
      Uint8Array.of(1))).slice(0, size),
});

/** Seal for the holder of a raw public key; gives the sender's own public key, then the rest. */
export async function sealTo(to, text, { info, extra = NONE, size = 32, pair }) {
  const { subtle } = crypto;
  const own = pair ?? (await subtle.generateKey(P256, false, ["deriveBits"]));
  const sent = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
  const theirs = await subtle.importKey("raw", to, P256, false, []);
  const secret = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);

  const kem = labeled(join(bytesOf("KEM"), Uint8Array.of(0, 16)));
  const prk = await kem.extract(null, "eae_prk", new Uint8Array(secret));
  const shared = await kem.expand(prk, "shared_secret", join(sent, to), 32);

  const suite = labeled(join(bytesOf("HPKE"), Uint8Array.of(0, 16, 0, 1, 0, size / 16)));
  const about = await Promise.all([
    suite.extract(null, "psk_id_hash", NONE), suite.extract(null, "info_hash", info),
  ]);
  const context = join(Uint8Array.of(0), ...about);
  const base = await suite.extract(shared, "secret", NONE);
  const [key, iv] = await Promise.all([
    suite.expand(base, "key", context, size), suite.expand(base, "base_nonce", context, 12),
  ]);
  const lock = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const options = { name: "AES-GCM", iv, additionalData: extra };
  return join(sent, new Uint8Array(await subtle.encrypt(options, lock, text)));
}

/** An envelope's inside as it lies on this phone: only the server can read it. */
export const seal = async (key, letter) =>
  toBase64(await sealTo(fromBase64(key), bytesOf(JSON.stringify(letter)), { info: bytesOf(INFO) }));
