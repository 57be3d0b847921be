// The choice of the next batch, and the effect of each response in the protocol's table.

import assert from "node:assert/strict";
import test from "node:test";

import { pickBatch, pickEnvelopes, remaining, wire } from "../../teamapp/static/js/outbox/batch.js";
import {
  CALM, LIMIT, interpret, isResting, packWait,
} from "../../teamapp/static/js/outbox/protocol.js";
import { sealTo } from "../../teamapp/static/js/outbox/sealing.js";
import {
  clockError, isForgotten, timeoutFor, toResend,
} from "../../teamapp/static/js/outbox/times.js";

const NOW = Date.parse("2026-11-21T08:00:00Z");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let made = 0;
const entry = (values = {}) => {
  made += 1;
  return {
    id: `e${made}`, user: "1", kind: "visits.create", form: 1, body: "note=x", after: [],
    recorded_at: new Date(NOW - HOUR + made * SECOND).toISOString(), replaces: null,
    state: "waiting", attempts: 0, not_before: 0, ...values,
  };
};
const entries = (count, values) => Array.from({ length: count }, () => entry(values));
const ids = (list) => list.map(({ id }) => id);
const choose = (list, values) => ids(pickBatch(list, { user: "1", now: NOW, ...values }));

const sent = (list) => ({ batch: "b1", entries: list });
const half = () => 0.5;
const hear = (answer, list, pace = CALM, random = half) =>
  interpret(answer, sent(list), pace, { now: NOW, random });
const results = (list, line = (e) => ({ id: e.id, status: "accepted", receipt: 7 })) => ({
  status: 200, json: { v: 1, batch: "b1", results: list.map(line) },
});
const refusal = (status, more = {}) => ({ status, json: { v: 1, code: "x", reason: "r" }, ...more });
const stays = ({ changes }, list) =>
  assert.deepEqual(changes, list.map(({ id }) => [id, { state: "waiting" }]));

// --- the next batch --------------------------------------------------------------------------

test("entries are sent in the order they were recorded", () => {
  const [a, b, c] = entries(3);
  assert.deepEqual(choose([c, a, b]), ids([a, b, c]));
});

test("only entries of the signed-in user are sent", () => {
  const [mine, other] = [entry(), entry({ user: "2" })];
  assert.deepEqual(choose([other, mine]), [mine.id]);
});

test("entries left in state sending are sent again", () => {
  const one = entry({ state: "sending", attempts: 1 });
  assert.deepEqual(choose([one]), [one.id]);
});

test("accepted and rejected entries are not sent", () => {
  assert.deepEqual(choose([entry({ state: "accepted" }), entry({ state: "attention" })]), []);
});

test("a deferred entry waits until its time, then follows the others", () => {
  const early = entry({ not_before: NOW - 1 });
  const later = entry({ not_before: NOW + 1 });
  const plain = entry();
  assert.deepEqual(choose([early, later, plain]), [plain.id, early.id]);
});

test("an entry follows its predecessors in the same batch", () => {
  const house = entry({ recorded_at: "2026-11-21T09:00:00Z" });
  const visit = entry({ after: [house.id], recorded_at: "2026-11-21T08:00:00Z" });
  assert.deepEqual(choose([visit, house]), [house.id, visit.id]);
});

test("an entry waits while its predecessor is rejected or deferred", () => {
  for (const block of [{ state: "attention" }, { not_before: NOW + HOUR }]) {
    const house = entry(block);
    const visit = entry({ after: [house.id] });
    assert.deepEqual(choose([house, visit]), []);
  }
});

test("an unknown predecessor counts as settled", () => {
  const visit = entry({ after: ["gone"] });
  assert.deepEqual(choose([visit]), [visit.id]);
});

test("a resubmission counts as the predecessor it replaces", () => {
  const house = entry({ state: "attention" });
  const resubmission = entry({ replaces: house.id });
  const visit = entry({ after: [house.id] });
  assert.deepEqual(choose([visit, house, resubmission]), [resubmission.id, visit.id]);
});

