"""A batch has the same results as its entries one by one, however it is split."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import (
    AccountStatus,
    Companion,
    Consent,
    Coverage,
    DistinctMark,
    Dossier,
    Filing,
    Receipt,
    RejectedEntry,
    Step,
    Tally,
    Visit,
)
from tests.sync.phone import batch, body, entry

from .often import often
from .test_sync import SAID

FACTS = (Visit, Companion, Step, Dossier, Filing, Consent, AccountStatus, Tally, DistinctMark,
         Coverage, Receipt, RejectedEntry)
VARYING = {"cursor", "received_at", "recorded_at", "id"}  # times and serial numbers


def facts():
    """Return all rows of facts and tallies but empty ones, without the columns in VARYING."""
    return {table: sorted(repr(sorted((name, value) for name, value in row.items()
                                      if name not in VARYING or (name == "id" and table is Visit)))
                          for row in table.select().dicts() if row.get("count") != 0)
            for table in FACTS}


@pytest.fixture
def result_of(cast, sign_in, undone, monkeypatch):
    """Return a function that sends entries in batches and returns results and facts."""
    browser, now = sign_in(cast.lan), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # every split has the same time

    def send(parts):
        with undone():
            lines = [line for part in parts for line in
                     browser.post("/sync", json=batch(cast.lan, part)).json["results"]]
            assert differences(cast.an_phu) == []
            return [(line["id"], line["status"], line.get("code"), line.get("receipt"),
                     line.get("flag")) for line in lines], facts()

    return send


def test_splitting_a_batch_changes_no_result_and_no_tally(result_of):
    @often(15, 500)
    @given(entries=some.lists(SAID, min_size=2, max_size=7), cuts=some.sets(some.integers(1, 6)))
    def property(entries, cuts):
        alone = result_of([[entry] for entry in entries])
        assert_equal(result_of([entries]), alone)
        marks = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
        assert_equal(result_of([entries[a:b] for a, b in zip(marks, marks[1:])]), alone)

    property()


DAY = clock.now().replace(hour=2, minute=0, second=0) - timedelta(days=3)
VISIT = some.tuples(
    some.integers(0, 4),  # minutes
    some.sampled_from(["yes", "no", ""]),
    some.lists(some.tuples(some.sampled_from(["VNEID_2_KH", "DVCQG"]),
                           some.sampled_from(["helped", "had", "not_yet"])), max_size=2),
    some.booleans())


def said(cast, minute, answer, steps, files):
    """Return an entry about Thị Rin, asked before; `files` adds a dossier of hers."""
    rin = cast.resident("Thị Rin").id
    filed = {"dossiers-0-id": uuid4(), "dossiers-0-resident": rin,
             "dossiers-0-procedure": "1.001193", "dossiers-0-channel": "online"} if files else {}
    return entry(body(
        cast.bre, (rin, answer, [(kind, state, {"mode": "self"}) for kind, state in steps]),
        at=DAY + timedelta(minutes=minute), **filed))


def test_answers_hold_the_same_however_visits_are_split(cast, result_of):
    first = said(cast, 2, "yes", [], False)

    @often(25, 1000)
    @given(visits=some.lists(VISIT, min_size=2, max_size=7), cuts=some.sets(some.integers(1, 7)))
    def property(visits, cuts):
        entries = [first, *(said(cast, *visit) for visit in visits)]
        alone = result_of([[one] for one in entries])
        assert {status for _, status, *_ in alone[0]} == {"accepted"}
        assert_equal(result_of([entries]), alone)
        marks = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
        assert_equal(result_of([entries[a:b] for a, b in zip(marks, marks[1:])]), alone)

    property()


def assert_equal(found, wanted):
    """Assert equal results, then equal rows of each table."""
    assert found[0] == wanted[0]
    for table in FACTS:
        assert found[1][table] == wanted[1][table], table
