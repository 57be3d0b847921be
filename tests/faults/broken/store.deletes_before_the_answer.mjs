// A phone that takes a batch for delivered when it is sent.

import * as store from "../../../teamapp/static/js/store.js";

export * from "../../../teamapp/static/js/store.js";

export async function startSending(user, choose) {
  const chosen = await store.startSending(user, choose);
  const ids = new Set(chosen.batch.map(({ id }) => id));
  await store.settle(user, { changes: [...ids].map((id) => [id, { state: "accepted" }]) });
  await store.forget(user, ({ id }) => ids.has(id));
  return chosen;
}