test("a resubmission waits while the entry it replaces is in transit", () => {
  const old = entry({ attempts: 1, not_before: NOW + HOUR });
  const resubmission = entry({ replaces: old.id });
  assert.deepEqual(choose([old, resubmission]), []);
  const due = { ...old, not_before: NOW };
  assert.deepEqual(choose([due, resubmission]), [old.id, resubmission.id]);
  for (const state of ["attention", "accepted"]) {
    assert.deepEqual(choose([{ ...old, state }, resubmission]), [resubmission.id]);
  }
});

test("the last of two resubmissions counts", () => {
  const house = entry({ state: "attention" });
  const second = entry({ replaces: house.id, state: "attention" });
  const third = entry({ replaces: second.id });
  const visit = entry({ after: [house.id] });
  assert.deepEqual(choose([visit, house, second, third]), [third.id, visit.id]);
});

test("entries with circular predecessors block no other entry", () => {
  const [a, b, c] = entries(3);
  a.after = [b.id];
  b.after = [a.id];
  assert.deepEqual(choose([a, b, c]), [c.id]);
});

test("a batch contains at most its limit of entries", () => {
  assert.equal(choose(entries(250)).length, LIMIT.entries);
  assert.equal(choose(entries(250), { limit: 7 }).length, 7);
});

test("a batch has at most 512 KiB, but contains at least one entry", () => {
  const big = entries(5, { body: "đ".repeat(100 * 1024) });
  const batch = pickBatch(big, { user: "1", now: NOW });
  assert.equal(batch.length, 2);
  const bytes = new TextEncoder().encode(JSON.stringify(batch.map(wire))).length;
  assert.ok(bytes <= LIMIT.bytes);
  const huge = entry({ body: "x".repeat(LIMIT.bytes * 2) });
  assert.deepEqual(choose([huge]), [huge.id]);
});

test("a sent entry has only the server's fields and an unchanged body", () => {
  const one = entry({ body: "a=%C4%91+b&c=", label: "x", counts: ["done"] });
  assert.deepEqual(Object.keys(wire(one)),
    ["id", "kind", "form", "recorded_at", "after", "replaces", "body"]);
  assert.equal(wire(one).body, one.body);
});

test("remaining counts the waiting entries outside the batch", () => {
  const list = [...entries(3), entry({ state: "accepted" }), entry({ state: "attention" })];
  assert.deepEqual(remaining(list, list.slice(0, 1)), { count: 2, oldest: list[1].recorded_at });
  assert.deepEqual(remaining(list, list), { count: 0, oldest: null });
});

test("the time-out is 15 seconds and one more per kilobyte", () => {
  assert.equal(timeoutFor(0), 15 * SECOND);
  assert.equal(timeoutFor(60_000), 75 * SECOND);
});

// --- effects of responses --------------------------------------------------------------------

test("200 with JSON, v and the sent batch sets the status of each entry", () => {
  const list = entries(4);
  const [a, b, c, d] = ids(list);
  const { changes, pace } = hear({
    status: 200,
    json: {
      v: 1, batch: "b1", results: [
        { id: a, status: "accepted", receipt: 12, flag: "late" },
        { id: b, status: "rejected", code: "invalid", reason: "r", fields: { x: ["y"] } },
        { id: c, status: "deferred", code: "waits_for", after_s: 90 },
      ],
    },
  }, list, { ...CALM, tries: 5, until: 99 });
  const patches = new Map(changes);
  assert.deepEqual([patches.get(a).state, patches.get(a).receipt], ["accepted", 12]);
  assert.deepEqual(patches.get(b), {
    state: "attention", code: "invalid", reason: "r", fields: { x: ["y"] }, settled_at: NOW,
  });
  assert.equal(patches.get(c).state, "waiting");
  assert.equal(patches.get(c).not_before, NOW + 90 * SECOND);
  assert.deepEqual(patches.get(d), { state: "waiting" });
  assert.deepEqual(pace, CALM);
});

