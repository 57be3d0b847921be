// Every page begins here: who holds the phone, what waits, when to send, when to renew.

import * as echo from "./echo.js";
import * as forms from "./forms.js";
import { URLS, endSession, handOver, sealAbsent, send } from "./sender.js";
import * as store from "./store.js";

const MINUTE = 60 * 1000;
const ARRIVAL = 8 * 1000;
const STILL = 2 * 1000;

const { dataset: page } = document.body;
const root = document.documentElement;
const worker = navigator.serviceWorker;

// --- what the phone knows --------------------------------------------------------------------

async function show() {
  echo.showDays();
  const waiting = await echo.showNumbers();
  await echo.showEcho();
  await echo.showOutbox();
  await forms.endUndo();
  await showNet();
  return waiting;
}

async function showNet() {
  const [net = "ok", clock] = await Promise.all([store.get("net"), store.get("clock")]);
  root.dataset.net = net === "ok" && !navigator.onLine ? "offline" : net;
  root.toggleAttribute("data-clock", Boolean(clock));
  if (clock) root.dataset.clock = clock;
  for (const place of document.querySelectorAll("[data-clock-minutes]")) {
    place.textContent = Math.abs(clock ?? 0);
  }
}

// --- sending ---------------------------------------------------------------------------------

let timer;

/** Send what may go, show what came of it, and come back while something waits. */
async function sendNow(options) {
  if (!page.user) return;
  const before = await store.numbers(page.user);
  if (before.waiting || before.sealed) {
    await send(options).catch(console.error);
    if (!(await guard())) return tell({ do: "leave" });
    const after = await store.numbers(page.user);
    const moved = ["waiting", "attention", "accepted", "sealed"].some((name) => after[name] !== before[name]);
    if (moved) tell({ do: "refresh", now: true });
    else await forms.endUndo(); // it may have gone in vain
    await (moved ? show() : showNet());
  }
  await comeBack();
}

/** The next try: when the back-off or the time to undo has passed, at the latest in a minute. */
async function comeBack() {
  const waiting = [
    ...await store.list(page.user, ["waiting", "sending"]), ...await store.envelopes()];
  clearTimeout(timer);
  if (!waiting.length) return;
  const { until = 0, told = 0 } = (await store.get("pace")) ?? {};
  const next = Math.max(until, told, Math.min(...waiting.map((entry) => entry.not_before)));
  timer = setTimeout(sendNow, Math.min(MINUTE, Math.max(1000, next + 100 - Date.now())));
}

async function saved() {
  await show();
  await comeBack();
  await sendInBackground();
  navigator.storage?.persist?.();
}

/** Ask the browser to wake the worker when there is a network, where it can. */
async function sendInBackground() {
  const registration = await worker?.getRegistration();
  await registration?.sync?.register("send").catch(() => {});
}

// --- the worker ------------------------------------------------------------------------------

const tell = (message) => worker?.controller?.postMessage(message);

let asked = false;

async function startWorker() {
  if (!worker) return;
  worker.addEventListener("message", ({ data }) => heard(data));
  worker.addEventListener("controllerchange", () => asked && location.reload());
  const options = { type: "module", updateViaCache: "imports" };
  const registration = await worker.register("/sw.js", options);
  const offer = () =>
    root.toggleAttribute("data-update", Boolean(registration.waiting && worker.controller));
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", offer));
  offer();
}

async function heard({ did, changed, urls, wiped }) {
  if (wiped) return dropped();
  if (did === "left") await guard();
  if (did === "sent") await show();
  if (did !== "refreshed") return;
  await showNet();
  const mine = changed && (!urls || urls.includes(location.pathname));
  if (mine && root.dataset.packed) await renew();
}

/** No pages for this person any more; who left the team may still hand in what waits. */
async function dropped() {
  await handOver();
  await guard();
}

let renewing;
let touched = performance.now();

/** Show the newer page, unless that would take something out of somebody's hands. */
async function renew() {
  clearTimeout(renewing);
  const busy = (await forms.holdsUnsaved()) || location.hash || scrollY > 0 ||
    document.activeElement !== document.body;
  root.toggleAttribute("data-fresh", Boolean(busy));
  if (busy) return;
  if (performance.now() - touched > STILL) location.reload();
  else renewing = setTimeout(renew, STILL);
}

/** Let the newer version take over; a browser that misses the moment is asked again. */
async function update() {
  await forms.holdsUnsaved();
  const { waiting } = (await worker.getRegistration()) ?? {};
  asked = true;
  if (!waiting) return location.reload();
  tell({ do: "rest" });
  const skip = () => waiting.postMessage({ do: "skip" });
  setInterval(skip, 1000);
  return skip();
}

// --- who holds the phone ---------------------------------------------------------------------

/**
 * A page of somebody who is not here any more shows nothing: it makes room for who is.
 *
 * One that just came from the server is of the person signed in there: it only has to arrive.
 */
