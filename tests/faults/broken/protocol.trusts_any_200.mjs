// A phone that treats every 200 as `accepted`, even a captive portal's.

import * as protocol from "../../../teamapp/static/js/outbox/protocol.js";

export * from "../../../teamapp/static/js/outbox/protocol.js";

export function interpret(answer, sent, pace, around) {
  if (answer.status !== 200) return protocol.interpret(answer, sent, pace, around);
  const changes = sent.entries.map(({ id }) => [id, { state: "accepted", settled_at: around.now }]);
  return { pace: { ...protocol.CALM }, changes };
}
