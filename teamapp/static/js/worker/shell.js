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
export async function fillShell(version, files) {
  if (!(await shellsBeside(version)).length) self.skipWaiting();
  const cache = await caches.open(PREFIX + version);
  await cache.addAll(files);
}

/** Delete all versions but this and the one before, which a page that is still open may need. */
export async function dropOldShells(version) {
  const old = (await shellsBeside(version)).slice(0, -1);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** An answer within three seconds; null when it fails or is late. */
export const soon = (promise) => withTimeout(promise, PATIENCE).catch(() => null);

/** A static file: kept, from the network, or at last the same path of another version. */
export async function staticFile(request, url) {
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
