"""Every indicator is defined once, written by a visit, and recounted by reconciliation."""

import ast
from uuid import uuid4

import pytest

from teamapp.counting import counts_from_facts, reconciliation
from teamapp.counting.indicators import INDICATORS
from teamapp.models import Tally
from tests.recording.test_visits import form, keep, person, step

from .test_texts import is_vietnamese
from .tree import parsed, python_files

REGISTRY = "teamapp/counting/indicators.py"
FACTS = {"visit", "step", "dossier"}


@pytest.fixture
def rich_visit(cast):
    """Record a visit with a helped person, an obstacle and a dossier; return its commune."""
    dossier = {"id": uuid4(), "resident": None, "procedure": "1.001193", "code": "",
               "channel": "online", "due_on": None}
    keep(cast.lan, form(cast.bre, person("Thị Rin", step()),
                        person("Điểu Bré", step("not_yet", obstacle="O01", mode="")),
                        dossiers=[dossier]))
    return cast.an_phu


def kinds_of(keys):
    """Return the indicator code of each tally key."""
    found = [[indicator.code for indicator in INDICATORS if indicator.counts(key)]
             for key in keys]
    assert all(len(codes) == 1 for codes in found), dict(zip(keys, found))
    return {code for [code] in found}


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.code)
def test_every_indicator_has_a_definition(indicator):
    assert is_vietnamese(indicator.name) and is_vietnamese(indicator.definition)
    assert indicator.definition.endswith(".") and indicator.unit
    assert indicator.name_en.isascii() and indicator.name_en[:1].isupper()
    assert indicator.fact in FACTS


def test_indicator_codes_are_unique():
    codes = [indicator.code for indicator in INDICATORS]
    assert len(set(codes)) == len(codes)


def test_visit_writes_every_indicator(rich_visit):
    keys = {key for key, in Tally.select(Tally.indicator).distinct().tuples()}
    assert kinds_of(keys) == {indicator.code for indicator in INDICATORS}


def test_exactly_the_distinct_indicators_have_marks(rich_visit):
    marks = reconciliation.stored_distinct_marks(rich_visit.id)
    assert kinds_of({indicator for _, indicator, _ in marks}) == {
        indicator.code for indicator in INDICATORS if indicator.is_distinct}


def test_reconciliation_recounts_every_indicator(rich_visit):
    marks = counts_from_facts.distinct_marks(rich_visit.id)
    keys = {key for _, _, key in counts_from_facts.tallies(rich_visit.id, marks)}
    assert kinds_of(keys) == {indicator.code for indicator in INDICATORS}


@pytest.mark.once
@pytest.mark.parametrize(("name", "needed"), [
    ("counts_from_facts", {".indicators", ".periods", "..models"}),
    ("reconciliation", {".", ".counts_from_facts", "..models"}),
])
def test_reconciliation_does_not_import_the_code_it_checks(name, needed):
    [path] = [path for path in python_files("teamapp")
              if path.as_posix() == f"teamapp/counting/{name}.py"]
    froms = [node for node in ast.walk(parsed(path))
             if isinstance(node, ast.ImportFrom) and node.level]
    assert {"." * node.level + (node.module or "") for node in froms} == needed
    assert {alias.name for node in froms if not node.module for alias in node.names} \
        <= {"counts_from_facts"}


@pytest.mark.once
def test_only_the_registry_spells_indicator_codes():
    starts = tuple(f"{indicator.code}:" for indicator in INDICATORS if indicator.by)
    plain = {indicator.code for indicator in INDICATORS if not indicator.by}
    for path in python_files("teamapp"):
        if path.as_posix() == REGISTRY:
            continue
        is_counting = path.parts[1] in ("counting", "tallies")
        for line, text in strings(path):
            assert not text.startswith(starts), f"{path}:{line} spells {text}"
            assert not (is_counting and text in plain), f"{path}:{line} spells {text}"


def strings(path):
    """Yield (line, text) of each string of a module, including those in f-strings."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
