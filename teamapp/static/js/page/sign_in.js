// Starts the pages with a PIN: on a slow line the worker comes first, and brings the other scripts.

const { serviceWorker: worker } = navigator;
const PATIENCE = 20 * 1000;
const CLAIM = 1000;

const timeout = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A worker that cannot be installed, or that leaves at once (WORKER=off), becomes redundant. */
const installed = ({ installing }) => new Promise((resolve) => {
  if (!installing) return resolve();
  return installing.addEventListener("statechange", () =>
    ["activated", "redundant"].includes(installing.state) && resolve());
});

/** Register the worker and wait until it answers this page, so that each file is loaded once. */
async function shellKept() {
  const claimed = new Promise((resolve) => worker.addEventListener("controllerchange", resolve));
  const options = { type: "module", updateViaCache: "imports" };
  const registration = await worker.register("/sw.js", options);
  await Promise.race([installed(registration), timeout(PATIENCE)]);
  if (registration.active && !worker.controller) await Promise.race([claimed, timeout(CLAIM)]);
}

/** The keyboard of a PIN has numbers; one choice brings letters, another shows what is typed. */
function chosen({ target: { checked, dataset, form } }) {
  if (!dataset.type && !dataset.keyboard) return;
  const [pin, ...more] = form.querySelectorAll("[autocomplete$=password]");
  if (dataset.type) for (const one of [pin, ...more]) one.type = checked ? dataset.type : "password";
  else pin.inputMode = checked ? dataset.keyboard : "numeric";
  pin.focus();
}

document.addEventListener("change", chosen);
for (const pin of document.querySelectorAll("[data-pin]")) pin.inputMode = "numeric";
for (const choices of document.querySelectorAll("[data-secret-choices]")) choices.hidden = false;
for (const address of document.querySelectorAll("[data-address]")) address.textContent = `${location.origin}/`;

(worker ? shellKept() : Promise.resolve())
  .catch(console.error)
  .then(() => import("../app.js"));
