// A phone that gives an entry a new id each time it sends it.

import * as sending from "../../../teamapp/static/js/sending.js";

export * from "../../../teamapp/static/js/sending.js";

export const wire = (entry) =>
  ({ ...sending.wire(entry), id: entry.attempts ? crypto.randomUUID() : entry.id });
