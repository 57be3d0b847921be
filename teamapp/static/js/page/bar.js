// The bar and the notices of every page: the three numbers, the network, the clock.

import { user } from "../forms/form.js";
import { get, here, stamp } from "../outbox/database.js";
import { numbers } from "../outbox/entries.js";
import { envelopes } from "../outbox/envelopes.js";
import { all, drawnAt, moment, root } from "./days.js";

/**
 * Show the three numbers and since when the oldest entry waits; return how many wait.
 *
 * A page drawn for nobody shows those of the person signed in on this phone.
 */
export async function showNumbers() {
  const holder = user() || (await here());
  root.toggleAttribute("data-nobody", !holder);
  const { oldest, ...counts } = holder ? await numbers(holder) : { sealed: (await envelopes()).length };
  for (const [name, n] of Object.entries(counts)) {
    for (const place of all(`[data-n="${name}"]`)) place.textContent = n;
    root.toggleAttribute(`data-${name}`, n > 0);
  }
  for (const place of all("[data-oldest]")) place.textContent = oldest ? moment(oldest) : "";
  root.toggleAttribute("data-counted", Boolean(holder));
  return counts.waiting ?? 0;
}

/** Say how many houses this phone keeps for work without signal, and since when. */
export function showKept({ listed = root.dataset.listed } = {}) {
  if (!listed) return;
  root.dataset.listed = listed;
  for (const place of all('[data-n="listed"]')) place.textContent = listed;
  for (const place of all("[data-kept-at]")) place.textContent = moment(stamp(drawnAt()));
}

/** Show whether entries can be sent, and whether the phone's clock is wrong. */
export async function showNet() {
  const [net = "ok", clock] = await Promise.all([get("net"), get("clock")]);
  root.dataset.net = net === "ok" && !navigator.onLine ? "offline" : net;
  root.toggleAttribute("data-clock", Boolean(clock));
  if (clock) root.dataset.clock = clock;
  for (const place of all("[data-clock-minutes]")) place.textContent = Math.abs(clock ?? 0);
}
