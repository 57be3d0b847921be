"""What every kind of entry shares: a checked form, a record about to be written, a rejection."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ..models import Household, Resident


class Rejected(Exception):
    """An entry cannot be accepted: the code of the reason, and the field it concerns."""

    def __init__(self, code: str, field_name: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field_name = code, field_name


@dataclass
class Entry:
    """One filled-in form of an outbox, its values already checked by the form class."""

    id: UUID
    recorded_at: datetime
    data: dict


@dataclass
class Pending:
    """A record that may be written; the processor gives it its receipt number."""

    entry: Entry
    flags: list = field(default_factory=list)
    receipt: int = 0


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
