// A swarm of phones: reads a plan from stdin, runs it and writes the result to stdout.
// Each phone runs the product's own store and sender on its own disk and line.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

import { Dead, life, living } from "./disk.mjs";
import { setUp } from "./machine.mjs";

const plan = JSON.parse(await text(process.stdin));
const heard = {};
const note = (what) => (heard[what] = (heard[what] ?? 0) + 1);
setUp({ ...plan, note });
const OUTBOX = "../../teamapp/static/js/outbox/";
const { get, here, set, signIn } = await import(`${OUTBOX}database.js`);
const { list } = await import(`${OUTBOX}entries.js`);
const { sealAbsent } = await import(`${OUTBOX}envelopes.js`);
const { add, release, takeBack } = await import(`${OUTBOX}recording.js`);
const { endSession } = await import(`${OUTBOX}requests.js`);
const { send } = await import(`${OUTBOX}transport.js`);
const { keepDraft } = await import(`${OUTBOX}typed_drafts.js`);

const SECOND = 1000;
const UNDO = 10 * SECOND; // as undo.js holds an entry back
const ARRIVAL = 8 * SECOND; // as session.js waits at sign-out
const SENDING = { share: plan.deaths, within: 300 }; // the share of kills, and within how
const SEALING = { share: plan.deaths * 5, within: 20 }; // many real milliseconds at most
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
    this.total = stints.reduce((sum, { entries }) => sum + entries.length, 0);
    this.resubmissions = new Map(stints.flatMap(({ entries }) =>
      entries.filter((one) => one.resubmission).map(({ id, resubmission }) => [id, resubmission])));
    this.disk = new Map();
    this.turn = Promise.resolve();
    this.saved = [];
    this.taken = [];
    this.sealed = new Map();
    this.readable = new Set();
  }

  chance(share) {
    return this.random() < share;
  }

  async live() {
    await this.awake(() => set({ device: this.device }));
    for (const stint of this.stints) await this.hold(stint);
    this.look();
    const { saved, taken, readable } = this;
    const outbox = this.rows("outbox");
    const left = this.envelopes().map(({ id }) => id);
    const sealed = [...this.sealed.values()].map((one) => ({ ...one, left: left.includes(one.id) }));
    return { saved, taken, readable: [...readable], outbox, sealed };
  }

  rows(name) {
    return [...(this.disk.get(name)?.values() ?? [])];
  }

  envelopes() {
    return this.rows("envelopes").filter(({ state }) => state === "waiting");
  }

  /** Note the envelopes on the disk, and any plain text of people who are not signed in. */
  look() {
    for (const one of this.rows("envelopes")) if (!this.sealed.has(one.id)) this.sealed.set(one.id, one);
    const found = JSON.stringify([...this.disk].map(([name, rows]) => [name, [...rows]]));
    const here = this.disk.get("state").get("here")?.user;
    for (const { user, entries } of this.stints) {
      if (user === here) continue;
      const secrets = [`"sealing-${user}"`, ...entries.flatMap(({ id, body }) => [id, body])];
      for (const one of secrets) if (found.includes(one)) this.readable.add(one);
    }
  }

  /** Run `work` as the program on this phone, which may be killed meanwhile; undefined if it is. */
  async awake(work, { share = 0, within } = {}) {
    const own = { phone: this, dead: false };
    const dying = this.chance(share) && setTimeout(() => (own.dead = true), this.random() * within);
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

  /** One person's stint: record and send entries; then stay until all are sent, or leave. */
  async hold({ user, signIns: [first, ...signIns], entries, parting }) {
    const todo = [...entries];
    await this.arrive(user, first);
    const most = 1 + entries.length / plan.bursts;
    const stays = parting === "stays";
    while (!isOver() && (todo.length || (stays && (await this.awake(() => this.isOwed(user)))))) {
      const burst = Math.min(1 + Math.floor(this.random() * most), this.allowed());
      await this.awake(() => this.aWhile(user, todo, Math.max(0, todo.length - burst)), SENDING);
      const net = await this.awake(() => get("net"));
      if ((net === "expired" || net === "stopped") && signIns.length) {
        await this.arrive(user, signIns.shift());
      }
      await this.rest(user);
    }
    if (parting.startsWith("signs out")) await this.leave(user, parting);
  }

  /** Return how many entries may be recorded now: all, or the share named in a file. */
  allowed() {
    const share = plan.pace ? Number(readFileSync(plan.pace, "utf8")) : 1;
    if (share === 1) return Infinity;
    return Math.max(0, Math.floor(share * this.total) - this.saved.length);
  }

  /** Sign in as session.js does; again, if the phone is killed meanwhile. */
  async arrive(user, { cookie, sealing }) {
    this.cookie = cookie;
    await this.awake(() => set({ here: null })); // the sign-in page
    let arrived;
    while (!arrived) {
      arrived = await this.awake(async () => {
        await signIn(user, sealing);
        await sealAbsent();
        return true;
      }, SEALING);
      await this.start();
      if (await this.awake(here)) this.look();
    }
  }

  /** Start a page as app.js does. */
  async start() {
    if (!(await this.awake(() => get("leaving")))) return;
    note("killed while sealing");
    await this.awake(sealAbsent);
  }

  /** A page's lifetime: save new entries, resubmit rejected entries, send. */
  async aWhile(user, todo, until) {
    if (todo.length) await keepDraft({ key: `/outbox#resubmission@${user}`, body: todo[0].body });
    const first = Math.ceil((todo.length + until) / 2);
    await this.write(user, todo, first);
    await this.resubmit(user);
    const eager = this.chance(0.5);
    if (eager) await release(user);
    await Promise.all([send({ eager }), this.write(user, todo, until)]);
  }

  /** Save entries until `until` are left; one counts as saved when the phone would report it. */
  async write(user, todo, until) {
    while (todo.length > until) {
      const { undo, resubmission, ...said } = todo[0];
      await add(asSaved(said, user));
      this.saved.push(said.id);
      todo.shift();
      if (undo && (await takeBack(said.id))) this.taken.push(said.id);
    }
  }

  async resubmit(user) {
    for (const entry of await list(user, ["attention"])) {
      const resubmission = this.resubmissions.get(entry.id);
      if (!resubmission || entry.replaced_by) continue;
      const { id: replaces, kind, form, recorded_at, after } = entry;
      await add(asSaved({ kind, form, recorded_at, after, ...resubmission, replaces }, user));
      this.saved.push(resubmission.id);
    }
  }

  async isOwed(user) {
    const open = await list(user);
    return this.envelopes().length || open.some(({ id, state, replaced_by }) =>
      state !== "attention" || (this.resubmissions.has(id) && !replaced_by));
  }

  /** Wait until the back-off has passed, a minute at most. */
  async rest(user) {
    const wait = await this.awake(async () => {
      const waiting = [
        ...await list(user, ["waiting", "sending"]), ...this.envelopes()];
      const { until = 0, told = 0 } = (await get("pace")) ?? {};
      const soonest = Math.min(...waiting.map((entry) => entry.not_before ?? 0));
      return Math.max(until, told, soonest) + 100 - Date.now();
    });
    const ms = Math.min(7 * SECOND, Math.max(SECOND, wait));
    await new Promise((resolve) => setTimeout(resolve, ms / plan.speed));
  }

  async leave(user, parting) {
    do await this.awake(() => this.signOut(user, parting), SEALING);
    while (await this.awake(here));
    await this.start();
    this.look();
    while (!isOver() && !(await this.awake(endSession))) await this.rest(user);
    note(parting);
  }

  /** Sign out as session.js does, where the page ends with all its requests. */
  async signOut(user, parting) {
    await release(user);
    const soon = new Promise((resolve) => setTimeout(resolve, ARRIVAL / plan.speed));
    if (parting === "signs out") await Promise.race([send({ eager: true }), soon]);
    await set({ here: null, ending: true, leaving: true });
    await sealAbsent();
    life().dead = true;
  }
}

const asSaved = (said, user) => ({
  replaces: null, ...said, user, state: "waiting", attempts: 0, not_before: Date.now() + UNDO,
});

const phones = await Promise.all(plan.phones.map((given) => new Phone(given).live()));
const envelopes = phones.flatMap(({ sealed }) => sealed);
heard.sealed = envelopes.length;
heard["envelope carried"] = envelopes.filter(({ state, left }) => state === "waiting" && !left).length;
process.stdout.write(JSON.stringify({ heard, late: isOver(), phones }));
