"""How many people are known to have an account."""

from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField

from ..db import Record
from .commune import Commune
from .tally import upsert


class Coverage(Record):
    """How many people of a village and a year of birth are known to have an account kind.

    `cohort` is the year of birth, 2006 standing for all who were adult before this book began
    (and for unknown years), so that turning 14 needs no counting.
    """

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village_id = IntegerField()
    kind = CharField(12)  # an account kind, or "" for the people listed
    state = CharField(8)  # done, not_yet, listed
    cohort = IntegerField()
    count = IntegerField()

    class Meta:
        primary_key = CompositeKey("commune", "kind", "state", "village_id", "cohort")

    ELDEST = 2006

    @classmethod
    def cohort_of(cls, birth_year):
        """Return the cohort a year of birth (or None) is counted in."""
        return max(birth_year or cls.ELDEST, cls.ELDEST)

    @classmethod
    def add(cls, commune_id, counts):
        """Change the coverage by {(place, kind, state, cohort): n}, n may be negative."""
        upsert(cls, [(commune_id, *key, n) for key, n in sorted(counts.items()) if n])
