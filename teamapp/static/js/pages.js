// The pages kept on this phone, one database a person. Only the worker opens it.

import { deleteDB, openDB } from "../vendor/idb.js";
import { becomes, join, packWait } from "./sending.js";
import { URLS, meet } from "./sender.js";
import * as store from "./store.js";

const PREFIX = "pages-";
const CHUNK = 50;
const DAY = 24 * 3600 * 1000;
const OLD = 10 * DAY;
const STALE = 14 * DAY;
const FRESH_FOR = 60 * 1000;
const SILENCE = 30 * 1000;
const TRIES = 5; // for one refresh: a browser ends a worker after about five minutes
const BLANK_CACHE = "blank";

const encoder = new TextEncoder();
const shelves = new Map();

function shelf(user) {
  if (!shelves.has(user)) {
    const forgetIt = () => shelves.delete(user);
    const opening = openDB(PREFIX + user, 1, {
      upgrade(db) {
        db.createObjectStore("pages", { keyPath: "url" });
        db.createObjectStore("meta");
      },
      blocking(_old, _new, event) {
        event.target.close();
        forgetIt();
      },
      terminated: forgetIt,
    });
    opening.catch(forgetIt);
    shelves.set(user, opening);
  }
  return shelves.get(user);
}

// --- answering -------------------------------------------------------------------------------

/** The kept copy of a page for a person, or undefined. */
export async function keptPage(user, url) {
  const tx = (await shelf(user)).transaction(["pages", "meta"]);
  const [page, meta] = await Promise.all([
    tx.objectStore("pages").get(url), tx.objectStore("meta").get("pack"),
  ]);
  if (!page?.head || !meta) return undefined;
  const age = Date.now() - meta.checked;
  if (age > STALE && !page.blank) return undefined;
  return answer(page, meta, age);
}

function answer({ head, body }, { headers, checked, generated_at }, age) {
  const how = age > STALE ? "stale" : age > OLD ? "old" : "fresh";
  const marks = encoder.encode(` data-packed="${checked}" data-age="${how}"`);
  const time = encoder.encode(clock(generated_at));
  const parts = [head, marks, ...body.flatMap((part, i) => (i ? [time, part] : [part]))];
  const type = { "Content-Type": "text/html; charset=utf-8" };
  return new Response(join(...parts), { headers: { ...headers, ...type } });
}

function clock(moment) {
  const [day, time] = store.stamp(Date.parse(moment)).split("T");
  const [, month, date] = day.split("-").map(Number);
  const today = store.stamp().startsWith(day);
  return `${today ? "" : `${date}/${month} `}${time.slice(0, 5)}`;
}

/** A page cut where the worker writes into it: after `<html`, and at the time of the pack. */
function cut(html) {
  const at = html.indexOf("<html") + 5;
  return {
    head: encoder.encode(html.slice(0, at)),
    body: html.slice(at).split("<!--generated-->").map((part) => encoder.encode(part)),
  };
}

// --- the pack --------------------------------------------------------------------------------

let queue = Promise.resolve();
let queued = null;
let pulling = null;

/** Fetch what changed; gives {changed, urls}. With `now`, even if it was just done. */
export function refresh({ now = false } = {}) {
  if (queued && !now) return queued;
  const next = queue.then(() => {
    if (queued === next) queued = null;
    return pull(now);
  });
  queued = next;
  queue = next.catch(() => {});
  return next;
}

/** Break off the pack that is coming in: another will fetch it. */
export const cutOff = () => pulling?.abort();

/** Drop the pages of everybody but the person who is here when that can be done, or of everybody. */
export async function leave({ all = false } = {}) {
  cutOff();
  await queue;
  await dropOthers(all ? null : await store.here());
}

async function dropOthers(user) {
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    if (!name.startsWith(PREFIX) || name === PREFIX + user) continue;
    await deleteDB(name); // an open one is closed by it
  }
  if (await store.get("dropping").catch(console.error)) await store.set({ dropping: false });
}