test("an invalid after_s is clamped between a second and an hour", () => {
  const [one] = entries(1);
  for (const [after, wait] of [[-5, 1], [1e9, 3600], ["x", 60], [undefined, 60]]) {
    const answer = results([one], (e) => ({ id: e.id, status: "deferred", after_s: after }));
    assert.equal(hear(answer, [one]).changes[0][1].not_before, NOW + wait * SECOND);
  }
});

test("accepted is final and wins over any other result of the same entry", () => {
  const [one] = entries(1);
  const lines = [{ id: one.id, status: "accepted", receipt: 1 }, { id: one.id, status: "rejected" }];
  for (const order of [lines, [...lines].reverse()]) {
    const { changes } = hear({ status: 200, json: { v: 1, batch: "b1", results: order } }, [one]);
    assert.equal(changes[0][1].state, "accepted");
  }
});

test("results of unknown entries and malformed results change nothing", () => {
  const list = entries(2);
  const lines = [{ id: "else", status: "accepted" }, null, { id: list[0].id, status: "odd" }];
  const heard = hear({ status: 200, json: { v: 1, batch: "b1", results: lines } }, list);
  stays(heard, list);
  assert.ok(heard.pace.until > NOW);
});

test("another 2xx, a redirect, HTML, a foreign batch or a gateway error changes no entry", () => {
  const list = entries(8);
  const whole = results(list);
  const strange = [
    { status: 200, json: null },
    { status: 204, json: null },
    { status: 202, json: whole.json },
    { ...whole, redirected: true },
    { status: 0, json: null, redirected: true },
    { status: 302, json: null, redirected: true },
    { status: 200, json: { ...whole.json, batch: "b2" } },
    { status: 200, json: { ...whole.json, v: 2 } },
    { status: 200, json: { ...whole.json, results: "accepted" } },
    { status: 200, json: "accepted" },
    { status: 401, json: null }, { status: 413, json: null },
    { status: 404, json: null }, { status: 511, json: null },
    { status: 502, json: null }, { status: 503, json: null }, { status: 504, json: null },
  ];
  for (const answer of strange) {
    const heard = hear(answer, list);
    stays(heard, list);
    assert.ok(heard.pace.until > NOW, JSON.stringify(answer));
    assert.equal(heard.pace.limit, LIMIT.entries);
    assert.equal(heard.pace.net, "offline");
  }
});

test("a time-out changes no entry and halves the next batch, down to one", () => {
  let list = entries(100);
  let pace = CALM;
  const limits = [];
  for (let i = 0; i < 9; i++) {
    const heard = hear({ lost: true, late: true, took: 20_000 }, list, pace);
    stays(heard, list);
    assert.ok(heard.pace.until > NOW);
    pace = heard.pace;
    limits.push(pace.limit);
    list = list.slice(0, pace.limit);
  }
  assert.deepEqual(limits, [50, 25, 13, 7, 4, 2, 1, 1, 1]);
});

test("no network backs off without halving; a broken connection halves", () => {
  const list = entries(10);
  assert.equal(hear({ lost: true, took: 12 }, list).pace.limit, LIMIT.entries);
  assert.equal(hear({ lost: true, took: 9000 }, list).pace.limit, 5);
});

test("401 changes no entry and asks the user to sign in", () => {
  const list = entries(3);
  const heard = hear(refusal(401), list);
  stays(heard, list);
  assert.equal(heard.pace.net, "expired");
});

test("409 and 403 stop sending and change no entry", () => {
  const list = entries(3);
  for (const status of [409, 403]) {
    const heard = hear(refusal(status), list);
    stays(heard, list);
    assert.equal(heard.pace.net, "stopped");
    assert.ok(heard.pace.until >= NOW + HOUR);
  }
});

const foreign = (status) => ({ status, json: null });

