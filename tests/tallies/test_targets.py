"""Targets are set by the chair from a day on and spread over the days of a month."""

import re
from datetime import date, timedelta

import pytest

from teamapp import clock
from teamapp.counting.targets import TargetHistory
from teamapp.models import Target


@pytest.fixture
def needed(cast):
    """Return a function that gives Cầu Ván's target for a span of days."""

    def need(first, last):
        return TargetHistory(cast.an_phu.id).activations(cast.cau_van.id, first, last)
    return need


def test_month_is_spread_over_its_days(cast, set_target, needed):
    set_target(cast.cau_van, 60, date(2026, 11, 1))
    assert needed(date(2026, 11, 1), date(2026, 11, 30)) == 60
    assert needed(date(2026, 11, 2), date(2026, 11, 8)) == 14
    assert needed(date(2026, 12, 1), date(2026, 12, 31)) == 60
    assert needed(date(2026, 11, 28), date(2026, 12, 4)) == 14  # 3 × 2 + 4 × 60/31
    assert needed(date(2027, 2, 1), date(2027, 2, 14)) == 30


def test_changed_target_applies_from_its_day(cast, set_target, needed):
    set_target(cast.cau_van, 30, date(2026, 11, 1))
    set_target(cast.cau_van, 90, date(2026, 11, 16))
    assert needed(date(2026, 11, 1), date(2026, 11, 30)) == 15 + 45
    assert needed(date(2026, 11, 14), date(2026, 11, 17)) == 2 + 6


def test_no_target_before_the_first_one(cast, set_target, needed):
    assert needed(date(2026, 11, 1), date(2026, 11, 30)) is None
    set_target(cast.cau_van, 30, date(2026, 11, 21))
    assert needed(date(2026, 11, 1), date(2026, 11, 20)) is None
    assert needed(date(2026, 11, 1), date(2026, 11, 30)) == 10


def test_sum_is_rounded_to_whole_people(cast, set_target, needed):
    set_target(cast.cau_van, 10, date(2026, 11, 1))
    assert needed(date(2026, 11, 1), date(2026, 11, 1)) == 0
    assert needed(date(2026, 11, 1), date(2026, 11, 2)) == 1
    assert needed(date(2026, 11, 1), date(2026, 11, 7)) == 2


def test_last_target_of_a_day_is_valid(cast, set_target, needed):
    set_target(cast.cau_van, 300, date(2026, 11, 1))
    set_target(cast.cau_van, 30, date(2026, 11, 1))
    assert needed(date(2026, 11, 1), date(2026, 11, 30)) == 30


def row(number, village, activations="", coverage=""):
    """Return the form's fields of one village."""
    start = f"targets-{number}-"
    return {f"{start}village": getattr(village, "id", village), f"{start}activations": activations,
            f"{start}coverage": coverage}


def test_chair_sets_targets_and_empty_fields_keep_theirs(browser_of, cast):
    chair, today = browser_of(cast.son), clock.today()
    answer = chair.send("/targets", since_on=today.isoformat(),
                        **row(0, cast.cau_van, "30", "80"), **row(1, cast.da_xanh))
    assert answer.status_code == 303
    later = today + timedelta(days=20)
    chair.send("/targets", since_on=later.isoformat(), **row(0, cast.cau_van, " 45 "))
    assert [(t.village_id, t.indicator, t.since_on, t.amount, t.set_by)
            for t in Target.select().order_by(Target.id)] == [
        (cast.cau_van.id, "activations", today, 30, cast.son),
        (cast.cau_van.id, "coverage", today, 80, cast.son),
        (cast.cau_van.id, "activations", later, 45, cast.son)]
    page = chair.get("/targets").text
    assert "80%" in page
    assert f"từ {later:%d/%m/%Y}: 45" in page


@pytest.mark.parametrize(("change", "words"), [
    ({}, "Chưa ghi chỉ tiêu nào."),
    ({"since_on": ""}, "Chọn ngày bắt đầu."),
    ({"since_on": "mai"}, "Ghi ngày theo dạng ngày/tháng/năm."),
    ({"since_on": "2090-01-01"}, "Xem lại năm."),
    ({"targets-0-activations": "nhiều"}, "Ghi một số, không có chữ."),
    ({"targets-0-activations": "9" * 6000}, "Ghi một số, không có chữ."),
    ({"targets-0-activations": "-1"}, "Ghi số từ 0 đến 20.000."),
    ({"targets-0-activations": "20001"}, "Ghi số từ 0 đến 20.000."),
    ({"targets-0-coverage": "101"}, "Ghi số từ 0 đến 100."),
    ({"targets-0-coverage": "5.5"}, "Ghi một số, không có chữ."),
    ({"targets-0-village": "x", "targets-0-coverage": "5"}, "Có thôn, ấp không thuộc xã mình."),
])
def test_error_stands_beside_its_field(browser_of, cast, change, words):
    fields = {"since_on": clock.today().isoformat(), **row(0, cast.cau_van)} | change
    answer = browser_of(cast.son).send("/targets", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert Target.select().count() == 0


def test_browser_tells_a_wrong_target_in_our_words(browser_of, cast):
    page = browser_of(cast.son).get("/targets").text
    first = re.search(r'<input[^>]*name="targets-0-activations"[^>]*>', page)[0]
    for flaw, words in (("bad-input", "Ghi một số, không có chữ."),
                        ("range-overflow", "Ghi số từ 0 đến 20.000."),
                        ("range-underflow", "Ghi số từ 0 đến 20.000.")):
        assert f'data-{flaw}="{words}"' in first


def test_foreign_village_gets_no_target(browser_of, cast):
    answer = browser_of(cast.son).send("/targets", since_on=clock.today().isoformat(),
                                       **row(0, cast.suoi_la, "30"))
    assert answer.status_code == 422
    assert "Suối Lá" not in answer.text
    assert Target.select().count() == 0


def test_officer_reads_targets_but_sets_none(browser_of, cast, set_target):
    set_target(cast.cau_van, 30, clock.today())
    officer = browser_of(cast.hanh)
    page = officer.get("/targets").text
    assert "30" in page
    assert "<input" not in page.split("<main")[1]
    answer = officer.send("/targets", since_on=clock.today().isoformat(),
                          **row(0, cast.cau_van, "99"))
    assert answer.status_code == 403
