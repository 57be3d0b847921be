"""Shared by all kinds of entry: a recorder's parts, a validated form, a pending record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from ..models import Household, Resident, User, WriteTransaction


class Rejected(Exception):
    """An entry cannot be accepted: the code of the reason, and the field it concerns."""

    def __init__(self, code: str, field_name: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field_name = code, field_name


@dataclass
class Entry:
    """One form of an outbox, its values validated by the form class."""

    id: UUID
    recorded_at: datetime
    data: dict[str, Any]


@dataclass
class Pending:
    """A record that may be written; the processor gives it its receipt number."""

    entry: Entry
    flags: list[str] = field(default_factory=list)
    receipt: int = 0


class Recorder(Protocol):
    """What a module of this package does for its kind, in this order.

    `CARRIES_STATE`: the lookup follows what earlier entries of its run change.
    """

    CARRIES_STATE: bool

    def touches(self, data: dict[str, Any]) -> Iterable[UUID]:
        """Return the ids of the records an entry reads or writes."""

    def look_up(self, entries: list[Entry], by: User, now: datetime) -> Any:
        """Return what the database knows of everything the entries of a run name."""

    def validate(self, entry: Entry, lookup: Any) -> Pending:
        """Return the pending record of an entry, or raise Rejected."""

    def write(self, tx: WriteTransaction, pendings: list[Any]) -> None:
        """Write pending records in the order of their receipts, with every count they change."""

    def describe(self, datas: list[dict[str, Any]], reader: User) -> "list[Description]":
        """Return how rejected entries read, as far as the reader may know."""


@dataclass
class Description:
    """How a rejected entry reads: the values it has, as far as its reader may know them."""

    household: Household | None = None
    outcome: str = ""
    visited_at: datetime | None = None
    return_on: date | None = None
    return_part: str = ""
    reason: str = ""
    note: str = ""
    people: list[tuple[Resident | None, list[tuple[str, str, str]]]] = field(
        default_factory=list)  # (who, or None if nameless; [(account kind, state, obstacle)])
    dossiers: list[tuple[str, str]] = field(default_factory=list)  # (procedure, code)
