// Served in the worker's place with WORKER=off: takes the worker and its pages from a phone.
// What was written there is not touched.

self.addEventListener("install", () => self.skipWaiting());

// A browser that misses the moment is asked again when somebody presses “Tải lại”.
self.addEventListener("message", ({ data }) => data?.do === "skip" && self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(goAway()));

async function goAway() {
  await self.registration.unregister();
  const databases = (await indexedDB.databases?.()) ?? [];
  for (const { name } of databases) if (name.startsWith("pages-")) indexedDB.deleteDatabase(name);
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}
