// Fetches the pack: the pages of the person signed in here that changed since the last one.

import { get, here, set, withTimeout } from "../outbox/database.js";
import { meetEpoch, numbers } from "../outbox/entries.js";
import { device } from "../outbox/ids.js";
import { packWait } from "../outbox/protocol.js";
import { URLS, scriptVersion } from "../outbox/requests.js";
import { STALE, dropOthers, dropResidents, pagesOf, resetClock } from "./page_cache.js";
import { beginPack, endPack, keepPages, settleEntries } from "./pack_pages.js";

const CHUNK = 50;
const FRESH_FOR = 60 * 1000;
const SILENCE = 30 * 1000;
const TRIES = 5; // of one refresh: a browser ends a worker after about five minutes

let queue = Promise.resolve();
let [queued, fetching, isFull] = [null, null, false];

/** Fetch what changed and resolve with {changed, urls}; with `now`, even if it was just done. */
export function refresh({ now = false } = {}) {
  if (queued && !now) return queued;
  const next = queue.then(() => {
    if (queued === next) queued = null;
    return fetchPack(now);
  });
  queued = next;
  queue = next.catch(() => {});
  return next;
}

/** Abort the pack under way: the next one brings it. */
export const abortPack = () => fetching?.abort();

/** Drop the pages of everybody but the person signed in by then, or of all. */
export async function dropPages({ all = false } = {}) {
  abortPack();
  await queue;
  await dropOthers(all ? null : await here());
}

async function fetchPack(now) {
  const user = await here();
  if (!user) return null;
  await dropOthers(user);
  const db = await pagesOf(user);
  const meta = (await db.get("meta", "pack")) ?? {};
  const started = Date.now();
  if (started < meta.checked) await resetClock(db, meta);
  const isFresh = !now && Math.abs(started - meta.asked) < FRESH_FOR;
  if (isFresh || (isFull && (await numbers(user)).waiting)) return null; // it needs the room
  const isStale = started - meta.checked > STALE;
  if (isStale) await dropResidents(db, meta);
  fetching = new AbortController();
  try {
    const response = await admitted(meta, isStale, fetching.signal);
    if ((await here()) !== user) return null; // the answer is about the person before
    if (packWait(response)) return null; // still busy: the next refresh asks again
    const net = response.status === 401 ? "expired" : isPack(response) ? "ok" : "offline";
    if (net === "expired" && (await codeOf(response)) === "wipe") {
      await dropOthers(null);
      return { wiped: true };
    }
    const changed = net === "ok" ? await store(response, { user, db, meta, started }) : null;
    await noteNet(net);
    return changed;
  } catch (error) {
    isFull ||= error.name === "QuotaExceededError";
    if (error.name === "TypeError" || error.name === "TimeoutError") await noteNet("offline");
    return null;
  }
}

/** A pack shows whether there is a network, but clears no state that asks for a person's action. */
async function noteNet(net) {
  const known = (await get("net")) ?? "ok";
  const replaceable = { ok: ["offline", "expired"], offline: ["ok"], expired: ["ok", "offline"] };
  if (replaceable[net].includes(known)) await set({ net });
}

/** Ask, and ask again when a busy server says; the kept pages stay meanwhile. */
async function admitted(meta, isStale, signal) {
  for (let tries = 1; ; tries += 1) {
    const response = await unlessSilent(request(meta, isStale, signal));
    const wait = packWait(response, { tries });
    if (!wait || tries === TRIES) return response;
    await pause(wait, signal);
  }
}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  setTimeout(resolve, ms);
  signal.onabort = () => reject(new DOMException("left", "AbortError"));
});

async function request({ cursor, epoch, scope }, isStale, signal) {
  const known = isStale || cursor === undefined ? {} : { since: cursor, epoch, scope };
  known.device = await device().catch(() => ""); // a full disk
  known.app = scriptVersion;
  known.persistent = await withTimeout(navigator.storage?.persisted?.()).catch(() => "");
  return fetch(`${URLS.pack}?${new URLSearchParams(known)}`, {
    headers: { Accept: "application/x-ndjson" }, signal, redirect: "manual", cache: "no-store" });
}

const codeOf = async (response) => (await response.json().catch(() => null))?.code;

const isPack = ({ ok, redirected, headers }) =>
  ok && !redirected && headers.get("Content-Type")?.includes("ndjson");

/** Store a pack as it streams; the last transaction stores its cursor. */
async function store(response, { user, db, meta, started }) {
  let header, pack, rows, isRestored;
  const urls = new Set();
  for await (const lines of chunks(response.body)) {
    if ((await here()) !== user) throw new DOMException("left", "AbortError");
    if (!header) {
      header = lines.shift();
      if (!header?.epoch || String(header.user) !== user) return null;
      isRestored = await meetEpoch(user, header.epoch, header.generated_at);
      pack = await beginPack(db, header, meta, started);
      rows = header.reset || !lines.length ? {} : await db.get("meta", "rows");
    }
    await keepPages(db, lines, pack, { rows, urls });
    await settleEntries(user, lines, started);
  }
  if (!header) return null;
  const listed = await endPack(db, header, { ...pack, checked: started }, { rows, urls });
  return { changed: urls.size, urls: urls.size > 200 ? null : [...urls], isRestored, listed };
}

/** The parsed lines of a stream, in chunks; an incomplete line is an error. */
async function* chunks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let lines = [];
  for (;;) {
    const { value, done } = await unlessSilent(reader.read());
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    lines.push(...parts.filter(Boolean).map((line) => JSON.parse(line)));
    while (lines.length >= CHUNK) yield lines.splice(0, CHUNK);
  }
  if (rest) throw new TypeError("cut off");
  yield lines;
}

const unlessSilent = (promise) => withTimeout(promise, SILENCE).catch((error) => {
  abortPack();
  throw error;
});
