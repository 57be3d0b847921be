// A swarm of phones: reads a plan on stdin, lives it, and says on stdout what became of it.
// Each phone is the product's own store and sender on a disk and a line of its own.

import { text } from "node:stream/consumers";

import { Dead, living } from "./disk.mjs";
import { setUp } from "./machine.mjs";

const plan = JSON.parse(await text(process.stdin));
const heard = {};
const note = (what) => (heard[what] = (heard[what] ?? 0) + 1);
setUp({ ...plan, note });
const STATIC = "../../teamapp/static/js/";
const store = await import(`${STATIC}store.js`);
const { send, endSession } = await import(`${STATIC}sender.js`);

const SECOND = 1000;
const UNDO = 10 * SECOND; // as forms.js holds an entry back
const MOMENT = 300; // real milliseconds, in which a phone's death may fall
const atEnd = performance.now() + plan.seconds * SECOND;
const isOver = () => performance.now() > atEnd;

function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

class Phone {
  constructor({ seed, device, stints }) {
    this.random = dice(seed);
    this.device = device;
    this.stints = stints;
    this.mends = new Map(stints.flatMap(({ entries }) =>
      entries.filter(({ mend }) => mend).map(({ id, mend }) => [id, mend])));
    this.disk = new Map();
    this.turn = Promise.resolve();
    this.saved = [];
    this.taken = [];
  }

  chance(share) {
    return this.random() < share;
  }

  async live() {
    await this.awake(() => store.set({ device: this.device }));
    for (const stint of this.stints) await this.hold(stint);
    return { saved: this.saved, taken: this.taken, outbox: await this.outbox() };
  }

  outbox() {
    const states = ["waiting", "sending", "attention", "kept"];
    const users = [...new Set(this.stints.map(({ user }) => user))];
    return this.awake(async () =>
      (await Promise.all(users.map((user) => store.list(user, states)))).flat());
  }

  /** Do something as the program on this phone; what is killed in the middle is begun anew. */
  async awake(work, mortal = false) {
    const own = { phone: this, dead: false };
    const dying = mortal && this.chance(plan.deaths) &&
      setTimeout(() => (own.dead = true), this.random() * MOMENT);
    try {
      return await living.run(own, work);
    } catch (error) {
      if (!own.dead && !(error instanceof Dead)) throw error;
      own.dead = true;
      note("phone killed");
      return undefined;
    } finally {
      clearTimeout(dying);
    }
  }

  /** One person's time with the phone: write things down, send; at its end sign out, or stay. */
  async hold({ user, cookies, entries, stays }) {
    const signIns = [...cookies];
    const todo = [...entries];
    await this.arrive(user, signIns.shift());
    const most = 1 + entries.length / 2;
    while (!isOver() && (todo.length || (stays && (await this.awake(() => this.isOwed(user)))))) {
      const burst = 1 + Math.floor(this.random() * most);
      await this.awake(() => this.aWhile(user, todo, Math.max(0, todo.length - burst)), true);
      const net = await this.awake(() => store.get("net"));
      if ((net === "expired" || net === "stopped") && signIns.length) {
        await this.arrive(user, signIns.shift());
      }
      await this.rest(user);
    }
    if (!stays) await this.leave(user);
  }

  async arrive(user, cookie) {
    this.cookie = cookie;
    await this.awake(() => store.set({ here: { user }, ending: false, pace: null, net: "ok" }));
  }

  /** A page's life: save what is written meanwhile, mend what came back, send. */
  async aWhile(user, todo, until) {
    const first = Math.ceil((todo.length + until) / 2);
    await this.write(user, todo, first);
    await this.mend(user);
    const eager = this.chance(0.5);
    if (eager) await store.release(user);
    await Promise.all([send({ eager }), this.write(user, todo, until)]);
  }

  /** Save entries until so many are left; one counts as saved when the phone would say so. */
  async write(user, todo, until) {
    while (todo.length > until) {
      const { undo, mend, ...said } = todo[0];
      await store.add(asSaved(said, user));
      this.saved.push(said.id);
      todo.shift();
      if (undo && (await store.takeBack(said.id))) this.taken.push(said.id);
    }
  }

  async mend(user) {
    for (const entry of await store.list(user, ["attention"])) {
      const mend = this.mends.get(entry.id);
      if (!mend || entry.replaced_by) continue;
      const { id: replaces, kind, form, recorded_at, after } = entry;
      await store.add(asSaved({ kind, form, recorded_at, after, ...mend, replaces }, user));
      this.saved.push(mend.id);
    }
  }

  async isOwed(user) {
    const open = await store.list(user);
    return open.some(({ id, state, replaced_by }) =>
      state !== "attention" || (this.mends.has(id) && !replaced_by));
  }

  /** As a page comes back: when the back-off has passed, at the latest in a minute. */
  async rest(user) {
    const wait = await this.awake(async () => {
      const waiting = await store.list(user, ["waiting", "sending"]);
      const { until = 0, told = 0 } = (await store.get("pace")) ?? {};
      const soonest = Math.min(...waiting.map((entry) => entry.not_before ?? 0));
      return Math.max(until, told, soonest) + 100 - Date.now();
    });
    const ms = Math.min(7 * SECOND, Math.max(SECOND, wait));
    await new Promise((resolve) => setTimeout(resolve, ms / plan.speed));
  }

  async leave(user) {
    await this.awake(() => store.release(user));
    await this.awake(() => send({ eager: true }), true);
    await this.awake(() => store.set({ here: null, ending: true }));
    while (!isOver() && !(await this.awake(endSession))) await this.rest(user);
    note("signed out");
  }
}

const asSaved = (said, user) => ({
  replaces: null, ...said, user, state: "waiting", attempts: 0, not_before: Date.now() + UNDO,
});

const phones = await Promise.all(plan.phones.map((given) => new Phone(given).live()));
process.stdout.write(JSON.stringify({ heard, late: isOver(), phones }));
