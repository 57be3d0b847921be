"""Dossiers filed with the team's help."""

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
)

from ..db import Record
from .catalog import Procedure
from .commune import Commune
from .household import Household
from .resident import Resident
from .village import Village
from .visit import Visit


class Dossier(Record):
    """An application for an administrative procedure, identified by its portal receipt."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, on_delete="RESTRICT")
    resident = ForeignKeyField(Resident, null=True, index=False, on_delete="RESTRICT")
    visit = ForeignKeyField(Visit, backref="dossiers", on_delete="RESTRICT")
    procedure = ForeignKeyField(
        Procedure, column_name="procedure", index=False, on_delete="RESTRICT")
    code = CharField(60, default="")  # empty until the portal issues a receipt
    channel = CharField(8)  # direct, online, postal
    day = DateField()  # the visit's
    due_on = DateField(null=True)
    status = IntegerField(default=1)  # the portal's ten, 1 to 10
    receipt = BigIntegerField()

    class Meta:
        indexes = ((("village", "day"), False),)

    CODE = r"[0-9A-Z][0-9A-Z.]{2,40}-\d{6}-\d{3,6}"
    CLOSED = (3, 7, 8, 9, 10)
