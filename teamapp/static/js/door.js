// The sign-in page's own beginning: on a slow line the worker comes first, and brings the rest.

const { serviceWorker: worker } = navigator;
const PATIENCE = 20 * 1000;

/** Each file comes once: what the page asked for ahead, the worker finds in the browser's cache. */
async function kept() {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  await worker.register("/sw.js", { type: "module", updateViaCache: "imports" });
  await Promise.race([worker.ready, late]);
}

try {
  if (worker) await kept();
} catch (error) {
  console.error(error);
}
await import("./app.js");
