"""Additive effects: what a visit adds to the tallies, in the transaction that writes it."""

from collections import Counter as Counts

from ..models import Tally
from .indicators import CHANNELS, DOSSIERS, HELPED, MODES, OBSTACLES, VISITS
from .periods import periods


def effects(visit, steps, dossiers):
    """Return {(indicator, village id, day): n} of a visit and what was done at it (dict rows)."""
    sums = Counts({VISITS.key(): 1})
    for step in steps:
        if step["counted"] or (step["state"] == "helped" and not step["resident"]):
            sums[HELPED.key(step["kind"])] += 1
            sums[MODES.key(step["mode"])] += 1
        if step["state"] == "not_yet" and step["obstacle"]:
            sums[OBSTACLES.key(step["obstacle"])] += 1
    for dossier in dossiers:
        sums[DOSSIERS.key()] += 1
        sums[CHANNELS.key(dossier["channel"])] += 1
    return Counts({(indicator, visit["village"], visit["day"]): n for indicator, n in sums.items()})


def by_period(daily):
    """Return {(village id, period, indicator): n} of daily effects, village 0 for the commune."""
    sums, keys = Counts(), {}
    for (indicator, village, day), n in daily.items():
        for period in keys.get(day) or keys.setdefault(day, periods(day)):
            sums[village, period, indicator] += n
            sums[0, period, indicator] += n
    return sums


def apply(tx, daily, distinct):
    """Change the tallies of a commune by daily effects and by sums of new distinct marks."""
    sums = by_period(daily)
    sums.update(distinct)
    Tally.add(tx.commune.id, sums)
