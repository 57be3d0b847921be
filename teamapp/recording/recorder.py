"""Shared by all kinds of entry: the recorder protocol, a validated form, a pending record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from ..models import Household, Resident, User, WriteTransaction


class Rejected(Exception):
    """An entry is rejected: the code of the reason, and the field it concerns."""

    def __init__(self, code: str, field_name: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field_name = code, field_name


@dataclass
class Entry:
    """One form of an outbox, its values validated by the form class.

    `changes` is the receipt number of the accepted entry that this one was written to replace: it
    is a change of what that entry made.
    """

    id: UUID
    recorded_at: datetime
    data: dict[str, Any]
    after: tuple[UUID, ...] = ()
    is_resubmission: bool = False
    changes: int | None = None


@dataclass
class Pending:
    """A validated record; the processor sets its receipt number."""

    entry: Entry
    flags: list[str] = field(default_factory=list)
    receipt: int = 0


class Recorder(Protocol):
    """The functions a module of this package provides for its kind, in the order of the calls.

    `CARRIES_STATE`: validation updates the lookup with the changes of earlier entries of the run.
    Else no entry of a run touches what another one touches.
    """

    CARRIES_STATE: bool

    def touches(self, datas: list[dict[str, Any]]) -> Iterable[set[UUID]]:
        """Return the ids of the stored or new records that each of these forms reads or writes."""

    def look_up(self, entries: list[Entry], by: User, now: datetime) -> Any:
        """Return the stored facts about all records that the entries of a run refer to."""

    def validate(self, entry: Entry, lookup: Any) -> Pending:
        """Return the pending record of an entry, or raise Rejected."""

    def write(self, tx: WriteTransaction, pendings: list[Any]) -> None:
        """Write pending records in the order of their receipts, and all tallies they change."""

    def describe(self, datas: list[dict[str, Any]], reader: User) -> "list[Description]":
        """Return descriptions of rejected entries, with the records the reader may see."""


@dataclass
class Description:
    """The content of a rejected entry, as far as its reader may see it."""

    household: Household | None = None
    outcome: str = ""
    visited_at: datetime | None = None
    return_on: date | None = None
    return_part: str = ""
    reason: str = ""
    note: str = ""
    people: list[tuple[Resident | None, list[tuple[str, str, str]]]] = field(
        default_factory=list)  # (resident, None if nameless; [(account kind, state, obstacle)])
    dossiers: list[tuple[str, str]] = field(default_factory=list)  # (procedure, code)
