"""Voids of recorded visits, and of those their author threw away unsent (kind visits.void)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Household, User, Visit, WriteTransaction
from . import changes
from .recorder import Description, Entry, Pending

CARRIES_STATE, ALONE = False, True


def touches(data: dict[str, Any]) -> list[UUID]:
    """Return the ids of the records a void reads or writes."""
    return [data["visit"]] if data["visit"] else []


@dataclass
class VoidLookup:
    """The version of a visit that a void names."""

    by: User
    version: Visit | None


def look_up(entries: list[Entry], by: User, now: datetime) -> VoidLookup:
    """Return the version the entry names."""
    [entry] = entries
    return VoidLookup(by, changes.find_version(entry, by))


@dataclass
class PendingVoid(Pending):
    """A validated void; without a version it settles the entry it replaces."""

    version: Visit | None = None
    by: User = field(default_factory=User)
    flag: str = ""


def validate(entry: Entry, lookup: VoidLookup) -> PendingVoid:
    """Return the pending void of an entry, or raise Rejected.

    What replaces an entry that was never accepted, or that made no version, changes nothing.
    """
    if lookup.version is None and entry.is_resubmission:
        return PendingVoid(entry)
    version = changes.check(lookup.version, lookup.by)
    flag = changes.flag_of(entry, version, lookup.by)
    return PendingVoid(entry, [flag] if flag else [], version=version, by=lookup.by, flag=flag)


def write(tx: WriteTransaction, pendings: list[PendingVoid]) -> None:
    """Write the change that voids a version, and let the counts follow."""
    for pending in pendings:
        if pending.version:
            changes.write(tx, pending.entry, pending.version, pending.by, pending.receipt,
                          None, pending.flag)


def describe(datas: list[dict[str, Any]], reader: User) -> list[Description]:
    """Return a description of rejected voids: the household of the visit, if the reader sees it."""
    ids = {data["visit"] for data in datas} - {None}
    query = Visit.visible_to(reader).select(Visit, Household).join(Household)
    houses = {visit.id: visit.household for visit in query.where(Visit.id.in_(list(ids)))}
    return [Description(houses.get(data["visit"]), note=data["note"]) for data in datas]
