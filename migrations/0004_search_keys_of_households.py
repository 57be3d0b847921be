"""A household's search key: its head's name and its place, each for itself; its people have their own."""

import unicodedata

from peewee import BinaryUUIDField, CharField, IntegerField, Model, TextField

APOSTROPHES = "'’‘ʼʻ′`´"
LOOKS_LIKE_D = str.maketrans("ÐƉðɖđĐ", "dddddd")


class Household(Model):
    """The columns that the key is made of."""

    id = BinaryUUIDField(primary_key=True)
    head = CharField()
    number = IntegerField()
    cluster = CharField()
    landmark = CharField()
    search_key = TextField()


def fold(text):
    """Return lower-case letters without diacritics, as the program folded at this migration."""
    spaced = "".join(" " if letter in APOSTROPHES else letter for letter in text
                     if unicodedata.category(letter) != "Cf")
    bare = unicodedata.normalize("NFD", spaced.translate(LOOKS_LIKE_D).lower())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def up(migrator, db):
    """Write the key of every household."""
    with db.bind_ctx([Household]):
        for house in list(Household.select()):
            place = " ".join(filter(None, (
                str(house.number), fold(house.cluster), fold(house.landmark))))
            Household.update(search_key=f"{fold(house.head)} |so {place}").where(
                Household.id == house.id).execute()


def down(migrator, db):
    """Leave the keys: the earlier program finds a household by each word of them."""