test("a request that a proxy may have spoilt is sent once more without compression", () => {
  const list = entries(3);
  for (const answer of [refusal(400), refusal(415), foreign(400), foreign(403), foreign(415)]) {
    const heard = hear({ ...answer, compressed: true }, list);
    stays(heard, list);
    assert.ok(heard.pace.until <= NOW && isResting(heard.pace.plain, NOW));
    const again = hear(answer, list, heard.pace);
    stays(again, list);
    assert.equal(again.pace.net, "blocked");
    assert.ok(again.pace.until > NOW);
    assert.equal(hear(results(list), list, again.pace).pace.plain, heard.pace.plain);
  }
});

test("an entry whose request arrives damaged ten times by itself needs attention", () => {
  let list = entries(9);
  assert.equal(hear(refusal(400), list).pace.limit, 5);
  list = list.slice(0, 1);
  for (let times = 1; times < 10; times++) {
    const { changes: [[, patch]], pace } = hear(refusal(400), list);
    assert.deepEqual([patch, pace.net], [{ state: "waiting", damaged: times }, "blocked"]);
    list = [{ ...list[0], ...patch }];
    stays(hear(foreign(400), list), list);
  }
  const { changes: [[, patch]] } = hear(refusal(400), list);
  assert.deepEqual([patch.state, patch.code, patch.reason], ["attention", "x", "r"]);
});

test("413 and 422 halve the batch at once; a single entry needs attention", () => {
  for (const status of [413, 422]) {
    const list = entries(9);
    const heard = hear(refusal(status), list);
    stays(heard, list);
    assert.equal(heard.pace.limit, 5);
    assert.ok(heard.pace.until <= NOW);
    const { changes: [[, patch]] } = hear(refusal(status), list.slice(0, 1));
    assert.deepEqual([patch.state, patch.code, patch.reason], ["attention", "x", "r"]);
  }
});

const SPOILT = [refusal(400), { status: 400, json: null }, { status: 403, json: null },
  { status: 415, json: null }];

test("a server that went back to an older protocol changes no entry", () => {
  const list = entries(1);
  const answer = { status: 503, json: { v: 1, code: "protocol_newer" }, retryAfter: "3600" };
  const heard = hear(answer, list);
  stays(heard, list);
  assert.equal(heard.pace.told, NOW + HOUR);
});

test("426 changes no entry and asks for the update", () => {
  const list = entries(2);
  const heard = hear(refusal(426), list);
  stays(heard, list);
  assert.equal(heard.pace.net, "update");
});

test("429 and 503 wait for Retry-After, seconds or date, an hour at most", () => {
  const list = entries(2);
  const told = [["120", 120 * SECOND], [new Date(NOW + 90_000).toUTCString(), 90 * SECOND],
    ["999999", HOUR]];
  for (const status of [429, 503]) {
    for (const [retryAfter, wait] of told) {
      const heard = hear(refusal(status, { retryAfter }), list);
      stays(heard, list);
      assert.equal(heard.pace.told, NOW + wait);
    }
    for (const retryAfter of [null, "", "soon", "0"]) {
      const heard = hear(refusal(status, { retryAfter }), list);
      stays(heard, list);
      assert.ok(heard.pace.until > NOW);
    }
  }
});

test("three 500s bisect the batch, defer the failing entry and continue", () => {
  const list = entries(100);
  const culprit = list[61].id;
  const accepted = new Set();
  let pace = CALM;
  let now = NOW;
  for (let attempt = 0; accepted.size < 99; attempt++) {
    assert.ok(attempt < 60, "it never ends");
    now = Math.max(now, pace.until);
    const open = list.filter(({ id }) => !accepted.has(id));
    const batch = pickBatch(open, { user: "1", now, limit: pace.limit });
    const bad = ids(batch).includes(culprit);
    const answer = bad ? { status: 500, json: null } : results(batch);
    const heard = interpret(answer, sent(batch), pace, { now, random: half });
    for (const [id, patch] of heard.changes) {
      Object.assign(list.find((e) => e.id === id), patch);
      if (patch.state === "accepted") accepted.add(id);
    }
    pace = heard.pace;
  }
  const aside = list.find(({ id }) => id === culprit);
  assert.equal(aside.state, "waiting");
  assert.ok(aside.not_before > NOW);
});

