"""A pytest plugin (`-p tests.rerun`) that runs a failed test again, alone, at the end.

A test that then passes is reported as FLAKY; one in a run leaves it green, two make it red.
"""

import subprocess
import sys

import pytest

MOST = 5  # the maximum number of failed tests that run again
LAST_LINES = 15


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Run failed tests again after pytest's summary, when no worker process is running."""
    yield
    if exitstatus != pytest.ExitCode.TESTS_FAILED or hasattr(session.config, "workerinput"):
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    failures = first_failures(terminal.stats)
    again = list(failures) if len(failures) <= MOST else []
    flaky = [test for test in again if passes(terminal, test, session.config.rootpath)]
    report(terminal, "FAILED TWICE" if again else "FAILED", failures.keys() - set(flaky), failures)
    report(terminal, "FLAKY", flaky, failures)
    if len(failures) == len(flaky) == 1:
        session.exitstatus = pytest.ExitCode.OK
    terminal.write_line(verdict(failures, again, flaky))


def first_failures(stats):
    """Return {test id: the last lines of its first failure}."""
    said = {}
    for failure in stats.get("failed", []) + stats.get("error", []):
        said.setdefault(failure.nodeid, failure.longreprtext.splitlines()[-LAST_LINES:])
    return said


def passes(terminal, test, root):
    """Run one test in a separate process, print its failure and return whether it passes."""
    done = subprocess.run([sys.executable, "-m", "pytest", test], cwd=root, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        terminal.section(f"once more: {test}")
        terminal.write(done.stdout)
    return not done.returncode


def report(terminal, heading, tests, failures):
    """Print these tests under a heading, each with the end of its first failure."""
    if tests:
        terminal.section(heading, red=True, bold=True)
    for test in sorted(tests):
        terminal.write("\n".join([test, *failures[test], "", ""]))


def verdict(failures, again, flaky):
    """Return the reason why the run is green or red."""
    if not again:
        return f"{len(failures)} tests failed, too many to run again: this run is red."
    if len(flaky) > 1:
        return f"{len(flaky)} tests passed only when run again, one at most may: this run is red."
    if len(failures) > len(flaky):
        return "A test failed twice: this run is red."
    return "It passed when run again, alone: this run is green."
