// The offer to put the app on the home screen, which a person may put off for a month.

import { get, set } from "../outbox/database.js";
import { root } from "./days.js";

const PUT_OFF = 30 * 24 * 3600 * 1000;

let prompting;

const isPutOff = async () => Math.abs(Date.now() - ((await get("install_put_off")) ?? 0)) < PUT_OFF;

/** The browser can install the app; a page without a person must not open the database. */
export async function offerInstall(event) {
  event.preventDefault();
  prompting = event;
  if (document.body.dataset.user) root.toggleAttribute("data-install", !(await isPutOff()));
}

/** An iPhone installs by its own menu, and the app there shares no storage with Safari. */
export async function offerOnApple() {
  if ("standalone" in navigator && !(await isPutOff())) {
    root.dataset.apple = navigator.standalone ? "app" : "safari";
  }
}

export async function install() {
  await prompting?.prompt();
  root.toggleAttribute("data-install", false);
}

export async function putOffInstall() {
  root.toggleAttribute("data-install", false);
  delete root.dataset.apple;
  await set({ install_put_off: Date.now() });
}
