"""Time: read in one place, kept in UTC, counted in days of Asia/Ho_Chi_Minh."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now():
    """Return this moment in UTC, in whole seconds; the only place where time is read."""
    return datetime.now(UTC).replace(microsecond=0)


def today():
    """Return the day it is in Asia/Ho_Chi_Minh."""
    return day_of(now())


def local(moment):
    """Return an aware moment on the clock of Asia/Ho_Chi_Minh."""
    return moment.astimezone(ZONE)


def day_of(moment):
    """Return the day of an aware moment in Asia/Ho_Chi_Minh."""
    return local(moment).date()


def moment_of(day, at=time(0)):
    """Return the moment, in UTC, of a day and a time of Asia/Ho_Chi_Minh."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def parse_local(text):
    """Return the moment, in UTC, of "2026-11-21T15:10" as a form's datetime field posts it.

    Raises ValueError for anything else.
    """
    if len(text) not in (16, 19) or text[10] != "T":
        raise ValueError(f"not a local date and time: {text!r}")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE, microsecond=0).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"not a date of our time: {text!r}") from error


def days_from(day, count):
    """Return the day so many days later; the last day there is where the calendar ends before.

    A page is drawn from whatever the database holds, 9999-12-31 among it.
    """
    return day + min(timedelta(days=count), date.max - day)


def week_of(day):
    """Return Monday and Sunday of the day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day):
    """Return the first and the last day of the day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
