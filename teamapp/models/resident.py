"""The people of the households."""

from collections import Counter as Counts

from peewee import (
    BinaryUUIDField,
    CharField,
    FixedCharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from ..db import Record
from ..statements import insert_rows
from ..text import search_key, sort_key
from .commune import Commune
from .coverage import Coverage
from .household import Household


class Resident(Record):
    """A person of a household; marked by nothing but name, year of birth, sex and phone."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, backref="residents", on_delete="RESTRICT")
    name = CharField(80)
    birth_year = IntegerField(null=True)
    sex = FixedCharField(1, default="")  # "", m, f
    phone = CharField(15, default="")
    position = IntegerField(default=0)  # as the family is listed, the head first
    search_key = TextField()
    sort_key = TextField()
    revision = IntegerField(default=1)

    ADULT = 14  # the age from which level 2 is one's own

    @classmethod
    def visible_to(cls, user):
        """Return the residents this person may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.join(Household).where(Household.village == user.village_id)
        return query

    @classmethod
    def enlist(cls, tx, rows):
        """Write new people into their households; a row is a dict of fields and its `village`."""
        listed = Counts()
        for row in rows:
            cohort = Coverage.cohort_of(row.get("birth_year"))
            listed[row["village"], "", "listed", cohort] += 1
        insert_rows(cls, [{key: value for key, value in row.items() if key != "village"}
                     | {"commune": tx.commune.id}
                     | cls.keys_of(row["name"], row.get("birth_year")) for row in rows])
        Coverage.add(tx.commune.id, listed)

    @classmethod
    def keys_of(cls, name, birth_year):
        """Return the search and sort keys of a name."""
        return {"search_key": search_key(name, str(birth_year or "")), "sort_key": sort_key(name)}

    @classmethod
    def is_adult_in(cls, year):
        """Return the condition “14 or older that year”; who has no year of birth counts in."""
        return cls.birth_year.is_null() | (cls.birth_year <= year - cls.ADULT)
