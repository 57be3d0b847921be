// Connects the forms of a page: submitting, typing, choosing, leaving the page.

import { endHold, fillReopened } from "./correction.js";
import { CHOOSING, FORM, fillNow, forms, newIds } from "./form.js";
import { answerInvalid, check, confirmDay, mistakeIn, showMistake } from "./mistakes.js";
import { addItem, openAll, revealMore, settleInAll } from "./parts.js";
import { asks, unask } from "./questions.js";
import { save } from "./saving.js";
import { dropDraft, keepDrafts, offerDrafts, openDraft, typed, undo } from "./typed_drafts.js";
import { showSaved } from "./undo.js";

export const formActions = {
  add: addItem,
  remove: (button) => button.closest("[data-item]")?.remove(),
  undo,
  "open-all": openAll,
  sure: confirmDay,
  unask: (button) => unask(button.form),
  "draft-open": openDraft,
  "draft-drop": dropDraft,
};

async function prepare() {
  await settleInAll();
  await offerDrafts();
}

export function listenToForms() {
  for (const form of forms()) {
    form.noValidate = true;
    newIds(form);
  }
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (!form.matches(FORM)) return;
    event.preventDefault();
    check(form);
    const mistake = mistakeIn(form);
    if (mistake) showMistake(mistake);
    else if (!(await asks(form))) save(form, submitter);
  });
  document.addEventListener("invalid", answerInvalid, true);
  document.addEventListener("input", (event) => {
    const { form } = event.target;
    if (form) {
      check(form, event.target);
      unask(form);
    }
    typed(event);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.form?.matches(CHOOSING)) revealMore(target.form);
  });
  document.addEventListener("toggle", prepare, true);
  addEventListener("hashchange", () => {
    forms().forEach((form) => fillNow(form));
    prepare();
  });
  addEventListener("hashchange", endHold);
  addEventListener("pagehide", keepDrafts);
  document.addEventListener("visibilitychange", () =>
    document.hidden ? keepDrafts() : forms().forEach((form) => fillNow(form)));
  addEventListener("pageshow", ({ persisted }) => persisted && forms().forEach(newIds));
}

/** Prepare the forms of a page, with their drafts or a reopened entry. */
export async function openForms() {
  showSaved();
  await prepare();
  await fillReopened();
}
