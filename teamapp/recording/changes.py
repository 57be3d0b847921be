"""Shared by corrections and voids: the versions changed, who may change them, the changes' rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Change, User, Visit, WriteTransaction
from ..statements import Among, insert_rows
from . import versions
from .recorder import Entry, Pending, Rejected


def touches(datas: list[dict[str, Any]]) -> list[set[UUID]]:
    """Return the ids of the records that the visit each change names refers to, in any version."""
    stored = versions.records_of({data["visit"] for data in datas})
    return [{data["visit"]} | stored.get(data["visit"], set()) for data in datas]


class ChangeLookup:
    """The versions of visits that a run of changes names, and how earlier changes of them stand."""

    def __init__(self, entries: list[Entry], by: User, now: datetime) -> None:
        self.by = by
        self.versions = find_versions(entries, by)  # by the entry's id
        ids = Among({version.id for version in self.versions.values()})
        known = list(Change.select(Change.visit, Change.correction, Change.state).where(
            Change.visit.in_(ids) | Change.correction.in_(ids)).tuples())
        self.effective = {visit for visit, _, state in known if state == "effective"}
        self.dismissed = {made for _, made, state in known if state == "dismissed"}

    def version_of(self, entry: Entry) -> Visit:
        """Return the version; raise Rejected where it is unknown, another's, or dismissed."""
        version = self.versions.get(entry.id)
        if version is None:
            raise Rejected("unknown_visit", "visit")
        if version.member_id != self.by.id and not self.by.leads:
            raise Rejected("not_your_visit", "visit")
        if version.id in self.dismissed:
            raise Rejected("visit_dismissed", "visit")
        return version

    def flags(self, entry: Entry, version: Visit) -> list[str]:
        """Return why a change waits for a person; without a flag it is effective."""
        if version.id in self.effective:
            return ["changed_twice"]
        is_in_time = entry.changes is not None or Change.is_in_time(
            version, self.by, entry.recorded_at)
        return [] if is_in_time else ["changed_late"]


def find_versions(entries: list[Entry], by: User) -> dict[UUID, Visit]:
    """Return {entry id: the version of a visit it changes}, without those `by` may not see.

    An entry that was written to replace an accepted one changes what that one made. Else it names
    the version; if an entry it follows turned out to be a correction of that visit, its version is
    meant.
    """
    made = found(by, Visit.receipt, {entry.changes for entry in entries} - {None})
    known = found(by, Visit.id, {id for entry in entries if entry.changes is None
                                 for id in (entry.data["visit"], *entry.after)})
    versions_of = {entry.id: named(entry, known) if entry.changes is None
                   else made.get(entry.changes) for entry in entries}
    return {id: version for id, version in versions_of.items() if version}


def named(entry: Entry, known: dict[UUID, Visit]) -> Visit | None:
    """Return the version an entry names, or the newest that one it follows made of that visit."""
    version = known.get(entry.data["visit"])
    turned = [known[id] for id in entry.after
              if version and id in known and known[id].first_id == version.root_id]
    return max(turned, key=lambda one: one.receipt, default=version)


def found(by: User, column: Any, values: set[Any]) -> dict[Any, Visit]:
    """Return {value: visit} of one's own visits, and of those one may see, with these values."""
    own = Visit.select().where(Visit.member == by.id, Visit.commune == by.commune_id)
    visits: dict[Any, Visit] = {}
    for query in (own, Visit.visible_to(by)):
        if rest := values - visits.keys():
            visits |= {getattr(visit, column.name): visit
                       for visit in query.where(column.in_(Among(rest)))}
    return visits


@dataclass
class PendingChange(Pending):
    """A validated change of a version; with a flag it waits."""

    version: Visit = field(kw_only=True)
    by: User = field(kw_only=True)
    correction: UUID | None = None  # the version it makes; none: a void

    def row(self, tx: WriteTransaction) -> dict[str, Any]:
        """Return the row of the change."""
        data, version = self.entry.data, self.version
        return {
            "id": self.entry.id, "commune": tx.commune.id, "village": version.village_id,
            "household": version.household_id, "visit": version.id, "correction": self.correction,
            "by": self.by.id, "reason": data.get("reason") or "mistake",
            "asked_by": data.get("asked_by", ""),
            "note": "" if self.correction else data.get("note", ""),
            "recorded_at": self.entry.recorded_at, "received_at": tx.now, "receipt": self.receipt,
            "state": "waiting" if self.flags else "effective", "flag": " ".join(self.flags)}


def write(tx: WriteTransaction, pendings: Sequence[PendingChange]) -> None:
    """Write changes of versions, and let the live versions and the counts follow them."""
    if pendings:
        insert_rows(Change, [pending.row(tx) for pending in pendings])
        versions.refresh(tx, {pending.version.root_id: pending.receipt for pending in pendings})
