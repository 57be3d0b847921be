// A phone that fills a form in anew when it sends it a second time.

import * as sending from "../../../teamapp/static/js/sending.js";

export * from "../../../teamapp/static/js/sending.js";

export function wire(entry) {
  const said = sending.wire(entry);
  return entry.attempts ? { ...said, body: `${said.body}&return_part=morning` } : said;
}
