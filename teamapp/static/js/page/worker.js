// The page's side of the worker: registering it, messages to it, and its newer versions.

import { holdsUnsaved } from "../forms/typed_drafts.js";

const root = document.documentElement;
const worker = navigator.serviceWorker;

let isAskedToUpdate = false;

export const tell = (message) => worker?.controller?.postMessage(message);

/** Register the worker; `hear` gets its messages. */
export async function startWorker(hear) {
  if (!worker) return;
  worker.addEventListener("message", ({ data }) => hear(data));
  worker.addEventListener("controllerchange", () => isAskedToUpdate && location.reload());
  const options = { type: "module", updateViaCache: "imports" };
  const registration = await worker.register("/sw.js", options);
  const offer = () =>
    root.toggleAttribute("data-update", Boolean(registration.waiting && worker.controller));
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", offer));
  offer();
}

/** Tell the worker as soon as it is active. */
export async function tellWhenReady(message) {
  const registration = await worker?.ready;
  registration?.active.postMessage(message);
}

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
