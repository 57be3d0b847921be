// A phone that changes the body of an entry when it sends it again.

import * as batch from "../../../teamapp/static/js/outbox/batch.js";

export * from "../../../teamapp/static/js/outbox/batch.js";

export function wire(entry) {
  const sent = batch.wire(entry);
  return entry.attempts ? { ...sent, body: `${sent.body}&return_part=morning` } : sent;
}