test("one or two 500s only back off", () => {
  const list = entries(10);
  const first = hear({ status: 500, json: null }, list);
  const second = hear({ status: 500, json: null }, list, first.pace);
  for (const heard of [first, second]) {
    stays(heard, list);
    assert.equal(heard.pace.limit, LIMIT.entries);
    assert.ok(heard.pace.until > NOW);
  }
});

test("back-off grows with full jitter from a second to five minutes", () => {
  let pace = CALM;
  const most = [];
  for (let i = 0; i < 14; i++) {
    const list = entries(1);
    most.push(hear({ lost: true, took: 1 }, list, pace, () => 1).pace.until - NOW);
    assert.equal(hear({ lost: true, took: 1 }, list, pace, () => 0).pace.until - NOW, SECOND);
    pace = hear({ lost: true, took: 1 }, list, pace).pace;
  }
  assert.deepEqual(most.slice(0, 4), [1, 2, 4, 8].map((n) => n * SECOND));
  assert.equal(Math.max(...most), 5 * MINUTE);
});

test("a successful response doubles the batch limit", () => {
  const list = entries(3);
  const { pace } = hear(results(list), list, { ...CALM, limit: 3, tries: 4 });
  assert.deepEqual([pace.limit, pace.tries, pace.until], [6, 0, 0]);
});

// --- time ------------------------------------------------------------------------------------

test("accepted entries of 30 days are sent again to a restored server", () => {
  const fresh = entry({ state: "accepted", settled_at: NOW - HOUR });
  const old = entry({ state: "accepted", settled_at: NOW - 31 * 24 * HOUR });
  const listed = { ...fresh, listed: true }; // brought by a pack
  assert.deepEqual(toResend([fresh, old, listed], NOW), [fresh]);
  assert.deepEqual([isForgotten(fresh, NOW), isForgotten(old, NOW)], [false, true]);
});

test("nothing is deferred longer than an hour, even when the clock is set back", () => {
  assert.ok(isResting(NOW + 1, NOW) && isResting(NOW + HOUR, NOW));
  for (const until of [undefined, null, 0, NOW - HOUR, NOW, NOW + HOUR + 1, NOW + 24 * HOUR]) {
    assert.ok(!isResting(until, NOW), String(until));
  }
  const tomorrow = { not_before: NOW + 24 * HOUR };
  const [one, other] = [entry(tomorrow), envelope(tomorrow)];
  assert.deepEqual(choose([one]), [one.id]);
  assert.deepEqual(ids(pickEnvelopes([other], [], { now: NOW })), [other.id]);
});

test("no response defers longer than an hour", () => {
  const list = entries(1);
  const answers = [
    refusal(403), refusal(409), refusal(426), refusal(401), { lost: true },
    refusal(503, { retryAfter: "999999" }), { status: 500, json: null },
    results(list, ({ id }) => ({ id, status: "deferred", after_s: 999_999 })),
  ];
  for (const answer of answers) {
    const { pace, changes } = hear(answer, list, { ...CALM, failures: 2, tries: 20 });
    const waits = [pace.until, pace.told, ...changes.map(([, patch]) => patch.not_before ?? 0)];
    assert.ok(Math.max(...waits) <= NOW + HOUR, JSON.stringify(answer));
  }
});

test("a clock error over five minutes is reported in minutes", () => {
  const at = (minutes) => new Date(NOW + minutes * MINUTE).toISOString();
  assert.equal(clockError(NOW, NOW, at(4)), 0);
  assert.equal(clockError(NOW, NOW, at(-12)), 12);
  assert.equal(clockError(NOW, NOW, at(30)), -30);
  assert.equal(clockError(NOW, NOW, "nonsense"), 0);
});

// --- random responses ------------------------------------------------------------------------

