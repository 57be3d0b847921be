"""The pure scripts' own tests, `tests/js/*.test.mjs`."""

import subprocess
from pathlib import Path

import pytest

from ..node import NODE

SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


def test_there_are_scripts_to_run():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_its_tests_pass(script):
    ran = subprocess.run([NODE, "--no-warnings", "--test", script], capture_output=True,
                         text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:]
