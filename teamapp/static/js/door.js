// The sign-in page's own beginning: on a slow line the worker comes first, and brings the rest.

const { serviceWorker: worker } = navigator;
const PATIENCE = 20 * 1000;

/** The worker fetches every file once; a page that loaded them too would make it ask again. */
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
