"""Households, and their time on the villages' lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    TextField,
)

from ..db import Record
from ..statements import insert_rows
from ..text import search_key
from .catalog import Language
from .commune import Commune, WriteTransaction
from .village import Village

if TYPE_CHECKING:
    from .user import User


class Household(Record):
    """A household on a village's list."""

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
    cursor = BigIntegerField()  # of the last write to anything its page shows

    class Meta:
        indexes = ((("village", "number"), True), (("village", "cursor"), False),
                   (("village", "cluster_position", "number"), False))  # walking order

    @classmethod
    def visible_to(cls, user: "User") -> ModelSelect:
        """Return the households the user may see: their village's, or all for a commune role."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.village == user.village_id) if user.is_field else query

    @classmethod
    def changed_since(cls, user: "User", cursor: int) -> ModelSelect:
        """Return the visible households whose pages were written to after a cursor."""
        return cls.visible_to(user).where(cls.cursor > cursor)

    @classmethod
    def in_walking_order(cls) -> tuple[Any, ...]:
        """Return the ORDER BY in which neighbours follow each other."""
        return (cls.cluster_position, cls.number)

    @classmethod
    def enlist(cls, tx: WriteTransaction, rows: Sequence[dict[str, Any]]) -> None:
        """Insert households and their stays on the villages' lists.

        A row is a dict of fields.
        """
        made = [{"search_key": cls.key_of(row["head"], row["number"], row.get("cluster", ""),
                                          row.get("landmark", "")),
                 "commune": tx.commune.id, "cursor": tx.cursor, **row} for row in rows]
        insert_rows(cls, made)
        insert_rows(VillageStay, [{"household": row["id"], "village": row["village"],
                       "since_cursor": tx.cursor} for row in made])

    @classmethod
    def key_of(cls, head: str, number: int, cluster: str, landmark: str) -> str:
        """Return the folded words by which a search finds the house: its head's, | and its place's.

        No blank stands before the label of the number: it is found with its number only.
        """
        return f"{search_key(head)} |so {search_key(number, cluster, landmark)}"


class VillageStay(Record):
    """A household's time on a village's list, in the commune's cursors."""

    household = ForeignKeyField(Household, on_delete="CASCADE")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    since_cursor = BigIntegerField()
    until_cursor = BigIntegerField(null=True)
    until_on = DateField(null=True)  # unknown for one that ended before there were such days

    class Meta:
        indexes = ((("village", "until_cursor"), False),)

    @classmethod
    def left_since(cls, village_id: int, cursor: int) -> ModelSelect:
        """Return the households that left a village after a cursor and have not come back."""
        return (cls.select(cls.household).join(Household)
                .where(cls.village == village_id, cls.until_cursor > cursor,
                       Household.village != village_id).distinct())
