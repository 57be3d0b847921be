"""Tallies: sums by village, period and indicator."""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import EXCLUDED, CharField, CompositeKey, ForeignKeyField, IntegerField, chunked

from ..db import Record
from .commune import Commune


def upsert(table: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows, whose last value is a count, to the stored counts."""
    names = table._meta.sorted_field_names
    for batch in chunked(rows, 100):
        table.insert_many(batch, fields=names).on_conflict(
            conflict_target=list(table._meta.get_primary_keys()),
            update={table.count: table.count + EXCLUDED.count}).execute()


class Tally(Record):
    """The count of an indicator in a village and a period; `village_id` 0 is the commune.

    A period is a day `D2026-11-21`, a week `W2026-47`, a month `M2026-11` or all time `A`.
    """

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village_id = IntegerField()  # 0: the commune
    period = CharField(12)
    indicator = CharField(40)
    count = IntegerField()

    class Meta:
        primary_key = CompositeKey("commune", "period", "indicator", "village_id")

    @classmethod
    def add(cls, commune_id: int, counts: Mapping[tuple[int, str, str], int]) -> None:
        """Add {(village_id, period, indicator): n}, a hundred rows in a statement."""
        upsert(cls, [(commune_id, *key, n) for key, n in sorted(counts.items()) if n])
