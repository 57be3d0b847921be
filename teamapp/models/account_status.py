"""The status of each resident with each account kind."""

from collections.abc import Iterable
from uuid import UUID

from peewee import CharField, CompositeKey, ForeignKeyField

from ..db import Record
from ..statements import Among
from .catalog import AccountKind
from .resident import Resident


class AccountStatus(Record):
    """The status of a named resident with an account kind, from every step ever recorded.

    `done` once any step found the account or helped with it, else `not_yet`; no step: no row.
    """

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    kind = ForeignKeyField(AccountKind, column_name="kind", index=False, on_delete="RESTRICT")
    state = CharField(8)

    class Meta:
        primary_key = CompositeKey("resident", "kind")

    @classmethod
    def of(cls, resident_ids: Iterable[UUID]) -> dict[tuple[UUID, str], str]:
        """Return {(resident id, kind): state} of these residents."""
        rows = cls.select(cls.resident, cls.kind, cls.state).where(
            cls.resident.in_(Among(resident_ids))).tuples()
        return {(resident, kind): state for resident, kind, state in rows}