async function pull(now) {
  const user = await store.here();
  if (!user) return null;
  await dropOthers(user);
  const db = await shelf(user);
  const meta = (await db.get("meta", "pack")) ?? {};
  const started = Date.now();
  if (started < meta.checked) await setBack(db, meta);
  if (!now && Math.abs(started - meta.asked) < FRESH_FOR) return null;
  const stale = started - meta.checked > STALE;
  if (stale) await dropResidents(db, meta);
  pulling = new AbortController();
  try {
    const response = await admitted(meta, stale, pulling.signal);
    if ((await store.here()) !== user) return null; // it says nothing to the next person
    if (packWait(response)) return null; // still busy: the next refresh asks again
    const net = response.status === 401 ? "expired" : isPack(response) ? "ok" : "offline";
    if (net === "expired" && (await codeOf(response)) === "wipe") {
      await dropOthers(null);
      return { wiped: true };
    }
    if (net !== "ok") {
      await noteNet(net);
      return null;
    }
    const changed = await take(response, { user, db, meta, started });
    await noteNet("ok");
    return changed;
  } catch (error) {
    if (error.name === "TypeError" || error.name === "TimeoutError") await noteNet("offline");
    return null;
  }
}

/** A pack's answer says whether there is a network, but settles nothing that a person must do. */
async function noteNet(net) {
  const known = (await store.get("net")) ?? "ok";
  const over = { ok: ["offline", "expired"], offline: ["ok"], expired: ["ok", "offline"] };
  if (over[net].includes(known)) await store.set({ net });
}

/** Ask, and ask again when a busy server says; the kept pages stay meanwhile. */
async function admitted(meta, stale, signal) {
  for (let tries = 1; ; tries += 1) {
    const response = await inTime(ask(meta, stale, signal));
    const wait = packWait(response, { tries });
    if (!wait || tries === TRIES) return response;
    await pause(wait, signal);
  }
}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  setTimeout(resolve, ms);
  signal.addEventListener("abort", () => reject(new DOMException("left", "AbortError")));
});

async function ask({ cursor, epoch, scope }, stale, signal) {
  const known = stale || cursor === undefined ? {} : { since: cursor, epoch, scope };
  known.device = await store.device().catch(() => ""); // a full disk
  const headers = { Accept: "application/x-ndjson" };
  const options = { headers, redirect: "manual", cache: "no-store", signal };
  return fetch(`${URLS.pack}?${new URLSearchParams(known)}`, options);
}

const codeOf = async (response) => (await response.json().catch(() => null))?.code;

const isPack = (response) =>
  response.ok && !response.redirected &&
  response.headers.get("Content-Type")?.includes("ndjson");

/** Store a pack as it streams; its cursor comes in the last transaction. */
async function take(response, { user, db, meta, started }) {
  let header;
  let pack;
  let rows;
  let isRestored;
  const urls = new Set();
  for await (const lines of chunks(response.body)) {
    if ((await store.here()) !== user) throw new DOMException("left", "AbortError");
    if (!header) {
      header = lines.shift();
      if (!header?.epoch || String(header.user) !== user) return null;
      isRestored = await meet(user, header.epoch, header.generated_at);
      pack = await opened(db, header, meta, started);
      rows = header.reset || !lines.length ? {} : await db.get("meta", "rows");
    }
    await keep(db, lines, pack, { rows, urls });
    await settle(user, lines, started);
  }
  if (!header) return null;
  await close(db, header, { ...pack, checked: started }, { rows, urls });
  return { changed: urls.size, urls: urls.size > 200 ? null : [...urls], isRestored };
}

async function opened(db, header, meta, started) {
  const { headers = meta.headers, generated_at } = header;
  if (!header.reset) return { ...meta, headers };
  const pack = { headers, generated_at, checked: meta.checked ?? started, lists: [] };
  await db.put("meta", pack, "pack");
  return pack;
}

