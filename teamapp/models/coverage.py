"""Counts of residents by account kind, state and year of birth."""

from collections.abc import Mapping

from peewee import CharField, CompositeKey, ForeignKeyField, IntegerField

from ..db import Record
from .commune import Commune
from .tally import upsert


class Coverage(Record):
    """The number of residents of a village and a year of birth in a state of an account kind.

    `cohort` is the year of birth; 2006 stands for all earlier years, whose residents were adults
    before the register began, and for unknown ones. A birthday changes no count.
    """

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village_id = IntegerField()
    kind = CharField(12)  # an account kind, or "" for the residents listed
    state = CharField(8)  # done, not_yet, listed
    cohort = IntegerField()
    count = IntegerField()

    class Meta:
        primary_key = CompositeKey("commune", "kind", "state", "village_id", "cohort")

    ELDEST = 2006

    @classmethod
    def cohort_of(cls, birth_year: int | None) -> int:
        """Return the cohort of a year of birth; None counts in ELDEST."""
        return max(birth_year or cls.ELDEST, cls.ELDEST)

    @classmethod
    def add(cls, commune_id: int, counts: Mapping[tuple[int, str, str, int], int]) -> None:
        """Add {(village_id, kind, state, cohort): n}; n may be negative."""
        upsert(cls, [(commune_id, *key, n) for key, n in sorted(counts.items()) if n])
