"""Targets over time: what is wanted of a village on a day, and of some days together."""

from collections import defaultdict
from datetime import date, timedelta

from .. import clock
from ..models import Target

FINE = 28 * 29 * 30 * 31  # parts of a person: a day of any month is a whole number of them


def set_targets(tx, by, since_on, amounts):
    """Want {(village, indicator): amount} from a day on; an earlier word for that day stays."""
    Target.insert_many([
        {"commune": tx.commune.id, "village": village, "indicator": indicator,
         "since_on": since_on, "amount": amount, "set_by": by.id, "set_at": tx.now}
        for (village, indicator), amount in amounts.items()]).execute()


class TargetHistory:
    """All targets of a commune, each valid until the next one for its village begins."""

    def __init__(self, commune_id):
        self._steps = defaultdict(dict)
        rows = (Target.select(Target.village, Target.indicator, Target.since_on, Target.amount)
                .where(Target.commune == commune_id).order_by(Target.since_on, Target.id))
        for village, indicator, since_on, amount in rows.tuples():
            self._steps[village, indicator][since_on] = amount  # of one day's the last said counts

    def on(self, village, indicator, day):
        """Return the amount wanted on a day, or None."""
        amounts = [amount for since, amount in self._steps[village, indicator].items()
                   if since <= day]
        return amounts[-1] if amounts else None

    def later(self, village, indicator, day):
        """Return [(since_on, amount)] of what is to follow after a day."""
        return [(since, amount) for since, amount in self._steps[village, indicator].items()
                if since > day]

    def activations(self, village, first, last):
        """Return how many activations these days need, or None without a target.

        A month's amount is spread evenly over its days, each day by the target valid that day;
        the sum is rounded to whole people.
        """
        total = None
        for since, until, amount in self._spells(village):
            for begin, end, length in months(max(since, first), min(until, last)):
                total = (total or 0) + amount * ((end - begin).days + 1) * (FINE // length)
        return None if total is None else (total + FINE // 2) // FINE

    def _spells(self, village):
        """Yield (first day, last day, amount a month) of each target for activations."""
        steps = list(self._steps[village, "activations"].items())
        ends = [since - timedelta(days=1) for since, _ in steps[1:]] + [date.max]
        for (since, amount), until in zip(steps, ends):
            yield since, until, amount


def months(first, last):
    """Yield (first day, last day, the month's length) of each month's share of these days."""
    while first <= last:
        end = clock.month_of(first)[1]
        yield first, min(end, last), end.day
        first = end + timedelta(days=1)
