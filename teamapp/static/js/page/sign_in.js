// Starts the sign-in page: on a slow line the worker comes first, and brings the other scripts.

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
function easePin(pin, choices) {
  pin.inputMode = "numeric";
  choices.hidden = false;
  choices.addEventListener("change", ({ target: { checked, dataset } }) => {
    if (dataset.type) pin.type = checked ? dataset.type : "password";
    else pin.inputMode = checked ? dataset.keyboard : "numeric";
    pin.focus();
  });
}

easePin(document.querySelector("[data-pin]"), document.querySelector("[data-pin-choices]"));
document.querySelector("[data-address]").textContent = `${location.origin}/`;

(worker ? shellKept() : Promise.resolve())
  .catch(console.error)
  .then(() => import("../app.js"));
