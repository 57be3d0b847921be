// The page's side of the worker: registering it, messages to it, and its newer versions.

import { holdsUnsaved } from "../forms/typed_drafts.js";
import { root } from "./days.js";

const worker = navigator.serviceWorker;

let isAskedToUpdate = false;
let registering = Promise.resolve();

export const tell = (message) => worker?.controller?.postMessage(message);

/**
 * Register the worker; `hear` gets its messages.
 *
 * Some browsers have none, as those inside other apps, or cannot run ours: the page says so.
 */
export async function startWorker(hear) {
  worker?.addEventListener("message", ({ data }) => hear(data));
  worker?.addEventListener("controllerchange", () => isAskedToUpdate && location.reload());
  const options = { type: "module", updateViaCache: "imports" };
  registering = Promise.resolve(worker?.register("/sw.js", options)).catch(console.error);
  const registration = await registering;
  root.toggleAttribute("data-online-only", !registration);
  if (!registration) return;
  const offer = () =>
    root.toggleAttribute("data-update", Boolean(registration.waiting && worker.controller));
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", offer));
  offer();
}

/** Tell the worker as soon as it is active, unless it never will be (WORKER=off, a full disk). */
export async function tellWhenReady(message) {
  const registration = await registering;
  if (!registration?.active) await settled(registration?.installing);
  registration?.active?.postMessage(message);
}

const settled = (installing) => new Promise((resolve) => {
  if (!installing) return resolve();
  return installing.addEventListener("statechange", () =>
    ["activated", "redundant"].includes(installing.state) && resolve());
});

/** Have the browser wake the worker when there is a network, where it can. */
export async function sendInBackground() {
  const registration = await worker?.getRegistration();
  await registration?.sync?.register("send").catch(() => {});
}

/** Let the newer version take over; a browser that misses the moment is asked again. */
export async function update() {
  await holdsUnsaved();
  const { waiting } = (await worker.getRegistration()) ?? {};
  isAskedToUpdate = true;
  if (!waiting) return location.reload();
  tell({ do: "rest" });
  const skip = () => waiting.postMessage({ do: "skip" });
  setInterval(skip, 1000);
  return skip();
}
