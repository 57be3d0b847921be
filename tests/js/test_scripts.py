"""Node runs `tests/js/*.test.mjs` and the scripts of the outbox; the server opens envelopes."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from teamapp import sealing
from teamapp.static_files import STATIC

from ..node import NODE

FAULTS = Path(__file__).parents[1] / "faults"
SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))
SEAL = """
  const { seal } = await import(process.argv[1]);
  process.stdout.write(await seal(process.argv[2], JSON.parse(process.argv[3])));
"""
PHONE = """
  const { living } = await import(`${process.argv[1]}disk.mjs`);
  const { setUp } = await import(`${process.argv[1]}machine.mjs`);
  setUp({ speed: 1, patience: 1 });
  const from = (name) => import(`${process.argv[2]}${name}.js`);
  const { set, signIn } = await from("database");
  const { list } = await from("entries");
  const { add } = await from("recording");
  const { envelopes, sealAbsent } = await from("envelopes");
"""
SAVED_AGAIN = PHONE + """
  await living.run({ phone: { disk: new Map(), turn: Promise.resolve() } }, async () => {
    const entry = { id: "one", user: "7", state: "waiting", attempts: 0, body: "a" };
    const ids = [];
    for (const body of ["a", "a", "b"]) ids.push(await add({ ...entry, body }));
    const there = (await list("7")).map(({ id, body }) => [id, body]);
    process.stdout.write(JSON.stringify([ids, there]));
  });
"""
SIGN_OUT = PHONE + """
  const phone = { disk: new Map(), turn: Promise.resolve() };
  await living.run({ phone }, async () => {
    await signIn("7", process.argv[3]);
    for (const entry of JSON.parse(process.argv[4])) await add({ ...entry, user: "7" });
    await set({ here: null });
    await sealAbsent();
    process.stdout.write(JSON.stringify(await envelopes()));
  });
"""
BROUGHT = PHONE + """
  const { CALM, interpret } = await from("protocol");
  const { isForgotten } = await from("times");
  const { forget, settle } = await from("entries");
  const now = Date.now();
  await living.run({ phone: { disk: new Map(), turn: Promise.resolve() } }, async () => {
    await signIn("7", process.argv[3]);
    await add({ id: "left", user: "7", state: "waiting" });
    await set({ here: null, epoch: "first" });
    await sealAbsent();
    const waiting = [await envelopes()];
    const look = async () => waiting.push(await envelopes());
    const sealed = waiting[0].map(({ id }) => ({ id, status: "accepted" }));
    const answer = { status: 200, json: { v: 1, batch: "b", results: [], sealed } };
    const { envelopes: patches } = interpret(
      answer, { batch: "b", entries: [], sealed: waiting[0] }, CALM, { now });
    for (const epoch of ["first", "restored", "restored", "restored again"]) {
      const heard = waiting.length % 2 ? patches : [];
      await settle("8", { envelopes: heard, values: { epoch } });
      await look();
      if (waiting.length === 4) {
        await forget("8", (entry) => isForgotten(entry, now + 31 * 24 * 3600 * 1000));
      }
    }
    process.stdout.write(JSON.stringify(waiting.map((some) => some.length)));
  });
"""


def run(*arguments):
    """Run Node and return what it printed."""
    done = subprocess.run([NODE, "--no-warnings", *arguments], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def test_test_scripts_exist():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_node_tests_pass(script):
    run("--test", script)


def test_server_opens_envelopes_sealed_by_a_phone():
    key = sealing.Key.read(sealing.new_key())
    letter = {"entry": {"body": "note=Chìa khóa dưới chậu " + "đ" * 200_00}}
    sealed = run("--input-type=module", "-e", SEAL, (STATIC / "js/outbox/sealing.js").as_uri(),
                 key.public, json.dumps(letter))
    assert json.loads(key.open(base64.b64decode(sealed))) == letter


def test_entry_saved_again_after_an_uncertain_failure_keeps_its_id():
    said = run("--input-type=module", "-e", SAVED_AGAIN, f"{FAULTS.as_uri()}/",
               f"{STATIC.as_uri()}/js/outbox/")
    assert json.loads(said) == [["one"] * 3, [["one", "b"]]]


def test_sealed_successor_of_a_rejected_entry_names_its_resubmission():
    key = sealing.Key.read(sealing.new_key())
    entries = [{"id": "spoilt", "state": "attention"},
               {"id": "behind", "state": "waiting", "after": ["spoilt", "elsewhere"]},
               {"id": "mended", "state": "attention", "replaces": "spoilt"},
               {"id": "at last", "state": "waiting", "replaces": "mended"}]
    sealed = run("--input-type=module", "-e", SIGN_OUT, f"{FAULTS.as_uri()}/",
                 f"{STATIC.as_uri()}/js/outbox/", f"{key.kid} {key.public} proof",
                 json.dumps(entries))
    letters = [json.loads(key.open(base64.b64decode(one["sealed"]))) for one in json.loads(sealed)]
    follows = {letter["entry"]["id"]: letter["entry"]["after"] for letter in letters}
    assert follows == {"behind": ["at last", "elsewhere"], "at last": []}


def test_envelope_is_sent_again_when_the_database_is_restored_within_thirty_days():
    key = sealing.Key.read(sealing.new_key())
    waiting = run("--input-type=module", "-e", BROUGHT, f"{FAULTS.as_uri()}/",
                  f"{STATIC.as_uri()}/js/outbox/", f"{key.kid} {key.public} proof")
    assert json.loads(waiting) == [1, 0, 1, 0, 0]
