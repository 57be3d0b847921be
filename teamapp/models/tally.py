"""The counts a board is made of, kept in the same transaction as what they count."""

from collections import Counter as Counts

from peewee import (
    EXCLUDED,
    BlobField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    chunked,
)

from ..db import MomentField, Record
from .place import Commune, Village
from .user import User


def upsert(table, rows):
    """Add rows whose last value is a count to the counts already there."""
    names = table._meta.sorted_field_names
    for batch in chunked(rows, 100):
        table.insert_many(batch, fields=names).on_conflict(
            conflict_target=list(table._meta.get_primary_keys()),
            update={table.count: table.count + EXCLUDED.count}).execute()


class Tally(Record):
    """How many of an indicator in a place and a period; the place 0 is the whole commune.

    A period is a day `D2026-11-21`, a week `W2026-47`, a month `M2026-11` or all time `A`.
    """

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    place = IntegerField()  # village id, or 0
    period = CharField(12)
    indicator = CharField(40)
    count = IntegerField()

    class Meta:
        primary_key = CompositeKey("commune", "period", "indicator", "place")

    @classmethod
    def add(cls, commune_id, counts):
        """Raise tallies by {(place, period, indicator): n}, in one statement a hundred rows."""
        upsert(cls, [(commune_id, *key, n) for key, n in sorted(counts.items()) if n])


class Marker(Record):
    """That an entity was counted for an indicator in a period, so that it is counted once."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    period = CharField(12)
    indicator = CharField(12)
    entity = BlobField()  # the id's 16 bytes
    place = IntegerField()

    class Meta:
        primary_key = CompositeKey("period", "indicator", "entity")

    @classmethod
    def mark(cls, commune_id, marks):
        """Note {(period, indicator, entity): place}; return the counts of what was new."""
        rows = [(commune_id, period, indicator, entity, place)
                for (period, indicator, entity), place in sorted(marks.items())]
        new = Counts()
        for batch in chunked(rows, 100):
            added = (cls.insert_many(batch, fields=[cls.commune, cls.period, cls.indicator,
                                                    cls.entity, cls.place])
                     .on_conflict_ignore().returning(cls.period, cls.indicator, cls.place)
                     .tuples().execute())
            for period, indicator, place in added:
                new[place, period, indicator] += 1
                new[0, period, indicator] += 1
        return new


class Coverage(Record):
    """How many people of a village and a year of birth are known to have an account kind.

    `cohort` is the year of birth, 2006 standing for all who were adult before this book began
    (and for unknown years), so that turning 14 needs no counting.
    """

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    place = IntegerField()
    kind = CharField(12)  # an account kind, or "" for the people listed
    state = CharField(8)  # done, not_yet, listed
    cohort = IntegerField()
    count = IntegerField()

    class Meta:
        primary_key = CompositeKey("commune", "kind", "state", "place", "cohort")

    ELDEST = 2006

    @classmethod
    def cohort_of(cls, birth_year):
        """Return the cohort a year of birth (or None) is counted in."""
        return max(birth_year or cls.ELDEST, cls.ELDEST)

    @classmethod
    def add(cls, commune_id, counts):
        """Change the coverage by {(place, kind, state, cohort): n}, n may be negative."""
        upsert(cls, [(commune_id, *key, n) for key, n in sorted(counts.items()) if n])


class Target(Record):
    """What the commune wants of a village: from a day on, until another target follows."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="CASCADE")
    indicator = CharField(12)  # activations (a month), coverage (percent)
    since_on = DateField()
    amount = IntegerField()
    set_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    set_at = MomentField()

    class Meta:
        indexes = ((("village", "indicator", "since_on"), False),)
