// Who is signed in on this phone: a page of another person shows nothing; arriving, signing out.

import { holdsUnsaved } from "../forms/typed_drafts.js";
import { get, here, leave, set, signIn, withTimeout } from "../outbox/database.js";
import { sealAbsent } from "../outbox/envelopes.js";
import { release } from "../outbox/recording.js";
import { URLS, endSession } from "../outbox/requests.js";
import { handOver, send } from "../outbox/transport.js";
import { root } from "./days.js";
import { sendInBackground, tell, tellWhenReady } from "./worker.js";

const PATIENCE = 8 * 1000;

const { dataset: page } = document.body;

/**
 * Blank a page of a person who is not signed in here any more, and go to one for who is.
 *
 * A page that just came from the server belongs to the session there: it goes to the arrival page.
 */
export async function guard({ loaded = false } = {}) {
  if (!page.user || "arrival" in page) return true;
  const person = await here();
  if (person === page.user) return true;
  document.body.replaceChildren();
  const next = encodeURIComponent(location.pathname + location.search);
  const isLive = loaded && !root.dataset.packed;
  location.replace(isLive ? `${URLS.arrival}?next=${next}` : person ? "/" : URLS.signIn);
  return false;
}

/**
 * The arrival page, to which sign-in leads: sign the person in on this phone.
 *
 * Opened by its address, it resumes no session that was ended here without signal.
 */
export async function arrive() {
  if (await get("ending")) {
    await endSession();
    return location.replace(URLS.signIn);
  }
  await signIn(page.user, page.sealing);
  await sealAbsent().catch(console.error);
  navigator.storage?.persist?.();
  await withTimeout(tellWhenReady({ do: "refresh", now: true }), PATIENCE).catch(console.error);
  const next = new URL(page.next || "/", location.origin);
  return location.replace(next.origin === location.origin ? next : "/");
}

/** The worker has done all this already, where there is one. */
export async function onSignInPage() {
  if ("wipe" in page) return handOver();
  await set({ here: null });
  return endSession();
}

/** Finish a sign-out that was interrupted: drop the pages, seal the entries. */
export async function finishSignOut() {
  if (await get("dropping")) tellWhenReady({ do: "leave" }).catch(console.error);
  if (await get("leaving")) await sealAbsent().catch(console.error);
}

export async function signOut() {
  await holdsUnsaved();
  await release(page.user).catch(() => {}); // the undo time ends here
  await withTimeout(send({ eager: true }), PATIENCE).catch(console.error);
  sessionStorage.clear();
  await leave({ ending: true }).catch(console.error);
  await sealAbsent().catch(console.error);
  tell({ do: "leave" });
  if (!(await endSession(true))) await sendInBackground();
  location.replace(URLS.signIn);
}

/** The pages were wiped; a person who left the team may still send what waits. */
export async function wiped() {
  await handOver();
  await guard();
}
