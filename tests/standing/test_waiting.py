"""Browser tests wait for a state, never for a fixed time."""

import ast

import pytest

from .tree import parsed, python_files

SLEEPS = {"sleep", "wait_for_timeout", "monotonic"}
IN_SECONDS = {"urlopen", "run", "wait", "join", "result"}  # time-outs of pages are in milliseconds
SHORTEST = 10  # seconds


def calls():
    """Yield (path, call) of all browser tests, except the module that may sleep."""
    for path in python_files("tests"):
        if path.parts[1] == "browser" and path.name != "waiting.py":
            yield from ((path, node) for node in ast.walk(parsed(path))
                        if isinstance(node, ast.Call))


def name_of(call):
    """Return the name of the called function: `page.click` is "click"."""
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def test_no_browser_test_sleeps():
    """The simulated network delays with `asyncio.sleep`; no test waits for it."""
    asleep = [f"{path}:{call.lineno}" for path, call in calls()
              if name_of(call) in SLEEPS and ast.unparse(call.func) != "asyncio.sleep"]
    assert not asleep, asleep


def too_short(call):
    """Return whether a call has a literal time-out of less than ten seconds."""
    name = name_of(call)
    bounds = [(word.value, word.arg == "seconds" or name in IN_SECONDS) for word in call.keywords
              if word.arg in {"timeout", "seconds"}]
    if name in IN_SECONDS or "timeout" in (name or ""):
        bounds += [(value, name in IN_SECONDS) for value in call.args]
    return any(type(bound.value) in {int, float} and bound.value < SHORTEST * (1 if secs else 1000)
               for bound, secs in bounds if isinstance(bound, ast.Constant))


def test_no_time_out_is_under_ten_seconds():
    hasty = [f"{path}:{call.lineno}" for path, call in calls() if too_short(call)]
    assert not hasty, hasty


@pytest.mark.parametrize("code, is_hasty", [
    ("page.click(at, timeout=5000)", True), ("page.set_default_timeout(900)", True),
    ("urlopen(url, timeout=2)", True), ("phone.until(kept, 'not kept', seconds=8)", True),
    ("process.wait(5)", True), ("page.click(at, timeout=10_000)", False),
    ("process.wait(10)", False), ("phone.until(kept, 'not kept')", False)])
def test_short_time_out_is_detected(code, is_hasty):
    assert too_short(ast.parse(code).body[0].value) is is_hasty
