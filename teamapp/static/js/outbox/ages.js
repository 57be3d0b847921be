// How long accepted entries are kept, and how far this phone's clock is off. Pure: no imports.

const MINUTE = 60 * 1000;
const KEPT_FOR = 30 * 24 * 60 * MINUTE;

/** The accepted entries to send again to a server restored from a backup. */
export const toResend = (kept, now) => kept.filter((entry) => !isForgotten(entry, now));

/** An accepted entry is forgotten after 30 days. */
export const isForgotten = (entry, now) => (entry.settled_at ?? now) < now - KEPT_FOR;

/** Minutes by which this phone's clock is off; 0 up to five. */
export function clockError(sentAt, now, serverTime) {
  const minutes = Math.round(((sentAt + now) / 2 - Date.parse(serverTime)) / MINUTE);
  return Math.abs(minutes) > 5 ? minutes : 0;
}
