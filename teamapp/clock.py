"""Time: read in one place, stored in UTC, counted in days of Asia/Ho_Chi_Minh."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)  # of moments read


def now() -> datetime:
    """Return the current time in UTC, in whole seconds; no other function reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """Return the current date in Asia/Ho_Chi_Minh."""
    return day_of(now())


def local(moment: datetime) -> datetime:
    """Convert an aware moment to Asia/Ho_Chi_Minh."""
    return moment.astimezone(ZONE)


def day_of(moment: datetime) -> date:
    """Return the date of an aware moment in Asia/Ho_Chi_Minh."""
    return local(moment).date()


def moment_of(day: date, at: time = time(0)) -> datetime:
    """Return the UTC moment of a date and a time in Asia/Ho_Chi_Minh."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def parse_local(text: str) -> datetime:
    """Return the UTC moment of "2026-11-21T15:10", the format of a datetime-local input.

    Raises ValueError for any other text.
    """
    if len(text) not in (16, 19) or text[10] != "T":
        raise ValueError(f"not a local date and time: {text!r}")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE, microsecond=0).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"date out of range: {text!r}") from error


def days_from(day: date, count: int) -> date:
    """Return the date `count` days later, within the calendar of Python.

    A page renders any stored date, 9999-12-31 included.
    """
    return day + min(max(timedelta(days=count), date.min - day), date.max - day)


def week_of(day: date) -> tuple[date, date]:
    """Return Monday and Sunday of the day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
