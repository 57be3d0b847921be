// The ids that this phone mints: of entries, records, batches and envelopes, and its own.

import { write } from "./database.js";

const BLANK = "10000000-1000-4000-8000-100000000000";

/** A random UUID, also in Chrome below 92 and Safari below 15.4. */
export const newId = () => crypto.randomUUID?.() ?? BLANK.replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

/** This phone's own id, minted once. */
export const device = () =>
  write(["state"], async ({ store }) => {
    const id = (await store.get("device")) ?? newId();
    await store.put(id, "device");
    return id;
  });
