// Starts the sign-in page: on a slow line the worker comes first, and brings the other scripts.

const { serviceWorker: worker } = navigator;
const PATIENCE = 20 * 1000;
const CLAIM = 1000;

const timeout = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Register the worker and wait until it answers this page, so that each file is loaded once. */
async function shellKept() {
  const claimed = new Promise((resolve) => worker.addEventListener("controllerchange", resolve));
  await worker.register("/sw.js", { type: "module", updateViaCache: "imports" });
  await Promise.race([worker.ready, timeout(PATIENCE)]);
  if (!worker.controller) await Promise.race([claimed, timeout(CLAIM)]);
}

/** The keyboard of a PIN has numbers; a button brings letters, another one shows what is typed. */
function easePin(pin, buttons) {
  pin.inputMode = "numeric";
  buttons.hidden = false;
  buttons.addEventListener("click", ({ target }) => {
    const { type, keyboard } = target.dataset;
    if (!type && !keyboard) return;
    const isOn = target.ariaPressed !== "true";
    target.ariaPressed = String(isOn);
    if (type) pin.type = isOn ? type : "password";
    else pin.inputMode = isOn ? keyboard : "numeric";
    pin.focus();
  });
}

easePin(document.querySelector("[data-pin]"), document.querySelector("[data-pin-buttons]"));

try {
  if (worker) await shellKept();
} catch (error) {
  console.error(error);
}
await import("../app.js");
