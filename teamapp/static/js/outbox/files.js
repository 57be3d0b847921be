// The outbox as a file: what a person saves from a phone that cannot send.

import { UNSETTLED, ofUser, stamp, write } from "./database.js";
import { list } from "./entries.js";
import { MINUTE } from "./protocol.js";

/** Download a person's unsettled entries as a file. */
export async function exportOutbox(user) {
  const entries = await handOut(user).catch(() => list(user)); // a full disk
  const file = new Blob([JSON.stringify({ v: 1, user, entries }, null, 1)]);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `tungnha-${stamp().slice(0, 16).replace(":", "")}.json`;
  link.click();
  setTimeout(URL.revokeObjectURL, MINUTE, link.href);
}

/** The entries of a file that somebody may hand in: from then on they may have been sent. */
const handOut = (user) =>
  write(["outbox"], async ({ store }) => {
    const entries = await ofUser(store, user, UNSETTLED);
    for (const entry of entries.filter(({ attempts }) => !attempts)) {
      await store.put({ ...entry, attempts: 1, not_before: 0 });
    }
    return entries;
  });
