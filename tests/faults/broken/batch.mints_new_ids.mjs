// A phone that gives an entry a new id each time it sends it.

import * as batch from "../../../teamapp/static/js/outbox/batch.js";

export * from "../../../teamapp/static/js/outbox/batch.js";

export const wire = (entry) =>
  ({ ...batch.wire(entry), id: entry.attempts ? crypto.randomUUID() : entry.id });
