// A phone that fills a form in again when it sends it a second time.

import * as batch from "../../../teamapp/static/js/outbox/batch.js";

export * from "../../../teamapp/static/js/outbox/batch.js";

export function wire(entry) {
  const sent = batch.wire(entry);
  return entry.attempts ? { ...sent, body: `${sent.body}&return_part=morning` } : sent;
}
