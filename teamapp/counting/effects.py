"""Additive effects: what a visit adds to the tallies, in the transaction that writes it."""

from collections import Counter as Counts
from datetime import date
from typing import Any

from ..models import Tally
from ..models.commune import WriteTransaction
from .indicators import CHANNELS, DOSSIERS, HELPED, MODES, OBSTACLES, VISITS
from .periods import periods

Effect = tuple[str, int, date]  # indicator, village id, day
TallyKey = tuple[int, str, str]  # village id (0 = the commune), period, indicator


def effects(visit: dict[str, Any], steps: list[dict[str, Any]],
            dossiers: list[dict[str, Any]]) -> Counts[Effect]:
    """Return the counts that a visit, its steps and its dossiers (dict rows) add on its day."""
    sums = Counts({VISITS.key(): 1})
    for step in steps:
        if step["counted"]:
            sums[HELPED.key(step["kind"])] += 1
            sums[MODES.key(step["mode"])] += 1
        if step["state"] == "not_yet" and step["obstacle"]:
            sums[OBSTACLES.key(step["obstacle"])] += 1
    for dossier in dossiers:
        sums[DOSSIERS.key()] += 1
        sums[CHANNELS.key(dossier["channel"])] += 1
    return Counts({(indicator, visit["village"], visit["day"]): n for indicator, n in sums.items()})


def by_period(daily: Counts[Effect]) -> Counts[TallyKey]:
    """Return daily effects summed by village, and by commune, for every period of their days."""
    sums: Counts[TallyKey] = Counts()
    keys: dict[date, tuple[str, ...]] = {}
    for (indicator, village_id, day), n in daily.items():
        for period in keys.get(day) or keys.setdefault(day, periods(day)):
            sums[village_id, period, indicator] += n
            sums[0, period, indicator] += n
    return sums


def apply(tx: WriteTransaction, daily: Counts[Effect], distinct: Counts[TallyKey]) -> None:
    """Change the tallies of a commune by daily effects and by the sums of new distinct marks."""
    sums = by_period(daily)
    sums.update(distinct)
    Tally.add(tx.commune.id, sums)
