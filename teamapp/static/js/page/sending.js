// Shows what waits on this phone, sends it, and comes back while something waits.

import { user } from "../forms/form.js";
import { endUndo } from "../forms/undo.js";
import { get } from "../outbox/database.js";
import { list, numbers } from "../outbox/entries.js";
import { envelopes } from "../outbox/envelopes.js";
import { MINUTE } from "../outbox/protocol.js";
import { send } from "../outbox/transport.js";
import { showKept, showNet, showNumbers } from "./bar.js";
import { showDays } from "./days.js";
import { showEcho } from "./echo.js";
import { showOutbox } from "./outbox_page.js";
import { guard } from "./session.js";
import { showNext } from "./walk.js";
import { sendInBackground, tell } from "./worker.js";

const AFTER_FAILURE = 15 * 1000;
const SHOWN = ["waiting", "attention", "accepted", "sealed"];

let timer;
let shown = 0; // entries that wait, as the page says

/** Bring the page up to date with the phone; return how many entries wait. */
export async function show() {
  showDays();
  showKept();
  shown = await showNumbers();
  await showEcho();
  await showNext();
  await showOutbox();
  await endUndo();
  await showNet();
  return shown;
}

/** Send the entries that may go, show the results, and try again while any waits. */
export async function sendNow(options) {
  if (!user()) return;
  const before = await numbers(user());
  if (before.waiting || before.sealed) {
    const failure = await send(options).catch((error) => error);
    if (failure) console.error(failure);
    if (!(await guard())) return tell({ do: "leave" });
    const after = await numbers(user());
    const isMoved = SHOWN.some((name) => after[name] !== before[name]);
    if (isMoved) tell({ do: "refresh", now: true });
    else await endUndo(); // an attempt may have failed
    await (isMoved ? show() : showNet());
    if (failure) {
      document.documentElement.dataset.net = "failed";
      return comeBack(AFTER_FAILURE);
    }
  } else if (shown) await show(); // another tab has sent them
  return comeBack();
}

/** Try again when the back-off or the time to undo has passed, within a minute. */
async function comeBack(soonest = 1000) {
  const waiting = [...await list(user(), ["waiting", "sending"]), ...await envelopes()];
  clearTimeout(timer);
  if (!waiting.length) return;
  const { until = 0, told = 0 } = (await get("pace")) ?? {};
  const next = Math.max(until, told, Math.min(...waiting.map((entry) => entry.not_before)));
  timer = setTimeout(sendNow, Math.min(MINUTE, Math.max(soonest, next + 100 - Date.now())));
}

/** A form was saved, or a save was undone. */
export async function outboxChanged() {
  await show();
  await comeBack();
  await sendInBackground();
  navigator.storage?.persist?.();
}