async function guard({ loaded = false } = {}) {
  if (!page.user || "arrival" in page) return true;
  const here = await store.here();
  if (here === page.user) return true;
  document.body.replaceChildren();
  const next = encodeURIComponent(location.pathname + location.search);
  const live = loaded && !root.dataset.packed;
  location.replace(live ? `${URLS.arrival}?next=${next}` : here ? "/" : URLS.signIn);
  return false;
}

/** A page out of the back cache is not shown before it is known whose it is. */
async function cameBack() {
  root.hidden = true;
  if (!(await guard())) return;
  root.hidden = false;
  await show();
}

/**
 * Sign-in leads here: from now on this phone is this person's.
 *
 * Whoever just types the address takes up no session that was ended here without signal.
 */
async function arrive() {
  if (await store.get("ending")) {
    await endSession();
    return location.replace(URLS.signIn);
  }
  await store.arrive(page.user, page.sealing);
  await sealAbsent().catch(console.error);
  navigator.storage?.persist?.();
  await store.inTime(ready(), ARRIVAL).catch(console.error);
  const next = new URL(page.next || "/", location.origin);
  return location.replace(next.origin === location.origin ? next : "/");
}

async function ready() {
  const registration = await worker?.ready;
  registration?.active.postMessage({ do: "refresh", now: true });
}

/** The worker has seen to all this already; there may be none. */
async function atTheDoor() {
  if ("wipe" in page) return handOver();
  await store.set({ here: null });
  return endSession();
}

/** A sign-out that was cut off may have left them. */
async function dropPages() {
  const registration = await worker?.ready;
  registration?.active.postMessage({ do: "leave" });
}

async function signOut() {
  await forms.holdsUnsaved();
  await store.release(page.user).catch(() => {}); // the undo time ends here
  await store.inTime(send({ eager: true }), ARRIVAL).catch(console.error);
  sessionStorage.clear();
  await store.leave({ ending: true }).catch(console.error);
  await sealAbsent().catch(console.error);
  tell({ do: "leave" });
  if (!(await endSession(true))) await sendInBackground();
  location.replace(URLS.signIn);
}

// --- buttons ---------------------------------------------------------------------------------

let installing;

const deeds = {
  ...forms.deeds,
  update,
  reload: () => location.reload(),
  "sign-out": signOut,
  install: async () => {
    await installing?.prompt();
    root.toggleAttribute("data-install", false);
  },
  "send-now": async () => {
    await store.release(page.user);
    await sendNow({ eager: true });
  },
  resend: async (button) => {
    await store.resend(page.user, (await echo.entryOf(button))?.id);
    await sendNow({ eager: true });
  },
  mend: async (button) => forms.mend(await echo.entryOf(button)),
  export: exportOutbox,
};

async function exportOutbox() {
  const entries = await store.handOut(page.user).catch(() => store.list(page.user)); // a full disk
  const file = new Blob([JSON.stringify({ v: 1, user: page.user, entries }, null, 1)]);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `tungnha-${store.stamp().slice(0, 16).replace(":", "")}.json`;
  link.click();
  setTimeout(URL.revokeObjectURL, MINUTE, link.href);
  await show();
}

function pressed(event) {
  const button = event.target.closest("[data-do]");
  const deed = button && deeds[button.dataset.do];
  if (!deed) return;
  event.preventDefault();
  Promise.resolve(deed(button)).catch(forms.tellFailure);
}

// --- beginning -------------------------------------------------------------------------------

async function start() {
  document.addEventListener("click", pressed);
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installing = event;
    root.toggleAttribute("data-install", true);
  });
  addEventListener("pageshow", ({ persisted }) => persisted && cameBack());
  forms.listen();
  startWorker().catch(console.error);
  if (document.querySelector(`form[action="${URLS.signIn}"]`)) {
    if (!(await store.isThere())) return undefined;
    await atTheDoor();
  }
  if ("arrival" in page) return arrive();
  if (await store.get("dropping")) dropPages().catch(console.error);
  if (await store.get("leaving")) await sealAbsent().catch(console.error);
  if (!(await guard({ loaded: true }))) return undefined;
  echo.startSearch();
  const waiting = await show();
  echo.followNext();
  listen();
  tell({ do: "refresh", now: wasReloaded() });
  await forms.open();
  if (waiting) await sendInBackground();
  return sendNow();
}

/** Whoever reloads a page wants the newest. */
const wasReloaded = () => performance.getEntriesByType("navigation")[0]?.type === "reload";

/** The network came back, for this page too when nothing waits. */
async function online() {
  tell({ do: "refresh", now: true });
  await showNet();
  await sendNow({ eager: true });
}

function listen() {
  document.addEventListener("outbox", saved);
  addEventListener("online", online);
  addEventListener("offline", showNet);
  addEventListener("hashchange", echo.followNext);
  addEventListener("pointerdown", () => (touched = performance.now()), true);
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || !(await guard())) return;
    await show();
    tell({ do: "refresh" });
    await sendNow();
  });
}

start().catch(forms.tellFailure);
