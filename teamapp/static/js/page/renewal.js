// News from the worker: entries sent, pages renewed, a person signed out.

import { holdsUnsaved } from "../forms/typed_drafts.js";
import { showKept, showNet } from "./bar.js";
import { root } from "./days.js";
import { show } from "./sending.js";
import { guard, wiped } from "./session.js";

const STILL = 2 * 1000;

let renewing;
let touchedAt = performance.now();

export const touched = () => (touchedAt = performance.now());

export async function hear({ did, changed, urls, listed, wiped: isWiped }) {
  if (isWiped) return wiped();
  if (did === "left") await guard();
  if (did === "sent") await show();
  if (did !== "refreshed") return;
  showKept({ listed });
  await showNet();
  const isThisPage = changed && (!urls || urls.includes(location.pathname));
  if (isThisPage && root.dataset.packed) await renew();
}

/** Show the newer page, unless somebody is using this one. */
async function renew() {
  clearTimeout(renewing);
  const isBusy = (await holdsUnsaved()) || location.hash || scrollY > 0 ||
    document.activeElement !== document.body;
  root.toggleAttribute("data-fresh", Boolean(isBusy));
  if (isBusy) return;
  if (performance.now() - touchedAt > STILL) location.reload();
  else renewing = setTimeout(renew, STILL);
}

/** A person who reloads a page wants the newest. */
export const wasReloaded = () =>
  performance.getEntriesByType("navigation")[0]?.type === "reload";
