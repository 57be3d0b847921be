// A phone that takes every 200 for “kept”, a captive portal's too.

import * as sending from "../../../teamapp/static/js/sending.js";

export * from "../../../teamapp/static/js/sending.js";

export function meaning(answer, sent, pace, around) {
  if (answer.status !== 200) return sending.meaning(answer, sent, pace, around);
  const changes = sent.entries.map(({ id }) => [id, { state: "accepted", settled_at: around.now }]);
  return { pace: { ...sending.CALM }, changes };
}
