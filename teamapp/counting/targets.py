"""Targets over time: the amount set for a village on a day, and for a span of days."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from .. import clock
from ..models import Target, User
from ..models.commune import WriteTransaction

ACTIVATIONS = "activations"  # people activated a month
COVERAGE = "coverage"  # percent of the people of 14 or older

FINE = 28 * 29 * 30 * 31  # parts of a person: a day of any month is a whole number of them


def set_targets(tx: WriteTransaction, by: User, since_on: date,
                amounts: dict[tuple[int, str], int]) -> None:
    """Set the targets {(village id, indicator): amount} from a day on.

    An earlier target for the same day stays in the table; the later one is valid.
    """
    Target.insert_many([
        {"commune": tx.commune.id, "village": village, "indicator": indicator,
         "since_on": since_on, "amount": amount, "set_by": by.id, "set_at": tx.now}
        for (village, indicator), amount in amounts.items()]).execute()


class TargetHistory:
    """All targets of a commune, each valid until the next one for its village begins."""

    def __init__(self, commune_id: int) -> None:
        self._steps: defaultdict[tuple[int, str], dict[date, int]] = defaultdict(dict)
        rows = (Target.select(Target.village, Target.indicator, Target.since_on, Target.amount)
                .where(Target.commune == commune_id).order_by(Target.since_on, Target.id))
        for village, indicator, since_on, amount in rows.tuples():
            self._steps[village, indicator][since_on] = amount  # the last of a day is valid

    def on(self, village: int, indicator: str, day: date) -> int | None:
        """Return the amount valid on a day, or None."""
        amounts = [amount for since, amount in self._steps[village, indicator].items()
                   if since <= day]
        return amounts[-1] if amounts else None

    def later(self, village: int, indicator: str, day: date) -> list[tuple[date, int]]:
        """Return [(since_on, amount)] of the targets that begin after a day."""
        return [(since, amount) for since, amount in self._steps[village, indicator].items()
                if since > day]

    def activations(self, village: int, first: date, last: date) -> int | None:
        """Return how many activations these days need, or None without a target.

        A month's amount is spread evenly over its days, each day by the target valid that day;
        the sum is rounded to whole people.
        """
        total = None
        for since, until, amount in self._spells(village):
            for begin, end, length in months(max(since, first), min(until, last)):
                total = (total or 0) + amount * ((end - begin).days + 1) * (FINE // length)
        return None if total is None else (total + FINE // 2) // FINE

    def _spells(self, village: int) -> Iterator[tuple[date, date, int]]:
        """Yield (first day, last day, amount a month) of each target for activations."""
        steps = list(self._steps[village, ACTIVATIONS].items())
        ends = [since - timedelta(days=1) for since, _ in steps[1:]] + [date.max]
        for (since, amount), until in zip(steps, ends):
            yield since, until, amount


def months(first: date, last: date) -> Iterator[tuple[date, date, int]]:
    """Yield (first day, last day, the month's length) of each month's share of these days."""
    while first <= last:
        end = clock.month_of(first)[1]
        yield first, min(end, last), end.day
        first = end + timedelta(days=1)
