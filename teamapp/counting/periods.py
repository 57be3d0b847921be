"""Periods: the keys tallies are kept under, and spans of days."""

from dataclasses import dataclass
from datetime import date

from ..clock import month_of, week_of


def periods(day: date) -> tuple[str, str, str, str]:
    """Return the keys of the periods a day belongs to: its day, week, month, and all time."""
    return day_key(day), week_key(day), month_key(day), "A"


def day_key(day: date) -> str:
    """Return the key of a single day: D2026-11-21."""
    return f"D{day.isoformat()}"


def week_key(day: date) -> str:
    """Return the key of the day's ISO week: W2026-47."""
    year, week, _ = day.isocalendar()
    return f"W{year}-{week:02}"


def month_key(day: date) -> str:
    """Return the key of the day's month: M2026-11."""
    return f"M{day:%Y-%m}"


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends before it begins")

    @classmethod
    def week(cls, day: date) -> "Span":
        """Return the week, Monday to Sunday, that holds the day."""
        return cls(*week_of(day))

    @classmethod
    def month(cls, day: date) -> "Span":
        """Return the month that holds the day."""
        return cls(*month_of(day))

    @property
    def key(self) -> str | None:
        """The key of the standard period these days are, or None for free days."""
        if self.first == self.last:
            return day_key(self.first)
        if (self.first, self.last) == week_of(self.first):
            return week_key(self.first)
        return month_key(self.first) if (self.first, self.last) == month_of(self.first) else None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1
