"""Distinct counts: households reached, people guided, and the step a person is counted by."""

from collections import Counter as Counts
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from ..models import DistinctMark, Step
from ..models.commune import WriteTransaction
from ..statements import Among
from .effects import TallyKey
from .indicators import HOUSEHOLDS, PEOPLE
from .periods import periods

Entity = tuple[str, UUID]  # indicator, id of the household or person


def choose_counted(steps: list[dict[str, Any]]) -> None:
    """Set `counted` on each helped step: a person counts by the first that the commune received.

    Nameless help counts each time. `steps` are dict rows in the order of their receipts.
    """
    named = [step for step in steps if step["resident"] and step["state"] == "helped"]
    ids = {step["resident"] for step in named}
    taken = set(Step.select(Step.resident, Step.kind).where(
        Step.resident.in_(Among(ids)), Step.counted).tuples()) if ids else set()
    for step in steps:
        key = step["resident"], step["kind"]
        step["counted"] = step["state"] == "helped" and key not in taken
        if step["counted"] and step["resident"]:
            taken.add(key)


def entities(visit: dict[str, Any], steps: list[dict[str, Any]],
             dossiers: list[dict[str, Any]]) -> list[Entity]:
    """Return the households and people a visit counts."""
    is_met = visit["outcome"] == "met" and visit["household"]
    found = [(HOUSEHOLDS.key(), visit["household"])] if is_met else []
    helped = {step["resident"] for step in steps if step["state"] == "helped"}
    filed = {dossier["resident"] for dossier in dossiers}
    return found + [(PEOPLE.key(), id) for id in (helped | filed) - {None}]


def mark(tx: WriteTransaction,
         counted: Iterable[tuple[int, date, list[Entity]]]) -> Counts[TallyKey]:
    """Mark (village id, day, entities) of visits; return the sums of the new marks.

    A single day has no marks: its distinct figures are counted from the facts.
    """
    marks: dict[tuple[str, str, bytes], int] = {}
    for village_id, day, found in counted:
        for indicator, entity in found:
            for period in periods(day)[1:]:
                marks.setdefault((period, indicator, entity.bytes), village_id)
    return DistinctMark.mark(tx.commune.id, marks)
