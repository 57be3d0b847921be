"""Days, weeks and months in Asia/Ho_Chi_Minh."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from teamapp import clock

SATURDAY = date(2026, 11, 21)


def test_now_is_aware_and_in_whole_seconds():
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.now().microsecond == 0


def test_a_day_begins_at_midnight_in_vietnam():
    assert clock.day_of(datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert clock.day_of(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == SATURDAY
    assert clock.moment_of(SATURDAY) == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert clock.moment_of(SATURDAY, time(15, 10)) == datetime(2026, 11, 21, 8, 10, tzinfo=UTC)


def test_parses_a_posted_moment_as_local_time():
    assert clock.parse_local("2026-11-21T15:10") == datetime(2026, 11, 21, 8, 10, tzinfo=UTC)
    assert clock.parse_local("2026-11-21T15:10:30").second == 30


@pytest.mark.parametrize(
    "posted",
    [
        "",
        "2026-11-21",
        "21/11/2026 15:10",
        "2026-11-21 15:10",
        "2026-13-01T00:00",
        "2026-11-21T15:10Z",
        "2026-11-21T15:10+07:00",
        "0001-01-01T00:00",
        "hôm nay lúc ba giờ",
    ],
)
def test_rejects_other_formats_of_local_time(posted):
    with pytest.raises(ValueError):
        clock.parse_local(posted)


def test_weeks_start_on_monday():
    assert clock.week_of(SATURDAY) == (date(2026, 11, 16), date(2026, 11, 22))
    assert clock.week_of(date(2026, 11, 16)) == (date(2026, 11, 16), date(2026, 11, 22))


def test_months_end_on_their_last_day():
    assert clock.month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert clock.month_of(date(2028, 2, 1)) == (date(2028, 2, 1), date(2028, 2, 29))
