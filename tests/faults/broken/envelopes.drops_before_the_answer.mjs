// A phone that treats envelopes as delivered once they are sent.

import { settle } from "../../../teamapp/static/js/outbox/entries.js";
import * as sealed from "../../../teamapp/static/js/outbox/envelopes.js";

export * from "../../../teamapp/static/js/outbox/envelopes.js";

export async function envelopes() {
  const all = await sealed.envelopes();
  await settle(null, { envelopes: all.map(({ id }) => [id, { state: "accepted" }]) });
  return all;
}