async function keep(db, lines, { lists }, { rows, urls }) {
  const tx = db.transaction("pages", "readwrite", { durability: "relaxed" });
  const pages = tx.store;
  for (const { url, html, row, rows: list, blank, gone } of lines) {
    if (!url) continue;
    urls.add(url);
    if (gone) {
      pages.delete(url);
      delete rows[url];
    } else if (list) {
      pages.put({ ...(await pages.get(url)), url, list, skeleton: html });
      if (!lists.includes(url)) lists.push(url);
    } else if (html) pages.put({ url, blank, ...cut(html) });
    if (row) rows[url] = row;
  }
  await tx.done;
  const blank = lines.find((line) => line.url === URLS.noNetwork);
  if (blank?.html) await keepBlank(blank.html);
}

/** The no-network page names nobody: it stays for the time when nobody is signed in. */
async function keepBlank(html) {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const cache = await caches.open(BLANK_CACHE);
  await cache.put(URLS.noNetwork, new Response(html, { headers }));
}

async function settle(user, lines, now) {
  const changes = lines
    .filter((line) => line.entry)
    .map((line) => [line.entry, becomes(line, now)]);
  if (changes.length) await store.settle(user, { changes });
}

/** The last transaction: what is not in a full pack goes, the lists are drawn, the cursor stands. */
async function close(db, { cursor, epoch, scope, generated_at, reset }, pack, { rows, urls }) {
  const tx = db.transaction(["pages", "meta"], "readwrite", { durability: "relaxed" });
  const [pages, meta] = [tx.objectStore("pages"), tx.objectStore("meta")];
  if (reset) {
    for (const url of await pages.getAllKeys()) if (!urls.has(url)) pages.delete(url);
  }
  if (urls.size) {
    for (const url of pack.lists) {
      const page = await pages.get(url);
      pages.put({ ...page, ...cut(filled(page, rows)) });
      urls.add(url);
    }
    meta.put(rows, "rows");
  }
  meta.put({ ...pack, cursor, epoch, scope, generated_at, asked: pack.checked }, "pack");
  await tx.done;
}

/** A list page from its skeleton and the rows that the server rendered, in groups. */
function filled({ skeleton, list }, rows) {
  const sorted = Object.values(rows).sort((a, b) => (a.order < b.order ? -1 : 1));
  const drawn = [];
  for (let at = 0; at < sorted.length; at += list.every) {
    const group = sorted.slice(at, at + list.every).map((row) => row.html);
    drawn.push(list.open, ...group, list.close);
  }
  return skeleton.replace("<!--rows-->", () => drawn.join(""));
}

/** The clock ran ahead at the last pack, or goes wrong now: that pack's own time is right. */
async function setBack(db, meta) {
  meta.checked = Math.min(meta.checked, Date.parse(meta.generated_at));
  await db.put("meta", meta, "pack");
}

async function dropResidents(db, { headers, generated_at, checked }) {
  const tx = db.transaction(["pages", "meta"], "readwrite");
  const [pages, meta] = [tx.objectStore("pages"), tx.objectStore("meta")];
  for (const page of await pages.getAll()) if (!page.blank) pages.delete(page.url);
  meta.delete("rows");
  meta.put({ headers, generated_at, checked }, "pack");
  await tx.done;
}

/** The lines of a stream, parsed, in chunks; a line that was cut off is an error. */
async function* chunks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let lines = [];
  for (;;) {
    const { value, done } = await inTime(reader.read());
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    lines.push(...parts.filter(Boolean).map((line) => JSON.parse(line)));
    while (lines.length >= CHUNK) yield lines.splice(0, CHUNK);
  }
  if (rest) throw new TypeError("cut off");
  yield lines;
}

const inTime = (promise) => store.inTime(promise, SILENCE).catch((error) => {
  pulling.abort();
  throw error;
});