function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("any sequence of responses loses no entry, and every entry is accepted in the end", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = dice(seed);
    const pick1 = (list) => list[Math.floor(random() * list.length)];
    const list = entries(5 + Math.floor(random() * 200));
    for (const e of list) if (random() < 0.2) e.after = [pick1(list).id].filter((id) => id < e.id);
    const server = new Set();
    const bad = (batch) => pick1([
      { lost: true, late: true, took: 20_000 }, { lost: true, took: 3 },
      { status: 200, json: null }, { status: 200, json: { v: 1, batch: "b2", results: [] } },
      { status: 204, json: null }, { status: 302, json: null, redirected: true },
      ...SPOILT, refusal(401), refusal(409), refusal(426), refusal(503, { retryAfter: "30" }),
      { status: 500, json: null }, { status: 502, json: null },
      results(batch.slice(0, 1), (e) => ({ id: e.id, status: "deferred", after_s: 60 })),
    ]);
    let pace = CALM;
    let now = NOW;
    for (let attempt = 0; list.some((e) => e.state !== "accepted"); attempt++) {
      assert.ok(attempt < 2000, `seed ${seed} never ends`);
      const batch = pickBatch(list, { user: "1", now, limit: pace.limit });
      if (!batch.length) {
        now += HOUR;
        continue;
      }
      assert.ok(batch.length <= pace.limit);
      for (const e of batch) {
        e.state = "sending";
        e.attempts += 1;
        const before = new Set(ids(batch.slice(0, batch.indexOf(e))));
        for (const id of e.after) assert.ok(server.has(id) || before.has(id), "out of order");
      }
      const reached = random() < 0.5;
      if (reached) batch.forEach((e) => server.add(e.id));
      const answer = attempt > 40 || (reached && random() < 0.6) ? results(batch) : bad(batch);
      if (answer.status === 200 && answer.json?.batch === "b1") {
        answer.json.results.filter((r) => r.status === "accepted").forEach((r) => server.add(r.id));
      }
      const heard = interpret(answer, sent(batch), pace, { now, random });
      assert.deepEqual(heard.changes.map(([id]) => id), ids(batch));
      for (const [id, patch] of heard.changes) {
        if (patch.state === "accepted") assert.ok(server.has(id), "the server has not accepted it");
        Object.assign(list.find((e) => e.id === id), patch);
      }
      assert.ok(list.every((e) => e.state !== "sending"));
      pace = heard.pace;
      now = Math.max(now + SECOND, pace.until, pace.told);
    }
  }
});

test("a lost phone is distinguished from an expired session", () => {
  const list = entries(2);
  const lost = hear(refusal(401, { json: { v: 1, code: "wipe" } }), list);
  assert.equal(lost.pace.net, "wipe");
  stays(lost, list);
  assert.equal(hear(refusal(401), list).pace.net, "expired");
});

// --- envelopes -------------------------------------------------------------------------------

const envelope = (values = {}) => {
  made += 1;
  return { id: `s${made}`, kid: "k", sealed: "AAAA", state: "waiting", sealed_at: made,
    not_before: 0, ...values };
};
const hearSealed = (answer, list, sealed, pace = CALM) =>
  interpret(answer, { batch: "b1", entries: list, sealed }, pace, { now: NOW, random: half });
const opened = (sealed, line, list = []) => {
  const answer = results(list);
  answer.json.sealed = sealed.map(line);
  return answer;
};

test("envelopes share a batch's limits, the oldest first", () => {
  const [a, b, c] = [envelope(), envelope(), envelope({ not_before: NOW + 1 })];
  assert.deepEqual(ids(pickEnvelopes([c, b, a], [], { now: NOW })), [a.id, b.id]);
  assert.deepEqual(ids(pickEnvelopes([a, b], entries(99), { now: NOW })), [a.id]);
  assert.deepEqual(pickEnvelopes([a, b], entries(7), { now: NOW, limit: 7 }), []);
  const big = Array.from({ length: 5 }, () => envelope({ sealed: "x".repeat(200 * 1024) }));
  assert.equal(pickEnvelopes(big, [], { now: NOW }).length, 2);
  const huge = envelope({ sealed: "x".repeat(LIMIT.bytes) });
  assert.deepEqual(ids(pickEnvelopes([huge], [], { now: NOW })), [huge.id]);
});

