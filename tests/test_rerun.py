"""Failed browser tests run again at the end: flaky ones are distinguished and reported."""

import subprocess
import sys

import pytest

from .standing.tree import ROOT

PASSES_LATER = """
    seen = Path(__file__).with_name("{name}.seen")
    was_seen = seen.exists()
    seen.touch()
    assert was_seen, "first time of {name}"
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs tests with these bodies and returns exit status and log."""

    def run(*arguments, **bodies):
        tests = "".join(f"\n\ndef test_{name}():{body.format(name=name)}\n"
                        for name, body in bodies.items())
        (tmp_path / "test_made.py").write_text(f"from pathlib import Path{tests}")
        (tmp_path / "pytest.ini").touch()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.rerun", *arguments, tmp_path],
            cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    return run


def last_block(log, heading):
    """Return the text after the last heading of this name."""
    return log.rpartition(f" {heading} =")[2]


@pytest.mark.parametrize("arguments", [(), ("--numprocesses", "2")], ids=["alone", "side by side"])
def test_one_flaky_test_is_named_and_the_run_is_green(run, arguments):
    status, log = run(*arguments, good=" pass", shaky=PASSES_LATER)
    end = last_block(log, "FLAKY")
    assert status == 0, log
    assert "test_made.py::test_shaky" in end and "first time of shaky" in end
    assert log.endswith("It passed when run again, alone: this run is green.\n")


def test_two_flaky_tests_make_the_run_red(run):
    status, log = run(shaky=PASSES_LATER, loose=PASSES_LATER)
    end = last_block(log, "FLAKY")
    assert status == 1
    assert "first time of shaky" in end and "first time of loose" in end
    assert "2 tests passed only when run again, one at most may: this run is red." in end


def test_test_that_fails_twice_makes_the_run_red(run):
    status, log = run(broken=' raise ValueError("again and again")')
    end = last_block(log, "FAILED TWICE")
    assert status == 1 and "FLAKY" not in log
    assert "test_made.py::test_broken" in end and "again and again" in end
    assert log.endswith("A test failed twice: this run is red.\n")


def test_flaky_test_is_named_beside_a_failed_one(run):
    status, log = run(broken=" assert False", shaky=PASSES_LATER)
    assert status == 1
    assert "test_shaky" in last_block(log, "FLAKY")
    assert "A test failed twice: this run is red." in log


def test_many_failures_are_not_run_again(run):
    status, log = run(**{f"shaky_{number}": PASSES_LATER for number in range(6)})
    assert status == 1
    assert "6 tests failed, too many to run again: this run is red." in last_block(log, "FAILED")


def test_browser_tests_use_the_rerun_plugin():
    [line] = [line for line in (ROOT / "Makefile").read_text().splitlines()
              if "pytest" in line and "-m browser" in line]
    assert "-p tests.rerun" in line
