// Writes a pack into the page cache: pages as they come, list pages from rows, at last the cursor.

import { addAccepted, settle } from "../outbox/entries.js";
import { entryPatch } from "../outbox/protocol.js";
import { URLS } from "../outbox/requests.js";
import { cut } from "./page_cache.js";

const BLANK_CACHE = "blank";

/** The stored state that a pack continues; a full pack begins with a new one. */
export async function beginPack(db, header, meta, started) {
  const { headers = meta.headers, generated_at } = header;
  if (!header.reset) return { ...meta, headers };
  const pack = { headers, generated_at, checked: meta.checked ?? started, lists: [] };
  await db.put("meta", pack, "pack");
  return pack;
}

export async function keepPages(db, lines, { lists }, { rows, urls }) {
  const tx = db.transaction("pages", "readwrite", { durability: "relaxed" });
  const pages = tx.store;
  for (const { url, html, row, rows: list, blank, gone } of lines) {
    if (!url) continue;
    urls.add(url);
    if (gone) {
      pages.delete(url);
      delete rows[url];
    } else if (list) {
      pages.put({ ...(await pages.get(url)), url, list, skeleton: html });
      if (!lists.includes(url)) lists.push(url);
    } else if (html) pages.put({ url, blank, ...cut(html) });
    if (row) rows[url] = row;
  }
  await tx.done;
  const blank = lines.find((line) => line.url === URLS.noNetwork);
  if (blank?.html) await keepBlank(blank.html);
}

/** The no-network page names nobody: it stays while nobody is signed in. */
async function keepBlank(html) {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const cache = await caches.open(BLANK_CACHE);
  await cache.put(URLS.noNetwork, new Response(html, { headers }));
}

/** Settle the entries that the pack reports. */
export async function settleEntries(user, lines, now) {
  const settled = lines.filter((line) => line.entry);
  const changes = settled.map((line) => [line.entry, entryPatch(line, now)]);
  if (changes.length) await settle(user, { changes });
  await addAccepted(user, settled.filter((line) => line.label));
}

/**
 * The last transaction: sweep what a full pack does not name, draw the lists, store the cursor.
 *
 * Returns how many houses the phone keeps.
 */
export async function endPack(db, header, pack, { rows, urls }) {
  const { cursor, epoch, scope, generated_at, reset } = header;
  const listed = urls.size ? Object.keys(rows).length : pack.listed;
  const tx = db.transaction(["pages", "meta"], "readwrite", { durability: "relaxed" });
  const [pages, meta] = [tx.objectStore("pages"), tx.objectStore("meta")];
  if (reset) {
    for (const url of await pages.getAllKeys()) if (!urls.has(url)) pages.delete(url);
  }
  if (urls.size) {
    for (const url of pack.lists) {
      const page = await pages.get(url);
      pages.put({ ...page, ...cut(listPage(page, rows)) });
      urls.add(url);
    }
    meta.put(rows, "rows");
  }
  meta.put({ ...pack, listed, cursor, epoch, scope, generated_at, asked: pack.checked }, "pack");
  await tx.done;
  return listed;
}

/** A list page from its skeleton and the rows that the server rendered, in groups. */
function listPage({ skeleton, list }, rows) {
  const sorted = Object.values(rows).sort((a, b) => (a.order < b.order ? -1 : 1));
  const drawn = [];
  for (let at = 0; at < sorted.length; at += list.every) {
    const group = sorted.slice(at, at + list.every).map((row) => row.html);
    drawn.push(list.open, ...group, list.close);
  }
  return skeleton.replace("<!--rows-->", () => drawn.join(""));
}
