"""Facts counted once per period."""

from collections import Counter as Counts

from peewee import BlobField, CharField, CompositeKey, ForeignKeyField, IntegerField, chunked

from ..db import Record
from .commune import Commune


class DistinctMark(Record):
    """That an entity was counted for an indicator in a period, so that it is counted once."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    period = CharField(12)
    indicator = CharField(12)
    entity = BlobField()  # the id's 16 bytes
    village_id = IntegerField()

    class Meta:
        primary_key = CompositeKey("period", "indicator", "entity")

    @classmethod
    def mark(cls, commune_id, marks):
        """Note {(period, indicator, entity): place}; return the counts of what was new."""
        rows = [(commune_id, period, indicator, entity, village_id)
                for (period, indicator, entity), village_id in sorted(marks.items())]
        new = Counts()
        for batch in chunked(rows, 100):
            added = (cls.insert_many(batch, fields=[cls.commune, cls.period, cls.indicator,
                                                    cls.entity, cls.village_id])
                     .on_conflict_ignore().returning(cls.period, cls.indicator, cls.village_id)
                     .tuples().execute())
            for period, indicator, village_id in added:
                new[village_id, period, indicator] += 1
                new[0, period, indicator] += 1
        return new
