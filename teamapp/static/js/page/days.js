// Days and times on a page: how they are shown, and what depends on today.

import { today } from "../outbox/database.js";
import { DAY } from "../outbox/protocol.js";

const KEPT_DAYS = 14;
export const root = globalThis.document?.documentElement;

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** When the server drew this page, in milliseconds. */
export const drawnAt = () => Number(root.dataset.packed ?? performance.timeOrigin);

/** A moment in the page's language: 07:40, on another day 21/11 07:40 or 21 Nov 07:40. */
export function moment(at) {
  const [day, time] = at.split("T");
  const clock = time.slice(0, 5);
  return day === today() ? clock : `${dayText(day)} ${clock}`;
}

function dayText(day) {
  const isVietnamese = root.lang === "vi";
  const isThisYear = day.slice(0, 4) === today().slice(0, 4);
  const shape = { day: "numeric", month: isVietnamese ? "numeric" : "short",
    year: isThisYear ? undefined : "numeric" };
  return new Date(`${day}T00:00`).toLocaleDateString(isVietnamese ? "vi" : "en-GB", shape);
}

/** Show and hide what depends on the day, and mark what is of today. */
export function showDays() {
  const now = today();
  for (const element of all("[data-from], [data-until]")) {
    const { from = now, until = now } = element.dataset;
    element.hidden = now < from || now > until;
  }
  for (const element of all("[data-day]")) {
    element.classList.toggle("is-today", element.dataset.day === now);
  }
  const daysLeft = KEPT_DAYS - Math.floor((Date.now() - drawnAt()) / DAY);
  for (const element of all("[data-days-left]")) element.textContent = Math.max(0, daysLeft);
}
