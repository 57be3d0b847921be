// The worker: answers navigations from the kept pages, and sends in the background.

import { here, set, withTimeout } from "/static/js/outbox/database.js";
import { list } from "/static/js/outbox/entries.js";
import { envelopes } from "/static/js/outbox/envelopes.js";
import { isResting } from "/static/js/outbox/protocol.js";
import { URLS, endSession } from "/static/js/outbox/requests.js";
import { handOver, send } from "/static/js/outbox/transport.js";
import { abortPack, dropPages, refresh } from "/static/js/worker/pack.js";
import { keptPage } from "/static/js/worker/page_cache.js";
import { dropOldShells, fillShell, soon, staticFile } from "/static/js/worker/shell.js";

const VERSION = "{{ version }}";
const FILES = "{{ files }}".split(" ");
const NETWORK_ONLY = [URLS.sync, URLS.pack, URLS.arrival, URLS.signOut];
const UNDO = 15 * 1000;

self.addEventListener("install", (event) => event.waitUntil(fillShell(VERSION, FILES)));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/") || FILES.includes(url.pathname)) {
    event.respondWith(staticFile(request, url));
  } else if (request.headers.has("X-Kept")) {
    event.respondWith(blankForms(request, url));
  } else if (request.mode === "navigate" && isPage(url)) {
    event.respondWith(url.pathname === URLS.signIn ? signInPage(event) : page(request, url));
  }
});

self.addEventListener("message", (event) => {
  const { do: action, now } = event.data ?? {};
  if (action === "skip") self.skipWaiting();
  if (action === "rest") stopWork();
  if (action === "leave") event.waitUntil(unlessStopped(signedOut(event.source)));
  if (action === "refresh") event.waitUntil(unlessStopped(refreshPages(now)));
});

self.addEventListener("sync", (event) => event.waitUntil(unlessStopped(sendInBackground())));

let stop;
const stopped = new Promise((_resolve, reject) => (stop = reject));
stopped.catch(() => {});

/** A newer worker takes over only when no event is open here; it repeats the work cut short. */
function stopWork() {
  abortPack();
  stop(new DOMException("rest", "AbortError"));
}

const unlessStopped = (work) => Promise.race([work, stopped]);

async function takeOver() {
  await dropOldShells(VERSION);
  await self.clients.claim();
}

/** An export or another file that somebody opens is no page. */
const isPage = ({ pathname }) => !NETWORK_ONLY.includes(pathname) && !/\.\w+$/.test(pathname);

/** A kept page whose blank forms another page borrows. */
const blankForms = async (request, url) => (await kept(url.pathname)) || fetch(request);

async function page(request, url) {
  return (await kept(url.pathname + url.search)) || (await fromNetwork(request)) ||
    (url.search && (await kept(url.pathname))) || noNetwork();
}

/** The kept page of the person signed in here; null also where storage fails or hangs. */
function kept(path) {
  const own = async () => {
    const user = await here();
    return user && keptPage(user, path);
  };
  return withTimeout(own()).catch(() => null);
}

async function noNetwork() {
  return (await kept(URLS.noNetwork)) ||
    (await caches.match(URLS.noNetwork, { ignoreVary: true })) || Response.error();
}

/**
 * The sign-in page signs out on this phone: no kept page is shown until arrival.
 *
 * A lost phone, or one of a person who left the team, may learn it here first.
 */
async function signInPage(event) {
  const response = await fromNetwork(event.request);
  if (response?.headers.has("X-Wipe")) event.waitUntil(wiped());
  else if (response?.ok) await soon(set({ here: null }));
  return response ?? noNetwork();
}

async function wiped() {
  await dropPages({ all: true });
  await handOver();
}

/** Send no request in a session that was ended on this phone; broken storage counts as no session. */
const fromNetwork = (request) => soon(endSession().catch(() => true)
  .then((isEnded) => (isEnded ? fetch(request) : null)));

async function sendInBackground() {
  const user = await here();
  await undoTime(user);
  await send();
  if (user && !(await here())) return signedOut();
  await tell({ did: "sent" });
  await refreshPages(true);
  const waiting = user
    ? [...await list(user, ["waiting", "sending"]), ...await envelopes()] : [];
  if (waiting.some((entry) => !isResting(entry.not_before, Date.now()))) throw new Error("still waiting");
}

/** Wait while an entry saved a moment ago may still be taken back. */
async function undoTime(user) {
  const waiting = user ? await list(user, ["waiting"]) : [];
  const ahead = waiting.map((entry) => entry.not_before - Date.now()).filter((ms) => ms < UNDO);
  const rest = Math.max(0, ...ahead);
  if (rest) await new Promise((resolve) => setTimeout(resolve, rest + 100));
}

async function refreshPages(now) {
  const changes = await refresh({ now });
  if (changes?.isRestored) {
    await send();
    await tell({ did: "sent" });
  }
  await tell({ did: "refreshed", changed: 0, urls: [], ...changes });
}

/** Tell the other tabs that the person signed out, and drop their pages. */
async function signedOut(tab) {
  await tell({ did: "left" }, tab);
  await dropPages();
}

async function tell(message, except) {
  for (const client of await self.clients.matchAll()) {
    if (client.id !== except?.id) client.postMessage(message);
  }
}
