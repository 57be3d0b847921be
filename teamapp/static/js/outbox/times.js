// Times of the outbox: how long things take, how long they are kept, how far a clock is off. Pure.

import { DAY, MINUTE, SECOND } from "./protocol.js";

const KEPT_FOR = 30 * DAY;

/** Milliseconds an answer may take: 15 s and one second for each kilobyte sent. */
export const timeoutFor = (bytes) => 15 * SECOND + bytes;

/** The accepted entries to send again to a server restored from a backup: not those only listed. */
export const toResend = (kept, now) =>
  kept.filter((entry) => !entry.listed && !isForgotten(entry, now));

/** An accepted entry is forgotten after 30 days. */
export const isForgotten = (entry, now) => (entry.settled_at ?? now) < now - KEPT_FOR;

/** Minutes by which this phone's clock is off; 0 up to five. */
export function clockError(sentAt, now, serverTime) {
  const minutes = Math.round(((sentAt + now) / 2 - Date.parse(serverTime)) / MINUTE);
  return Math.abs(minutes) > 5 ? minutes : 0;
}
