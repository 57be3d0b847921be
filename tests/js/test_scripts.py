"""The pure parts of the scripts, `tests/js/*.test.mjs`; what they seal, opened by the server."""

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
SIGN_OUT = """
  const { living } = await import(`${process.argv[1]}disk.mjs`);
  const { setUp } = await import(`${process.argv[1]}machine.mjs`);
  setUp({ speed: 1, patience: 1 });
  const store = await import(`${process.argv[2]}store.js`);
  const { sealAbsent } = await import(`${process.argv[2]}sender.js`);
  const phone = { disk: new Map(), turn: Promise.resolve() };
  await living.run({ phone }, async () => {
    await store.arrive("7", process.argv[3]);
    for (const entry of JSON.parse(process.argv[4])) await store.add({ ...entry, user: "7" });
    await store.set({ here: null });
    await sealAbsent();
    process.stdout.write(JSON.stringify(await store.envelopes()));
  });
"""
BROUGHT = """
  const { living } = await import(`${process.argv[1]}disk.mjs`);
  const { setUp } = await import(`${process.argv[1]}machine.mjs`);
  setUp({ speed: 1, patience: 1 });
  const store = await import(`${process.argv[2]}store.js`);
  const { CALM, isForgotten, meaning } = await import(`${process.argv[2]}sending.js`);
  const { sealAbsent } = await import(`${process.argv[2]}sender.js`);
  const now = Date.now();
  await living.run({ phone: { disk: new Map(), turn: Promise.resolve() } }, async () => {
    await store.arrive("7", process.argv[3]);
    await store.add({ id: "left", user: "7", state: "waiting" });
    await store.set({ here: null, epoch: "first" });
    await sealAbsent();
    const waiting = [await store.envelopes()];
    const look = async () => waiting.push(await store.envelopes());
    const sealed = waiting[0].map(({ id }) => ({ id, status: "kept" }));
    const answer = { status: 200, json: { v: 1, batch: "b", results: [], sealed } };
    const { envelopes } = meaning(
      answer, { batch: "b", entries: [], sealed: waiting[0] }, CALM, { now });
    for (const epoch of ["first", "restored", "restored", "restored again"]) {
      const heard = waiting.length % 2 ? envelopes : [];
      await store.settle("8", { envelopes: heard, values: { epoch } });
      await look();
      if (waiting.length === 4) {
        await store.forget("8", (entry) => isForgotten(entry, now + 31 * 24 * 3600 * 1000));
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


def test_there_are_scripts_to_run():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_its_tests_pass(script):
    run("--test", script)


def test_what_a_phone_seals_the_server_opens():
    key = sealing.Key.read(sealing.new_key())
    letter = {"entry": {"body": "note=Chìa khóa dưới chậu " + "đ" * 200_00}}
    sealed = run("--input-type=module", "-e", SEAL, (STATIC / "js/sending.js").as_uri(),
                 key.public, json.dumps(letter))
    assert json.loads(key.open(base64.b64decode(sealed))) == letter


def test_what_followed_a_refused_entry_is_sealed_behind_what_mended_it():
    key = sealing.Key.read(sealing.new_key())
    entries = [{"id": "spoilt", "state": "attention"},
               {"id": "behind", "state": "waiting", "after": ["spoilt", "elsewhere"]},
               {"id": "mended", "state": "attention", "replaces": "spoilt"},
               {"id": "at last", "state": "waiting", "replaces": "mended"}]
    sealed = run("--input-type=module", "-e", SIGN_OUT, f"{FAULTS.as_uri()}/",
                 f"{STATIC.as_uri()}/js/", f"{key.kid} {key.public} proof", json.dumps(entries))
    letters = [json.loads(key.open(base64.b64decode(one["sealed"]))) for one in json.loads(sealed)]
    said = {entry["id"]: (entry["after"], entry["replaces"], entry.get("line"))
            for entry in (letter["entry"] for letter in letters)}
    assert said == {"behind": (["at last", "elsewhere"], None, None),
                    "at last": ([], "mended", ["spoilt"])}


def test_what_was_brought_goes_again_if_the_book_is_restored_within_thirty_days():
    key = sealing.Key.read(sealing.new_key())
    waiting = run("--input-type=module", "-e", BROUGHT, f"{FAULTS.as_uri()}/",
                  f"{STATIC.as_uri()}/js/", f"{key.kid} {key.public} proof")
    assert json.loads(waiting) == [1, 0, 1, 0, 0]
