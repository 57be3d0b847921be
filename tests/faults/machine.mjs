// The environment of a page for many phones in one process: clock, network, locks, disk.
// The product's own scripts of outbox/ run on it unchanged.

import { registerHooks } from "node:module";

import { life } from "./disk.mjs";

const DISK = new URL("disk.mjs", import.meta.url).href;

/**
 * Install the environment once, before any import of the product.
 *
 * Time runs `speed` times as fast, an answer may take a `patience`th of the real time-out.
 * `broken`, a file like “protocol.trusts_any_200.mjs”, takes the place of “protocol.js”.
 */
export function setUp({ line, speed, patience, broken, note }) {
  replaceModules(broken);
  const [began, now] = [Date.now(), Date.now.bind(Date)];
  Date.now = () => Math.round(began + (now() - began) * speed);
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(Math.round(ms / patience));
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request } } });
  const reach = globalThis.fetch;
  globalThis.fetch = (path, options) => carry({ reach, line, note }, path, options);
}

function replaceModules(broken) {
  const victim = broken && `/${broken.split(".")[0]}.js`;
  const instead = broken && new URL(`broken/${broken}`, import.meta.url).href;
  registerHooks({
    resolve(name, context, next) {
      const isVictim = victim && name.endsWith(victim) && !context.parentURL.includes("/broken/");
      const found = name.endsWith("/vendor/idb.js") ? DISK : isVictim ? instead : name;
      return next(found, context);
    },
  });
}

async function carry({ reach, line, note }, path, options) {
  const { phone } = life();
  const headers = { ...options.headers, Cookie: phone.cookie };
  try {
    const response = await reach(line + path, { ...options, headers });
    note(`heard ${response.status}`);
    return response;
  } catch (error) {
    note(error.name === "TimeoutError" ? "gave up waiting" : "heard nothing");
    throw error;
  }
}

/** Web Locks of one phone; a killed life releases its locks. */
function request(name, options, work = options) {
  const holder = life();
  if (options.mode === "shared") return work();
  const locks = (holder.locks ??= new Map());
  const queued = (locks.get(name) ?? Promise.resolve()).then(work);
  locks.set(name, queued.catch(() => {}));
  return queued;
}

