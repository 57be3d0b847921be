"""The catalogues: coded values of the field, loaded from teamapp/catalog_data/*.csv."""

from typing import Self

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from ..db import Record


class UnitType(Record):
    """A type of village unit: ấp, thôn, bản, buôn, sóc …"""

    code = CharField(12, primary_key=True)
    label = CharField(20)
    prefix = CharField(20)
    whole = CharField(30)  # “Cả ấp”
    name_en = CharField(40)
    whole_en = CharField(40, default="")
    legal_group = CharField(20)
    position = IntegerField()


class Language(Record):
    """A language a household needs or a member speaks; never a person's ethnicity."""

    code = CharField(4, primary_key=True)
    name = CharField(40)
    name_en = CharField(40)
    position = IntegerField()


class Topic(Record):
    """A topic of a visit; derived from its steps."""

    code = CharField(4, primary_key=True)
    name = CharField(80)
    name_en = CharField(80)
    group = CharField(12)
    position = IntegerField()


class AccountKind(Record):
    """A kind of account a resident may have, and the condition under which it counts."""

    code = CharField(12, primary_key=True)
    name = CharField(80)
    short_name = CharField(40)
    name_en = CharField(80)
    short_name_en = CharField(40, default="")
    topic = ForeignKeyField(Topic, column_name="topic", null=True, on_delete="RESTRICT")
    counted_when = TextField()
    check = TextField(column_name="how_to_check")
    position = IntegerField()
    active = BooleanField(default=True)
    needs_age = IntegerField(default=0)  # years, for one in one's own name

    HEADLINE = "VNEID_2_KH"

    @classmethod
    def in_use(cls) -> list[Self]:
        """Return the active kinds in the catalogue's order."""
        return list(cls.select().where(cls.active).order_by(cls.position))


class Obstacle(Record):
    """A coded difficulty: the reason a step was not completed."""

    code = CharField(4, primary_key=True)
    name = CharField(120)
    short_name = CharField(30)
    name_en = CharField(120)
    short_name_en = CharField(30, default="")
    category = CharField(16)
    position = IntegerField()
    commonest_for = TextField(default="")  # codes of account kinds, space-separated


class Procedure(Record):
    """An administrative procedure; one in use is never deleted."""

    code = CharField(10, primary_key=True)
    name = TextField()
    name_en = TextField()
    sector = CharField(60)
    online_level = CharField(16)
    days = IntegerField(null=True)  # working days
    fee = TextField()
    papers = TextField()
    agency = TextField()
    verified = CharField(8)
    words = TextField()  # colloquial names
    search_key = TextField()
    active = BooleanField(default=True)


CATALOGUES = (UnitType, Language, Topic, AccountKind, Obstacle, Procedure)
