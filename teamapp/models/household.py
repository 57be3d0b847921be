"""Households, the people in them and what these agreed to."""

from collections import Counter as Counts

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    FixedCharField,
    ForeignKeyField,
    IntegerField,
    TextField,
    chunked,
)

from ..db import MomentField, Record
from ..statements import Among
from ..text import search_key, sort_key
from .catalog import Language
from .place import Commune, Village
from .tally import Coverage
from .user import User


def insert(table, rows):
    """Insert dict rows of whatever fields, those that lack the same fields together."""
    for given in {tuple(sorted(row)): None for row in rows}:
        alike = [[row[name] for name in given] for row in rows if tuple(sorted(row)) == given]
        for batch in chunked(alike, 50):
            table.insert_many(batch, fields=given).execute()


class Household(Record):
    """A house on the commune's list, where a visit is made."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    number = IntegerField()  # the village head's own running number
    cluster = CharField(40, default="")  # “Cụm 3”
    cluster_position = IntegerField(default=0)
    landmark = CharField(80, default="")  # “cổng xanh”
    head = CharField(80)
    phone = CharField(15, default="")
    language = ForeignKeyField(
        Language, column_name="language", null=True, index=False, on_delete="RESTRICT")
    poverty = CharField(10, default="")  # "", poor, near_poor
    elderly_alone = BooleanField(default=False)
    no_smartphone = BooleanField(default=False)
    search_key = TextField()
    revision = IntegerField(default=1)
    cursor = BigIntegerField()  # of the writer who last touched what this house's page shows

    class Meta:
        indexes = ((("village", "number"), True), (("village", "cursor"), False),
                   (("village", "cluster_position", "number"), False))  # as one walks

    @classmethod
    def visible_to(cls, user):
        """Return the households this person may see: the village's, for a commune role all."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.village == user.village_id) if user.is_field else query

    @classmethod
    def in_walking_order(cls):
        """Return what to order by so that neighbours follow each other."""
        return (cls.cluster_position, cls.number)

    @classmethod
    def enlist(cls, turn, rows):
        """Put new households on their villages' lists.

        A row is a dict of fields; `people`, names of its people, goes into the search key.
        """
        made = [{"search_key": cls.key_of(row["head"], row.get("cluster", ""), row["number"],
                                          row.get("people", ())),
                 "commune": turn.commune.id, "cursor": turn.cursor, **row} for row in rows]
        for row in made:
            row.pop("people", None)
        insert(cls, made)
        insert(Stay, [{"household": row["id"], "village": row["village"],
                       "since_cursor": turn.cursor} for row in made])

    @classmethod
    def key_of(cls, head, cluster, number, people=()):
        """Return the folded words a search finds this house by."""
        return search_key(head, cluster, str(number), *people)


class Stay(Record):
    """A household's time on a village's list, in the commune's cursors."""

    household = ForeignKeyField(Household, on_delete="CASCADE")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    since_cursor = BigIntegerField()
    until_cursor = BigIntegerField(null=True)

    class Meta:
        indexes = ((("village", "until_cursor"), False),)


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
    def enlist(cls, turn, rows):
        """Write new people into their households; a row is a dict of fields and its `village`."""
        listed = Counts()
        for row in rows:
            cohort = Coverage.cohort_of(row.get("birth_year"))
            listed[row["village"], "", "listed", cohort] += 1
        insert(cls, [{key: value for key, value in row.items() if key != "village"}
                     | {"commune": turn.commune.id}
                     | cls.keys_of(row["name"], row.get("birth_year")) for row in rows])
        Coverage.add(turn.commune.id, listed)

    @classmethod
    def keys_of(cls, name, birth_year):
        """Return the search and sort keys of a name."""
        return {"search_key": search_key(name, str(birth_year or "")), "sort_key": sort_key(name)}

    @classmethod
    def is_adult_in(cls, year):
        """Return the condition “14 or older that year”; who has no year of birth counts in."""
        return cls.birth_year.is_null() | (cls.birth_year <= year - cls.ADULT)


class Consent(Record):
    """What a resident answered when asked whether name and help may be written down."""

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    purpose = CharField(10)  # record, phone
    given = BooleanField()
    asked_at = MomentField()
    asked_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("resident", "purpose"), False),)

    @classmethod
    def latest(cls, resident_ids, purpose="record"):
        """Return {resident id: given} of the newest answers for a purpose."""
        rows = (cls.select(cls.resident, cls.given)
                .where(cls.resident.in_(Among(resident_ids)), cls.purpose == purpose)
                .order_by(cls.asked_at, cls.id).tuples())
        return dict(rows)
