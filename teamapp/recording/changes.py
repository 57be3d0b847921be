"""Shared by corrections and voids: the version changed, who may change it, the change's row."""

from typing import Any
from uuid import UUID

from ..models import Change, User, Visit, WriteTransaction
from ..statements import Among
from . import versions
from .recorder import Entry, Rejected


def find_version(entry: Entry, by: User) -> Visit | None:
    """Return the version of a visit that an entry changes, or None if `by` may not see it.

    An entry that was written to replace an accepted one changes what that one made. Else it names
    the version; if an entry it follows turned out to be a correction of that visit, that one is
    meant.
    """
    if entry.changes is not None:
        return found(by, Visit.receipt == entry.changes)
    named = found(by, Visit.id == entry.data["visit"])
    if named is None or not entry.after:
        return named
    turned = (Visit.select().where(
        Visit.id.in_(Among(entry.after)), Visit.first == named.root_id)
        .order_by(Visit.receipt.desc()).first())
    return turned or named


def found(by: User, condition: Any) -> Visit | None:
    """Return the visit if it is one's own, or if one may see it."""
    own = (Visit.member == by.id) & (Visit.commune == by.commune_id)
    visit: Visit | None = Visit.select().where(condition, own).first() \
        or Visit.visible_to(by).where(condition).first()
    return visit


def check(visit: Visit | None, by: User) -> Visit:
    """Return the version; raise Rejected where it is unknown, another's, or dismissed."""
    if visit is None:
        raise Rejected("unknown_visit", "visit")
    if visit.member_id != by.id and not by.leads:
        raise Rejected("not_your_visit", "visit")
    if Change.select().where(Change.correction == visit.id, Change.state == "dismissed").exists():
        raise Rejected("visit_dismissed", "visit")
    return visit


def flag_of(entry: Entry, visit: Visit, by: User) -> str:
    """Return why a change waits for a person, or "": it is effective."""
    if Change.select().where(Change.visit == visit.id, Change.state == "effective").exists():
        return "changed_twice"
    is_late = entry.changes is None and not Change.is_in_time(visit, by, entry.recorded_at)
    return "changed_late" if is_late else ""


def write(tx: WriteTransaction, entry: Entry, visit: Visit, by: User, receipt: int,
          correction: UUID | None, flag: str) -> None:
    """Write a change of a version, and let the live versions and the counts follow it."""
    data = entry.data
    Change.insert(
        id=entry.id, commune=tx.commune.id, village=visit.village_id,
        household=visit.household_id, visit=visit.id,
        correction=correction, by=by.id, reason=data.get("reason") or "mistake",
        asked_by=data.get("asked_by", ""), note="" if correction else data.get("note", ""),
        recorded_at=entry.recorded_at, received_at=tx.now, receipt=receipt,
        state="waiting" if flag else "effective", flag=flag).execute()
    versions.refresh(tx, visit.root_id, receipt)
