"""The keys of periods, and spans of days."""

from datetime import date

import pytest

from teamapp.counting.periods import Span, periods

SATURDAY = date(2026, 11, 21)


def test_a_day_belongs_to_four_standard_periods():
    assert periods(SATURDAY) == ("D2026-11-21", "W2026-47", "M2026-11", "A")
    assert periods(date(2027, 1, 1)) == ("D2027-01-01", "W2026-53", "M2027-01", "A")


def test_a_span_knows_the_period_it_is():
    assert Span.week(SATURDAY).key == "W2026-47"
    assert Span.month(SATURDAY).key == "M2026-11"
    assert Span(SATURDAY, SATURDAY).key == "D2026-11-21"
    assert Span(date(2026, 11, 15), SATURDAY).key is None


def test_a_span_counts_its_days():
    assert (Span.week(SATURDAY).days, Span(SATURDAY, SATURDAY).days) == (7, 1)


def test_a_span_cannot_end_before_it_begins():
    with pytest.raises(ValueError):
        Span(SATURDAY, date(2026, 11, 20))
