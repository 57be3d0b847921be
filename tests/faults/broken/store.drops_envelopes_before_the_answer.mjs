// A phone that takes envelopes for delivered when they are sent.

import * as store from "../../../teamapp/static/js/store.js";

export * from "../../../teamapp/static/js/store.js";

export async function envelopes() {
  const all = await store.envelopes();
  await store.settle(null, { envelopes: all.map(({ id }) => [id, { state: "accepted" }]) });
  return all;
}
