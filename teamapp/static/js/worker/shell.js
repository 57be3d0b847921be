// The static files of each version that this phone keeps in Cache Storage.

import { withTimeout } from "../outbox/database.js";

const PREFIX = "shell-";
const PATIENCE = 3000;

const shellsBeside = async (version) =>
  (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + version);

/**
 * Keep every file of a version; those the page has just loaded come from the HTTP cache.
 *
 * Where no other version's files are kept, no page depends on them: the worker takes over at once,
 * also from the one of WORKER=off.
 */
export async function fillShell(version, files, pageScripts) {
  if (!(await shellsBeside(version)).length) self.skipWaiting();
  const cache = await caches.open(PREFIX + version);
  await Promise.all([cache.addAll(files), unpack(pageScripts, cache)]);
}

/** Scripts that only pages import come in one file: a first visit is paid in round trips. */
async function unpack(file, cache) {
  const response = await fetch(file);
  if (!response.ok) throw new TypeError(file);
  await cache.put(file, response.clone());
  const scripts = scriptsIn(await response.text(), file);
  await Promise.all([...scripts].map(([path, code]) => cache.put(path, script(code))));
}

const script = (code) =>
  new Response(code, { headers: { "Content-Type": "text/javascript; charset=utf-8" } });

/** The scripts of the file, by their paths. */
const scriptsIn = (text, file) => new Map(text.split("//script ").slice(1).map((part) => {
  const [name] = part.split("\n", 1);
  return [new URL(name, location.origin + file).pathname, part.slice(name.length + 1)];
}));

let reading;

/** One of them, from the kept file that is read once: two dozen lookups cost a slow phone 0.1 s. */
async function pageScript(path, file) {
  reading ??= caches.match(file).then(async (kept) => kept && scriptsIn(await kept.text(), file));
  const scripts = await reading.catch(() => null);
  if (!scripts) reading = undefined;
  return scripts?.get(path);
}

/** Delete all versions but this and the one before, which a page that is still open may need. */
export async function dropOldShells(version) {
  const old = (await shellsBeside(version)).slice(0, -1);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** An answer within three seconds; null when it fails or is late. */
export const soon = (promise) => withTimeout(promise, PATIENCE).catch(() => null);

/** A static file: kept, from the network, or at last the same path of another version. */
export async function staticFile(request, url, pageScripts) {
  const code = url.pathname.endsWith(".js") && (await pageScript(url.pathname, pageScripts));
  if (code) return script(code);
  const exact = await caches.match(request, { ignoreVary: true });
  if (exact) return exact;
  const response = await soon(fetch(request));
  if (response?.ok) return response;
  return (await otherVersion(url)) ?? response ?? fetch(request);
}

async function otherVersion({ pathname }) {
  const path = pathname.replace(/^\/static\/[^/]+/, "");
  for (const name of (await caches.keys()).reverse()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      const known = new URL(url).pathname;
      if (known.startsWith("/static/") && known.endsWith(path)) return cache.match(url);
    }
  }
  return undefined;
}
