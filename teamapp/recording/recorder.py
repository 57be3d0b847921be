"""What every kind of entry shares: a checked form, a record about to be written, a rejection."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


class Rejected(Exception):
    """An entry cannot be accepted: the code of the reason, and the field it concerns."""

    def __init__(self, code, field_name=None):
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
