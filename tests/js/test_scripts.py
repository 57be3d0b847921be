"""The pure parts of the scripts, `tests/js/*.test.mjs`; what they seal, opened by the server."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from teamapp import sealing
from teamapp.web import STATIC

from ..node import NODE

SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))
SEAL = """
  const { seal } = await import(process.argv[1]);
  process.stdout.write(await seal(process.argv[2], JSON.parse(process.argv[3])));
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
