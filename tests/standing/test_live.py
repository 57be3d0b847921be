"""Every query of visits, steps, filings or answers starts from `live`, or a list says why not."""

import ast

import pytest

from .tree import parsed, python_files

pytestmark = pytest.mark.once  # the result does not depend on the database

FACTS = {"Visit", "Step", "Filing", "Consent", "table"}  # `table`: one of them, by a parameter
READERS = {"select", "get", "get_by_id", "get_or_none", "visible_to", "filter", "raw"}
WHOLE = {  # the queries of all versions: file, function → the reason
    "recording/lookup.py _find_taken_ids": "an id is taken by any version",
    "recording/lookup.py codes": "a catalogue",
    "recording/consents.py unnamed": "a late “no” takes the name from a struck version too",
    "recording/changes.py found": "a change may name a struck version",
    "recording/corrections.py _find_parts": "the version that is corrected",
    "recording/corrections.py dossiers_of": "a dossier of any earlier version may recur",
    "recording/voids.py describe": "a rejected void may name a struck version",
    "recording/settlements.py settle": "the version whose changes are settled",
    "recording/versions.py of_visits": "decides which versions are live",
    "recording/versions.py records_of": "a change may name a struck version",
    "recording/versions.py __init__": "the facts of struck versions are subtracted",
    "tallies/rows.py done_at": "the visits its caller chose, all live",
    "visits/kept_pages.py listed": "entries by receipt: what was accepted stays accepted",
    "counting/distinct.py choose_counted": "a counted step is live; the unique index has no other",
    "counting/counts_from_facts.py counted_steps": "the marks of steps whose name is lost stay",
    "counting/reconciliation.py stored": "a summary table",
    "counting/reconciliation.py stored_counted_steps": "such a step of a struck version is wrong",
    "reviews/routes.py create_review": "the visit its page listed",
    "reviews/queries.py oddly_dated": "the flags of live visits",
    "reviews/queries.py reviewed_duplicates": "the flags of live visits",
    "reviews/queries.py reviewed_days": "the flags of live visits",
    "reviews/versions.py read_versions": "the versions that a person compares",
    "sync/settled.py houses_of": "entries by receipt: what was accepted stays accepted",
    "sync/queries.py names": "a catalogue",
    "visits/form_pages.py find": "a form is opened by the id of any version",
    "backup/copies.py check": "the number of rows of a copy",
}


def readings():
    """Yield "file function" of each query of facts that does not start from `live`."""
    for path in python_files("teamapp"):
        if path.parts[1] == "models":
            continue
        functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            if any(is_reading(node) for node in ast.walk(function)):
                yield f"{path.relative_to('teamapp')} {function.name}"


def is_reading(node):
    """Return whether a node calls a reader of all versions."""
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and node.func.attr in READERS and isinstance(node.func.value, ast.Name)
            and node.func.value.id in FACTS)


def test_every_query_of_facts_starts_from_live_or_says_why_not():
    assert set(readings()) == WHOLE.keys()


@pytest.mark.parametrize("said, found", [
    ("Visit.select(Visit.day)", True), ("Step.get_or_none(Step.counted)", True),
    ("Visit.live(Visit.day)", False), ("Household.select()", False)])
def test_reading_of_all_versions_is_detected(said, found):
    assert any(is_reading(node) for node in ast.walk(ast.parse(said))) == found
