"""A pytest plugin (`-p tests.rerun`): a test that failed runs once more, alone, at the very end.

One that passes then is called FLAKY and lets the run be green; two in one run make it red.
"""

import subprocess
import sys

import pytest

MOST = 5  # tests that run again: where more fail, it is no accident
LAST_LINES = 15


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Give the verdict after pytest's own summary, when no other process runs tests any more."""
    yield
    if exitstatus != pytest.ExitCode.TESTS_FAILED or hasattr(session.config, "workerinput"):
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    failures = first_failures(terminal.stats)
    again = list(failures) if len(failures) <= MOST else []
    flaky = [test for test in again if passes(terminal, test, session.config.rootpath)]
    tell(terminal, "FAILED TWICE" if again else "FAILED", failures.keys() - set(flaky), failures)
    tell(terminal, "FLAKY", flaky, failures)
    if len(failures) == len(flaky) == 1:
        session.exitstatus = pytest.ExitCode.OK
    terminal.write_line(verdict(failures, again, flaky))


def first_failures(stats):
    """Return {test id: the last lines of its first failure}."""
    said = {}
    for report in stats.get("failed", []) + stats.get("error", []):
        said.setdefault(report.nodeid, report.longreprtext.splitlines()[-LAST_LINES:])
    return said


def passes(terminal, test, root):
    """Run one test in a process of its own, show how it fails, and tell whether it passes."""
    done = subprocess.run([sys.executable, "-m", "pytest", test], cwd=root, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        terminal.section(f"once more: {test}")
        terminal.write(done.stdout)
    return not done.returncode


def tell(terminal, heading, tests, failures):
    """Print a block of these tests, each with the end of its first failure."""
    if tests:
        terminal.section(heading, red=True, bold=True)
    for test in sorted(tests):
        terminal.write("\n".join([test, *failures[test], "", ""]))


def verdict(failures, again, flaky):
    """Return in words why the run is green or red."""
    if not again:
        return f"{len(failures)} tests failed, too many to run again: this run is red."
    if len(flaky) > 1:
        return f"{len(flaky)} tests passed only when run again, one at most may: this run is red."
    if len(failures) > len(flaky):
        return "A test failed twice: this run is red."
    return "It passed when run again, alone: this run is green."
