// Asks once before a form is saved that looks like a slip: empty, or saved today already.

import { STATES, today } from "../outbox/database.js";
import { list } from "../outbox/entries.js";
import { CONTROLS, isFilled, keyOf, nameOf, opened, saving, user } from "./form.js";
import { isPressedAgain } from "./saving.js";

const isEmpty = (form) =>
  ![...form.querySelectorAll(CONTROLS)].some((control) => isFilled(control) && !("now" in control.dataset));

/** Does this house have the same of today, on this page or on this phone? */
async function isAgain(form, { askOf }) {
  if (opened.has(form)) return false;
  if (document.querySelector(`[data-made="${askOf} ${today()}"]`)) return true;
  const entries = await list(user(), STATES);
  return entries.some((entry) => entry.touches === keyOf(form) && entry.place === nameOf(form) &&
    entry.recorded_at.startsWith(today()));
}

const REASONS = { empty: isEmpty, again: isAgain };

/** Is the question due? Where the outbox cannot be read, saving says so. */
const isDue = async (form, asked) => {
  try {
    return await REASONS[asked.ask](form, asked);
  } catch {
    return false;
  }
};

/** Ask the form's question if it is due and was not asked yet; false if the form may be saved. */
export async function asks(form) {
  const question = form.querySelector("[data-ask]");
  if (!question?.hidden || !(await isDue(form, question.dataset))) return false;
  if (saving.has(form) || isPressedAgain(form)) return false;
  question.hidden = false;
  question.querySelector("button").focus();
  return true;
}

export const unask = (within) => {
  for (const question of within.querySelectorAll("[data-ask]")) question.hidden = true;
};
