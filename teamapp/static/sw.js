// The worker: answers navigations from what this phone keeps, and sends in the background.

import "/static/vendor/idb.js"; // named here too: all imports come in one round trip
import { cutOff, keptPage, leave, refresh } from "/static/js/pages.js";
import { URLS, endSession, handOver, send } from "/static/js/sender.js";
import { rests } from "/static/js/sending.js";
import { envelopes, here, inTime, list, set } from "/static/js/store.js";

const VERSION = "{{ version }}";
const FILES = [{{ files }}];

const SHELL = `shell-${VERSION}`;
const PATIENCE = 3000;
const NETWORK_ONLY = [URLS.sync, URLS.pack, URLS.arrival, URLS.signOut];

self.addEventListener("install", (event) => event.waitUntil(fillShell()));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/") || FILES.includes(url.pathname)) {
    event.respondWith(file(request, url));
  } else if (request.headers.has("X-Kept")) {
    event.respondWith(part(request, url));
  } else if (request.mode === "navigate" && isPage(url)) {
    event.respondWith(url.pathname === URLS.signIn ? signIn(event) : page(request, url));
  }
});

self.addEventListener("message", (event) => {
  const { do: deed, now } = event.data ?? {};
  if (deed === "skip") self.skipWaiting();
  if (deed === "rest") rest();
  if (deed === "leave") event.waitUntil(unlessResting(left(event.source)));
  if (deed === "refresh") event.waitUntil(unlessResting(renew(now)));
});

self.addEventListener("sync", (event) => event.waitUntil(unlessResting(sendInBackground())));

let giveUp;
const resting = new Promise((_resolve, reject) => (giveUp = reject));
resting.catch(() => {});

/** A newer worker takes over only when nothing is under way here; what is cut off, it does anew. */
function rest() {
  cutOff();
  giveUp(new DOMException("rest", "AbortError"));
}

const unlessResting = (work) => Promise.race([work, resting]);

const otherShells = async () =>
  (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== SHELL);

/**
 * Take every file of this version; those the page has just loaded come from the HTTP cache.
 *
 * Where no other version's lie, no page leans on one: the worker of WORKER=off is followed at once.
 */
async function fillShell() {
  if (!(await otherShells()).length) self.skipWaiting();
  const cache = await caches.open(SHELL);
  await cache.addAll(FILES);
}

/** The version before stays: a page that is still open may need it. */
async function takeOver() {
  const old = (await otherShells()).slice(0, -1);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** An export or another file that somebody opens is no page. */
const isPage = ({ pathname }) =>
  !NETWORK_ONLY.includes(pathname) && !/\.\w+$/.test(pathname);

/** Nobody waits long for an answer: null when it fails or is late. */
const soon = (promise) => inTime(promise, PATIENCE).catch(() => null);

async function file(request, url) {
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

/** A kept page that another page borrows its blank forms from. */
async function part(request, url) {
  return (await kept(url.pathname)) || fetch(request);
}

async function page(request, url) {
  return (await kept(url.pathname + url.search)) || (await fromNetwork(request)) ||
    (url.search && (await kept(url.pathname))) || noNetwork();
}

/** What the person who is here keeps; storage that fails or hangs is as good as empty. */
function kept(path) {
  const own = async () => {
    const user = await here();
    return user && keptPage(user, path);
  };
  return inTime(own()).catch(() => null);
}

/** The page that says there is no network, for whoever holds the phone. */
async function noNetwork() {
  return (await kept(URLS.noNetwork)) ||
    (await caches.match(URLS.noNetwork, { ignoreVary: true })) || Response.error();
}

/**
 * Whoever is given the sign-in page is nobody yet: no kept page is shown until arrival.
 *
 * A phone that was lost, or whose holder left, may come here before it hears so elsewhere.
 */
async function signIn(event) {
  const response = await fromNetwork(event.request);
  if (response?.headers.has("X-Wipe")) event.waitUntil(dropped());
  else if (response?.ok) await soon(set({ here: null }));
  return response ?? noNetwork();
}

async function dropped() {
  await leave({ all: true });
  await handOver();
}

/** No request goes out in the name of a session that was ended here; broken storage knows of none. */
async function fromNetwork(request) {
  const answer = async () => ((await endSession().catch(() => true)) ? fetch(request) : null);
  return soon(answer());
}

async function sendInBackground() {
  const user = await here();
  await undoTime(user);
  await send();
  if (user && !(await here())) return left();
  await tell({ did: "sent" });
  await renew(true);
  const waiting = user
    ? [...await list(user, ["waiting", "sending"]), ...await envelopes()] : [];
  if (waiting.some((entry) => !rests(entry.not_before, Date.now()))) throw new Error("still waiting");
}

/** What was saved a moment ago may still be taken back. */
async function undoTime(user) {
  const waiting = user ? await list(user, ["waiting"]) : [];
  const ahead = waiting.map((entry) => entry.not_before - Date.now()).filter((ms) => ms < 15000);
  const rest = Math.max(0, ...ahead);
  if (rest) await new Promise((resolve) => setTimeout(resolve, rest + 100));
}

async function renew(now) {
  const changes = await refresh({ now });
  if (changes?.isRestored) {
    await send();
    await tell({ did: "sent" });
  }
  await tell({ did: "refreshed", changed: 0, urls: [], ...changes });
}

/** Pages of whoever left are dropped, and the other tabs are told. */
async function left(tab) {
  await tell({ did: "left" }, tab);
  await leave();
}

async function tell(message, except) {
  for (const client of await self.clients.matchAll()) {
    if (client.id !== except?.id) client.postMessage(message);
  }
}
