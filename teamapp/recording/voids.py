"""Voids of recorded visits, and of those their author threw away unsent (kind visits.void)."""

from typing import Any

from ..models import Household, User, Visit, WriteTransaction
from ..statements import Among
from . import changes
from .changes import ChangeLookup, PendingChange, touches
from .recorder import Description, Entry, Pending

__all__ = ["CARRIES_STATE", "describe", "look_up", "touches", "validate", "write"]

CARRIES_STATE = False

look_up = ChangeLookup


def validate(entry: Entry, lookup: ChangeLookup) -> Pending:
    """Return the pending void of an entry, or raise Rejected.

    What replaces an entry that was never accepted, or that made no version, changes nothing: it
    settles that entry.
    """
    if entry.id not in lookup.versions and entry.is_resubmission:
        return Pending(entry)
    version = lookup.version_of(entry)
    return PendingChange(entry, lookup.flags(entry, version), version=version, by=lookup.by)


def write(tx: WriteTransaction, pendings: list[Pending]) -> None:
    """Write the changes that void versions, and let the counts follow."""
    changes.write(tx, [one for one in pendings if isinstance(one, PendingChange)])


def describe(datas: list[dict[str, Any]], reader: User) -> list[Description]:
    """Return a description of rejected voids: the household of the visit, if the reader sees it."""
    ids = {data["visit"] for data in datas} - {None}
    query = Visit.visible_to(reader).select(Visit, Household).join(Household)
    houses = {visit.id: visit.household for visit in query.where(Visit.id.in_(Among(ids)))}
    return [Description(houses.get(data["visit"]), note=data["note"]) for data in datas]