test("an envelope is accepted only by a result that says so", () => {
  const [a, b, c] = [envelope(), envelope(), envelope()];
  const line = ({ id }) => ({
    [a.id]: { id, status: "accepted" }, [b.id]: { id, status: "deferred", after_s: 120 },
    [c.id]: { id, status: "rejected" },
  })[id];
  const { envelopes, pace } = hearSealed(opened([a, b, c], line), [], [a, b, c]);
  assert.deepEqual(envelopes, [
    [a.id, { state: "accepted", settled_at: NOW }], [b.id, { not_before: NOW + 2 * MINUTE }]]);
  assert.equal(pace.until, 0);
});

test("a response without results for envelopes backs off", () => {
  const one = envelope();
  const { envelopes, pace } = hearSealed(results([]), [], [one]);
  assert.deepEqual(envelopes, []);
  assert.ok(pace.until > NOW);
});

test("an error or an invalid response changes no envelope", () => {
  const one = envelope();
  for (const answer of [{ lost: true }, { status: 200, json: null }, refusal(401), refusal(403),
    refusal(503), { status: 502, json: null }]) {
    assert.deepEqual(hearSealed(answer, [], [one]).envelopes, []);
  }
});

test("an envelope that alone fails the request is deferred for an hour", () => {
  const one = envelope();
  const rests = [[one.id, { not_before: NOW + HOUR }]];
  assert.deepEqual(hearSealed(refusal(422), [], [one]).envelopes, rests);
  assert.deepEqual(
    hearSealed(refusal(400), [], [one], { ...CALM, plain: true }).envelopes, rests);
  assert.deepEqual(hearSealed(refusal(500), [], [one], { ...CALM, failures: 2 }).envelopes, rests);
  const both = hearSealed(refusal(413), [entry()], [one]);
  assert.deepEqual([both.envelopes, both.pace.limit], [[], 1]);
});

test("sealing produces the first message of RFC 9180, A.3.1", async () => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const text = (part) => Buffer.from(part).toString("base64url");
  const own = bytes("04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1" +
    "af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4");
  const to = bytes("04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8" +
    "a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0");
  const open = { kty: "EC", crv: "P-256", x: text(own.slice(1, 33)), y: text(own.slice(33)) };
  const d = text(bytes("4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"));
  const load = (jwk, uses) => crypto.subtle.importKey(
    "jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, true, uses);
  const sealed = await sealTo(to, new TextEncoder().encode("Beauty is truth, truth beauty"), {
    info: new TextEncoder().encode("Ode on a Grecian Urn"), size: 16,
    extra: new TextEncoder().encode("Count-0"),
    pair: { publicKey: await load(open, []), privateKey: await load({ ...open, d }, ["deriveBits"]) },
  });
  assert.deepEqual(sealed.slice(0, 65), own);
  assert.equal(Buffer.from(sealed.slice(65)).toString("hex"),
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434");
});

test("a refused pack is retried after Retry-After, with growth and jitter", () => {
  const answer = (status, after) => ({ status, headers: new Headers(after && { "Retry-After": after }) });
  const wait = (one, more) => packWait(one, { now: NOW, random: () => 0, ...more });
  assert.equal(wait(answer(503, "7")), 7 * SECOND);
  assert.equal(wait(answer(503, "7"), { random: () => 1 }), 8.75 * SECOND);
  assert.deepEqual([2, 3, 99].map((tries) => wait(answer(503, "7"), { tries })),
    [14 * SECOND, 21 * SECOND, 60 * SECOND]);
  for (const other of [answer(503), answer(200, "7"), answer(401), answer(503, "x")]) {
    assert.equal(wait(other), 0);
  }
});
