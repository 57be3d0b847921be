// The requests of the outbox: a batch, the question whether the server is there, the end of a session.

import { get, set } from "./database.js";
import { timeoutFor } from "./times.js";

export const URLS = {
  sync: "/sync", pack: "/pack", signIn: "/sign-in", signOut: "/sign-out",
  arrival: "/arrival", noNetwork: "/no-network", health: "/healthz",
};

/** The version of the scripts that run here: the folder they came from. */
export const scriptVersion = import.meta.url.split("/")[4];

const JSON_TYPE = "application/json";

/**
 * Does our own server answer a request without content?
 *
 * A sent entry cannot be changed in place any more; until a server is there, none is sent.
 */
export async function isReachable() {
  const options = { redirect: "manual", cache: "no-store", signal: timeLimit(timeoutFor(0)) };
  try {
    return (await readJson(await fetch(URLS.health, options)))?.status === "up";
  } catch {
    return false;
  }
}

/** A signal that aborts after `ms` milliseconds, also in Chrome below 103 and Safari below 16. */
function timeLimit(ms) {
  if (AbortSignal.timeout) return AbortSignal.timeout(ms);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}

/** Send a batch, compressed unless `plain`. */
export async function post(request, { plain }) {
  const started = Date.now();
  const { body, headers } = await packed(JSON.stringify(request), plain);
  const signal = timeLimit(timeoutFor(body.size));
  try {
    const response = await fetch(URLS.sync, {
      method: "POST", body, headers, signal, redirect: "manual", cache: "no-store",
    });
    return {
      status: response.status,
      redirected: response.redirected || response.type === "opaqueredirect",
      retryAfter: response.headers.get("Retry-After"),
      json: await readJson(response),
      compressed: "Content-Encoding" in headers,
    };
  } catch {
    return { lost: true, late: signal.aborted, took: Date.now() - started };
  }
}

async function packed(text, isPlain) {
  const headers = { "Content-Type": JSON_TYPE, Accept: JSON_TYPE };
  const plain = new Blob([text]);
  if (isPlain || typeof CompressionStream === "undefined") return { body: plain, headers };
  const stream = plain.stream().pipeThrough(new CompressionStream("gzip"));
  return {
    body: await new Response(stream).blob(),
    headers: { ...headers, "Content-Encoding": "gzip" },
  };
}

/** The JSON of an answer; null for any other content. */
async function readJson(response) {
  const text = await response.text();
  if (!response.headers.get("Content-Type")?.startsWith(JSON_TYPE)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** End on the server a session that was ended on this phone; false while the server is unreachable. */
export async function endSession(ended = get("ending")) {
  if (!(await ended)) return true;
  try {
    const response = await fetch(URLS.signOut, {
      method: "POST", headers: { Accept: JSON_TYPE }, redirect: "manual",
      cache: "no-store", signal: timeLimit(5000),
    });
    const json = await readJson(response);
    if (json?.v !== 1 || !(response.ok || response.status === 401)) return false;
    await set({ ending: false });
    return true;
  } catch {
    return false;
  }
}
