"""The residents of the households."""

from collections import Counter as Counts
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peewee import (
    BinaryUUIDField,
    BooleanField,
    CharField,
    Expression,
    FixedCharField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    TextField,
)

from ..db import Record
from ..statements import insert_rows
from ..text import search_key, sort_key
from .commune import Commune, WriteTransaction
from .coverage import Coverage
from .household import Household

if TYPE_CHECKING:
    from .user import User


class Resident(Record):
    """A resident of a household, with name, year of birth, sex and phone only."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, backref="residents", on_delete="RESTRICT")
    name = CharField(80)
    birth_year = IntegerField(null=True)
    sex = FixedCharField(1, default="")  # "", m, f
    phone = CharField(15, default="")
    position = IntegerField(default=0)  # order in the family, the head first
    search_key = TextField()
    sort_key = TextField()
    revision = IntegerField(default=1)
    lost_name = BooleanField(default=False)  # a recorded step lost it by a later answer

    ADULT = 14  # the age from which a level 2 account is in one's own name

    @classmethod
    def visible_to(cls, user: "User") -> ModelSelect:
        """Return the residents the user may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.join(Household).where(Household.village == user.village_id)
        return query

    @classmethod
    def enlist(cls, tx: WriteTransaction, rows: Sequence[dict[str, Any]]) -> None:
        """Insert residents and count them; a row is a dict of fields plus `village`."""
        listed: Counts[tuple[int, str, str, int]] = Counts()
        for row in rows:
            cohort = Coverage.cohort_of(row.get("birth_year"))
            listed[row["village"], "", "listed", cohort] += 1
        insert_rows(cls, [{key: value for key, value in row.items() if key != "village"}
                     | {"commune": tx.commune.id}
                     | cls.keys_of(row["name"], row.get("birth_year")) for row in rows])
        Coverage.add(tx.commune.id, listed)

    @classmethod
    def keys_of(cls, name: str, birth_year: int | None) -> dict[str, str]:
        """Return the search and sort keys of a name."""
        return {"search_key": search_key(name, str(birth_year or "")), "sort_key": sort_key(name)}

    @classmethod
    def is_adult_in(cls, year: int) -> Expression:
        """Return the condition “14 or older that year or of unknown year of birth”."""
        return cls.birth_year.is_null() | (cls.birth_year <= year - cls.ADULT)
