"""Facts counted once per period."""

from collections import Counter as Counts
from collections.abc import Mapping

from peewee import BlobField, CharField, CompositeKey, ForeignKeyField, IntegerField, chunked

from ..db import Record
from .commune import Commune


class DistinctMark(Record):
    """A fact counted once: an entity, an indicator and a period."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    period = CharField(12)
    indicator = CharField(12)
    entity = BlobField()  # the id's 16 bytes
    village_id = IntegerField()

    class Meta:
        primary_key = CompositeKey("period", "indicator", "entity")

    @classmethod
    def mark(cls, commune_id: int,
             marks: Mapping[tuple[str, str, bytes], int]) -> Counts[tuple[int, str, str]]:
        """Insert {(period, indicator, entity): village_id}.

        Returns the counts {(village_id, period, indicator): n} of the new marks, of villages and
        of the commune (0).
        """
        rows = [(commune_id, period, indicator, entity, village_id)
                for (period, indicator, entity), village_id in sorted(marks.items())]
        new: Counts[tuple[int, str, str]] = Counts()
        for batch in chunked(rows, 100):
            added = (cls.insert_many(batch, fields=[cls.commune, cls.period, cls.indicator,
                                                    cls.entity, cls.village_id])
                     .on_conflict_ignore().returning(cls.period, cls.indicator, cls.village_id)
                     .tuples().execute())
            for period, indicator, village_id in added:
                new[village_id, period, indicator] += 1
                new[0, period, indicator] += 1
        return new
