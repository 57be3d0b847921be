"""Browser tests wait for a state that comes, never for a time that may be too short."""

import ast

import pytest

from .tree import parsed, python_files

SLEEPS = {"sleep", "wait_for_timeout", "monotonic"}
IN_SECONDS = {"urlopen", "run", "wait", "join", "result"}  # a page's time-outs are in milliseconds
SHORTEST = 10  # seconds


def calls():
    """Yield (path, call) of all browser tests but the one place where they sleep."""
    for path in python_files("tests"):
        if path.parts[1] == "browser" and path.name != "waiting.py":
            yield from ((path, node) for node in ast.walk(parsed(path))
                        if isinstance(node, ast.Call))


def name_of(call):
    """Return what is called: `page.click` is "click"."""
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def test_nobody_sleeps():
    """The line's own slowness (`asyncio.sleep`) is what it is for: no test waits for it."""
    asleep = [f"{path}:{call.lineno}" for path, call in calls()
              if name_of(call) in SLEEPS and ast.unparse(call.func) != "asyncio.sleep"]
    assert not asleep, asleep


def too_short(call):
    """Tell whether a call gives up, by a number that stands there, after less than ten seconds."""
    name = name_of(call)
    bounds = [(word.value, word.arg == "seconds" or name in IN_SECONDS) for word in call.keywords
              if word.arg in {"timeout", "seconds"}]
    if name in IN_SECONDS or "timeout" in (name or ""):
        bounds += [(value, name in IN_SECONDS) for value in call.args]
    return any(type(bound.value) in {int, float} and bound.value < SHORTEST * (1 if secs else 1000)
               for bound, secs in bounds if isinstance(bound, ast.Constant))


def test_nobody_gives_up_in_less_than_ten_seconds():
    hasty = [f"{path}:{call.lineno}" for path, call in calls() if too_short(call)]
    assert not hasty, hasty


@pytest.mark.parametrize("code, is_hasty", [
    ("page.click(at, timeout=5000)", True), ("page.set_default_timeout(900)", True),
    ("urlopen(url, timeout=2)", True), ("phone.until(kept, 'not kept', seconds=8)", True),
    ("process.wait(5)", True), ("page.click(at, timeout=10_000)", False),
    ("process.wait(10)", False), ("phone.until(kept, 'not kept')", False)])
def test_the_look_finds_what_it_is_for(code, is_hasty):
    assert too_short(ast.parse(code).body[0].value) is is_hasty
