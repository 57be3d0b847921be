"""The languages that people of the teams speak."""

from peewee import CompositeKey, ForeignKeyField

from ..db import Record
from .catalog import Language
from .user import User


class Speaks(Record):
    """A language the user speaks with residents."""

    user = ForeignKeyField(User, backref="languages", on_delete="CASCADE")
    language = ForeignKeyField(Language, column_name="language", on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("user", "language")
