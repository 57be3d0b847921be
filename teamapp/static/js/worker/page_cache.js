// The kept pages of this phone, one database a person, which only the worker opens.

import { deleteDB, openDB } from "../../vendor/idb.js";
import { get, set, stamp } from "../outbox/database.js";
import { DAY } from "../outbox/protocol.js";
import { join } from "../outbox/sealing.js";

const PAGES = "pages-";
const OLD = 10 * DAY;
/** Pages with residents are dropped after this time without contact. */
export const STALE = 14 * DAY;

const encoder = new TextEncoder();
const databases = new Map();

/** Open a person's pages. */
export function pagesOf(user) {
  if (!databases.has(user)) {
    const close = () => databases.delete(user);
    const opening = openDB(PAGES + user, 1, {
      upgrade(db) {
        db.createObjectStore("pages", { keyPath: "url" });
        db.createObjectStore("meta");
      },
      blocking(_old, _new, event) {
        event.target.close();
        close();
      },
      terminated: close,
    });
    opening.catch(close);
    databases.set(user, opening);
  }
  return databases.get(user);
}

/** The kept copy of a page for a person, or undefined. */
export async function keptPage(user, url) {
  const tx = (await pagesOf(user)).transaction(["pages", "meta"]);
  const [page, meta] = await Promise.all([
    tx.objectStore("pages").get(url), tx.objectStore("meta").get("pack"),
  ]);
  if (!page?.head || !meta) return undefined;
  const age = Date.now() - meta.checked;
  if (age > STALE && !page.blank) return undefined;
  return responseOf(page, meta, age);
}

function responseOf({ head, body }, { headers, checked, generated_at, listed }, age) {
  const freshness = age > STALE ? "stale" : age > OLD ? "old" : "fresh";
  const kept = listed ? ` data-listed="${listed}"` : "";
  const marks = encoder.encode(` data-packed="${checked}" data-age="${freshness}"${kept}`);
  const time = encoder.encode(clock(generated_at));
  const parts = [head, marks, ...body.flatMap((part, i) => (i ? [time, part] : [part]))];
  const type = { "Content-Type": "text/html; charset=utf-8" };
  return new Response(join(...parts), { headers: { ...headers, ...type } });
}

function clock(moment) {
  const [day, time] = stamp(Date.parse(moment)).split("T");
  const [, month, date] = day.split("-").map(Number);
  const today = stamp().startsWith(day);
  const minute = time.slice(0, 5);
  return today ? minute : `${date}/${month} ${minute}`;
}

/** Split a page where the worker inserts text: after `<html`, and at the time of the pack. */
export function cut(html) {
  const at = html.indexOf("<html") + 5;
  return {
    head: encoder.encode(html.slice(0, at)),
    body: html.slice(at).split("<!--generated-->").map((part) => encoder.encode(part)),
  };
}

/** Drop the pages of everybody but this person. */
export async function dropOthers(user) {
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    if (!name.startsWith(PAGES) || name === PAGES + user) continue;
    await deleteDB(name); // an open connection to it closes itself
  }
  if (await get("dropping").catch(console.error)) await set({ dropping: false });
}

/** Drop the pages that name residents; blank ones stay. */
export async function dropResidents(db, { headers, generated_at, checked }) {
  const tx = db.transaction(["pages", "meta"], "readwrite");
  const [pages, meta] = [tx.objectStore("pages"), tx.objectStore("meta")];
  for (const page of await pages.getAll()) if (!page.blank) pages.delete(page.url);
  meta.delete("rows");
  meta.put({ headers, generated_at, checked }, "pack");
  await tx.done;
}

/** The device clock was ahead at the last pack, or is wrong now: use that pack's own time. */
export async function resetClock(db, meta) {
  meta.checked = Math.min(meta.checked, Date.parse(meta.generated_at));
  await db.put("meta", meta, "pack");
}
