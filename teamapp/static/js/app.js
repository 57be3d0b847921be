// Starts every page: who is signed in here, what waits, what the buttons do.

import { openVersion, reopen, voidEntry } from "./forms/correction.js";
import { user } from "./forms/form.js";
import { formActions, listenToForms, openForms } from "./forms/listeners.js";
import { tellFailure } from "./forms/saving.js";
import { showSaved } from "./forms/undo.js";
import { databaseExists } from "./outbox/database.js";
import { exportOutbox } from "./outbox/files.js";
import { discard, release, resend } from "./outbox/recording.js";
import { URLS } from "./outbox/requests.js";
import { showNet } from "./page/bar.js";
import { root } from "./page/days.js";
import { showEcho } from "./page/echo.js";
import { install, offerInstall, offerOnApple, putOffInstall } from "./page/install.js";
import { entryOf } from "./page/outbox_page.js";
import { hear, touched, wasReloaded } from "./page/renewal.js";
import { startSearch } from "./page/search.js";
import { outboxChanged, sendNow, show } from "./page/sending.js";
import { arrive, finishSignOut, guard, onSignInPage, signOut } from "./page/session.js";
import { followNext, lightWalk } from "./page/walk.js";
import { sendInBackground, startWorker, tell, update } from "./page/worker.js";

const actions = {
  ...formActions,
  update,
  reload: () => location.reload(),
  "sign-out": signOut,
  install,
  "install-later": putOffInstall,
  "send-now": async () => {
    await release(user());
    await sendNow({ eager: true });
  },
  resend: async (button) => {
    await resend(user(), (await entryOf(button))?.id);
    await sendNow({ eager: true });
  },
  "open-version": openVersion,
  void: async (button) => voidEntry(await entryOf(button)),
  visit: async (button) => location.assign((await entryOf(button)).page),
  mend: async (button) => reopen(await entryOf(button)),
  discard: async (button) => {
    await discard((await entryOf(button))?.id);
    await show();
  },
  export: async () => {
    await exportOutbox(user());
    await show();
  },
};

function pressed(event) {
  const button = event.target.closest("[data-do]");
  const action = button && actions[button.dataset.do];
  if (!action) return;
  event.preventDefault();
  Promise.resolve(action(button)).catch(tellFailure);
}

async function start() {
  document.addEventListener("click", pressed);
  addEventListener("beforeinstallprompt", offerInstall);
  addEventListener("pageshow", ({ persisted }) => persisted && cameBack());
  lightWalk();
  listenToForms();
  startWorker(hear);
  if (!user() && !(await databaseExists())) return undefined;
  if (document.querySelector(`form[action="${URLS.signIn}"]`)) await onSignInPage();
  if ("arrival" in document.body.dataset) return arrive();
  await finishSignOut();
  if (!(await guard({ loaded: true }))) return undefined;
  startSearch();
  const waiting = await show();
  await followNext();
  listen();
  const renew = () => tell({ do: "refresh", now: wasReloaded() });
  if (!waiting) renew();
  await openForms();
  await offerOnApple();
  if (waiting) await sendInBackground();
  await sendNow();
  if (waiting) renew(); // on a full phone sending comes first
}

function listen() {
  document.addEventListener("outbox", outboxChanged);
  document.addEventListener("grown", showEcho);
  addEventListener("online", online);
  addEventListener("offline", showNet);
  addEventListener("hashchange", followNext);
  addEventListener("pointerdown", touched, true);
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || !(await guard())) return;
    await show();
    tell({ do: "refresh" });
    await sendNow();
  });
}

/** The network came back: renew this page even when nothing waits. */
async function online() {
  tell({ do: "refresh", now: true });
  await showNet();
  await sendNow({ eager: true });
}

/** A page from the back cache stays hidden until it is known whose it is. */
async function cameBack() {
  root.style.visibility = "hidden"; // hiding it would lose the place on the page
  if (!(await guard())) return;
  root.style.visibility = "";
  showSaved();
  await show();
}

start().catch(tellFailure);
