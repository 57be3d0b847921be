// A phone that takes every 200 for “kept”, a captive portal's too.

import * as protocol from "../../../teamapp/static/js/outbox/protocol.js";

export * from "../../../teamapp/static/js/outbox/protocol.js";

export function interpret(answer, sent, pace, around) {
  if (answer.status !== 200) return protocol.interpret(answer, sent, pace, around);
  const changes = sent.entries.map(({ id }) => [id, { state: "accepted", settled_at: around.now }]);
  return { pace: { ...protocol.CALM }, changes };
}
