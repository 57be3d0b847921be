"""A batch has the same results as its entries one by one, however it is split."""

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
    Receipt,
    RejectedEntry,
    Step,
    Tally,
    Visit,
)
from tests.sync.phone import batch

from .often import often
from .test_sync import SAID

FACTS = (Visit, Companion, Step, Dossier, Consent, AccountStatus, Tally, DistinctMark, Coverage,
         Receipt, RejectedEntry)
VARYING = {"cursor", "received_at", "recorded_at", "asked_at", "id"}  # times and serial numbers


def facts():
    """Return all rows of facts and tallies, without the columns in VARYING."""
    return {table: sorted(repr(sorted((name, value) for name, value in row.items()
                                      if name not in VARYING or (name == "id" and table is Visit)))
                          for row in table.select().dicts())
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


def assert_equal(found, wanted):
    """Assert equal results, then equal rows of each table."""
    assert found[0] == wanted[0]
    for table in FACTS:
        assert found[1][table] == wanted[1][table], table
