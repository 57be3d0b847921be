"""Distinct counts: households reached, people guided, and the step a person is counted by."""

from ..models import DistinctMark, Step
from ..statements import Among
from .indicators import HOUSES, PEOPLE
from .periods import periods


def choose_counted(steps):
    """Mark the helped steps their persons are counted by: the first the commune received.

    `steps` are dict rows in the order of their receipts.
    """
    named = [step for step in steps if step["resident"] and step["state"] == "helped"]
    ids = {step["resident"] for step in named}
    taken = set(Step.select(Step.resident, Step.kind).where(
        Step.resident.in_(Among(ids)), Step.counted).tuples()) if ids else set()
    for step in steps:
        key = step["resident"], step["kind"]
        step["counted"] = bool(step["resident"]) and step["state"] == "helped" \
            and key not in taken
        if step["counted"]:
            taken.add(key)


def entities(visit, steps, dossiers):
    """Return [(indicator, id)] of the households and people a visit counts."""
    found = [(HOUSES.key(), visit["household"])] if visit["outcome"] == "met" else []
    helped = {step["resident"] for step in steps if step["state"] == "helped"}
    filed = {dossier["resident"] for dossier in dossiers}
    return found + [(PEOPLE.key(), id) for id in (helped | filed) - {None}]


def mark(tx, counted):
    """Mark (village id, day, [(indicator, id)]) of visits; return the sums of what was new.

    A single day has no marks: its distinct figures are counted from the facts.
    """
    marks = {}
    for village, day, found in counted:
        for indicator, entity in found:
            for period in periods(day)[1:]:
                marks.setdefault((period, indicator, entity.bytes), village)
    return DistinctMark.mark(tx.commune.id, marks)
