// Opens a sign-in card: its token goes from the address into bodies, and into no entry of the history.

const PATIENCE = 30 * 1000;

const find = (selector) => document.querySelector(selector);

let isSending = false;

/** Browsers inside other apps, or without a worker, keep no pages: there the card stays closed. */
function start() {
  const { hash, pathname } = location;
  const elsewhere = find("[data-elsewhere]");
  if (!elsewhere) return; // the page of a body that was posted without this script
  const isElsewhere = elsewhere.dataset.elsewhere || !navigator.serviceWorker;
  if (hash && isElsewhere) return showAddress(elsewhere);
  history.replaceState(null, "", pathname);
  const form = find("[data-card]");
  if (!hash) {
    find("[data-no-fragment]").hidden = false;
    return;
  }
  find("[data-fragment]").value = hash.slice(1);
  form.hidden = false;
  send(form);
}

/** The menu of such a browser opens the address elsewhere, so it keeps the token. */
function showAddress(elsewhere) {
  const { hash, host, href, pathname, protocol } = location;
  elsewhere.hidden = false;
  find("[data-link]").textContent = href;
  const chrome = find("[data-chrome]");
  const scheme = protocol.slice(0, -1);
  if (chrome) {
    chrome.href = `intent://${host}${pathname}${hash}#Intent;scheme=${scheme};package=com.android.chrome;end`;
  }
  const copy = find("[data-copy]");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(href);
    find("[data-copied]").hidden = false;
  });
}

/** Post a form, and show the answer in the place of the page: what was typed stays until there is one. */
async function send(form) {
  if (isSending) return;
  isSending = true;
  find("[data-failed]").hidden = true;
  try {
    const restore = "enters" in form.dataset ? await forgetPerson() : null;
    const response = await posted(form);
    if (response.redirected) return location.replace(response.url);
    await restore?.();
    show(await response.text());
  } catch (error) {
    console.error(error);
    find("[data-failed]").hidden = false;
    const retry = find("[data-retry]");
    if (retry) retry.hidden = false;
  } finally {
    isSending = false;
  }
}

async function posted(form) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE);
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(form.action, { method: "POST", body, signal: limit.signal, cache: "no-store" });
  clearTimeout(timer);
  if (response.status >= 500) throw new Error(response.status);
  return response;
}

/**
 * No kept page of another person is shown between the end of their sign-in and the arrival page.
 *
 * Return what brings them back, where the server answers that they are still signed in.
 */
async function forgetPerson() {
  const { databaseExists, get, set } = await import("../outbox.js");
  if (!(await databaseExists())) return null;
  const here = await get("here").catch(console.error);
  const note = (values) => set(values).catch(console.error);
  await note({ here: null });
  return () => note({ here });
}

function show(html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  find("main").replaceWith(main);
  main.querySelector("[aria-invalid=true], [autocomplete=new-password]")?.focus();
  scrollTo(0, 0);
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});
addEventListener("hashchange", () => location.reload()); // another card's link, opened in this tab
start();
