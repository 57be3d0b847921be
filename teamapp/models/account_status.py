"""Where each person stands with each account kind."""

from peewee import CharField, CompositeKey, ForeignKeyField

from ..db import Record
from ..statements import Among
from .catalog import AccountKind
from .resident import Resident


class AccountStatus(Record):
    """Where a named person stands with an account kind, from all that was ever recorded.

    `done` once any step found it there or helped it, else `not_yet`; nobody asked: no row.
    """

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    kind = ForeignKeyField(AccountKind, column_name="kind", index=False, on_delete="RESTRICT")
    state = CharField(8)

    class Meta:
        primary_key = CompositeKey("resident", "kind")

    @classmethod
    def of(cls, resident_ids):
        """Return {(resident id, kind): state} of these people."""
        rows = cls.select(cls.resident, cls.kind, cls.state).where(
            cls.resident.in_(Among(resident_ids))).tuples()
        return {(resident, kind): state for resident, kind, state in rows}
