// A phone that gives an entry and its record new ids each time it sends them.

import * as batch from "../../../teamapp/static/js/outbox/batch.js";

export * from "../../../teamapp/static/js/outbox/batch.js";

export function wire(entry) {
  const sent = batch.wire(entry);
  if (!entry.attempts) return sent;
  const body = sent.body.replace(/^id=[^&]*/, `id=${crypto.randomUUID()}`);
  return { ...sent, id: crypto.randomUUID(), body };
}
