// Checks a form while somebody types, and says beside a field what is wrong: in the sentences of the
// form class, which the server draws as data attributes named after the flaws of ValidityState.

import { stamp } from "../outbox/database.js";
import { DAY } from "../outbox/protocol.js";
import { idleIn } from "./body.js";
import { unfold } from "./form.js";
import { isRefused } from "./refused.js";

const RULES = "[data-refuse], [data-after], [data-doubt]";

let focusing;

const days = (from, to) => (Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / DAY;
const fieldOf = (control) => control.closest(".field") ?? control.parentElement;
const said = (control, flaw) => control.dataset[flaw] ?? fieldOf(control).dataset[flaw];

/** The sentence of the rule that a control breaks, of those a browser does not know. */
function brokenRule({ dataset: asked, value, form }) {
  const pattern = asked.refuse && form.elements[asked.refuse]?.dataset.pattern;
  if (pattern && isRefused(value, pattern)) return asked.refuseSays;
  const first = asked.after && form.elements[asked.after]?.value;
  const later = first && value ? days(first, value) : 0;
  if (later < 0) return asked.afterSays;
  if (later > asked.afterDays) return asked.rangeOverflow;
  const away = asked.doubt && value && asked.sure !== value ? days(stamp(), value) : 0;
  return away < -asked.doubtBefore || away > asked.doubtAhead ? asked.doubt : "";
}

/** Check the rules of a form, and take back what is right by now. */
export function check(form, typedIn) {
  for (const control of form.querySelectorAll(RULES)) {
    const broken = brokenRule(control);
    control.setCustomValidity(broken);
    const sure = fieldOf(control).querySelector('[data-do="sure"]');
    if (sure) sure.hidden = broken !== control.dataset.doubt;
    if (broken) tellMistake(control, broken);
    else if ("broken" in control.dataset) dropMistake(control);
    control.toggleAttribute("data-broken", Boolean(broken));
  }
  dropMistake(typedIn);
}

/** A day that looked wrong is right. */
export function confirmDay(button) {
  const control = button.closest(".field").querySelector("[data-doubt]");
  control.dataset.sure = control.value;
  check(control.form, control);
}

const noteOf = (control) => fieldOf(control).querySelector(":scope > [data-flaw]");
const marked = (control) => control.closest(".choices") ?? control;

/** Say a sentence beside a control. */
export function tellMistake(control, sentence) {
  let note = noteOf(control);
  if (!note) {
    note = document.createElement("p");
    note.className = "error";
    note.dataset.flaw = "";
    note.setAttribute("role", "alert");
    fieldOf(control).append(note);
  }
  if (note.textContent !== sentence) note.textContent = sentence;
  marked(control).ariaInvalid = "true";
}

function dropMistake(control) {
  if (!control?.willValidate || !control.validity.valid) return;
  noteOf(control)?.remove();
  marked(control).ariaInvalid = null;
}

/** Answer the browser's check: our sentence instead of its bubble, and the first field in sight. */
export function answerInvalid(event) {
  const control = event.target;
  const { validity } = control;
  const flaw = Object.keys(ValidityState.prototype).find((name) => validity[name] && said(control, name));
  const sentence = validity.customError ? control.validationMessage : flaw && said(control, flaw);
  if (!sentence) return;
  event.preventDefault();
  tellMistake(control, sentence);
  focusing ??= setTimeout(() => {
    focusing = undefined;
    control.focus();
  });
}

/** The first invalid control; an item without any entry is not validated. */
export function mistakeIn(form) {
  const idle = idleIn(form);
  return [...form.elements].find((control) =>
    control.willValidate && !control.validity.valid && !idle.has(control));
}

export function showMistake(control) {
  unfold(control);
  control.reportValidity();
}
