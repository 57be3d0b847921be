"""Dossiers filed with the team's help."""

from typing import Any
from uuid import UUID

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
)

from ..db import Record
from .catalog import Procedure
from .commune import Commune
from .household import Household
from .resident import Resident
from .village import Village
from .visit import Visit


class Dossier(Record):
    """The identity of an application for an administrative procedure; a filing has the facts."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    status = IntegerField(default=1)  # the portal's ten, 1 to 10

    CODE = r"[0-9A-Z][0-9A-Z.]{2,40}-\d{6}-\d{3,6}"
    CLOSED = (3, 7, 8, 9, 10)

    @classmethod
    def enter(cls, ids: dict[UUID, int]) -> None:
        """Insert {dossier id: commune id}."""
        if ids:
            cls.insert_many(list(ids.items()), fields=[cls.id, cls.commune]).execute()


class Filing(Record):
    """What was filed for a dossier, as one version of a visit recorded it, or without a visit."""

    dossier = ForeignKeyField(Dossier, backref="filings", on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, null=True, on_delete="RESTRICT")
    resident = ForeignKeyField(Resident, null=True, on_delete="RESTRICT")
    visit = ForeignKeyField(Visit, backref="filings", null=True, on_delete="RESTRICT")
    procedure = ForeignKeyField(
        Procedure, column_name="procedure", index=False, on_delete="RESTRICT")
    code = CharField(60, default="")  # empty until the portal issues a receipt
    channel = CharField(8)  # direct, online, postal
    day = DateField()  # the visit's
    due_on = DateField(null=True)
    receipt = BigIntegerField()  # by which it ranks: that of the first version with it
    is_live = BooleanField(default=True)

    class Meta:
        indexes = ((("village", "day"), False),)

    @classmethod
    def live(cls, *columns: Any) -> ModelSelect:
        """Return the filings that count."""
        return cls.select(*columns).where(cls.is_live)

    @classmethod
    def live_at(cls, receipt: int, *columns: Any) -> ModelSelect:
        """Return the filings that counted when this was the newest receipt of a commune."""
        return cls.select(*columns).where(cls.visit.in_(Visit.live_at(receipt, Visit.id)))
