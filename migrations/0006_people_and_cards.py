"""Sign-in cards, the record of deeds, lost phones; more about villages, users and devices."""

from peewee import (
    AutoField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    DateField,
    FixedCharField,
    ForeignKeyField,
    IntegerField,
    Model,
)
from peewee import BigIntegerField as MomentField

ADDED = {
    "village": {
        "declared_on": DateField(null=True),
        "declared_source": CharField(max_length=80, default=""),
        "closed_on": DateField(null=True),
    },
    "user": {
        "days": CharField(max_length=7, default=""),
        "minutes": IntegerField(null=True),
    },
    "device": {
        "label": CharField(max_length=40, default=""),
        "app_version": CharField(max_length=16, default=""),
        "is_persistent": BooleanField(null=True),
    },
}


def tables(db):
    """Return the models of this migration."""

    class Table(Model):
        class Meta:
            database = db

    def known(name, key=AutoField):
        meta = type("Meta", (), {"table_name": name, "database": db})
        return type(name.title(), (Table,), {"id": key(primary_key=True), "Meta": meta})

    Commune, Village, User = known("commune"), known("village"), known("user")

    class Session(Table):
        id = FixedCharField(max_length=64, primary_key=True)

        class Meta:
            table_name = "session"

    class SignInCard(Table):
        id = FixedCharField(max_length=64, primary_key=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        created_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
        created_at = MomentField()
        used_at = MomentField(null=True)
        revoked_at = MomentField(null=True)

        class Meta:
            table_name = "sign_in_card"

    class Deed(Table):
        commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
        by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
        at = MomentField()
        kind = CharField(max_length=24)
        user = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        village = ForeignKeyField(Village, null=True, index=False, on_delete="RESTRICT")
        note = CharField(max_length=200, default="")

        class Meta:
            table_name = "deed"
            indexes = ((("commune", "at"), False),)

    class LostPhone(Table):
        commune = ForeignKeyField(Commune, on_delete="RESTRICT")
        user = ForeignKeyField(User, on_delete="RESTRICT")
        village = ForeignKeyField(Village, null=True, index=False, on_delete="RESTRICT")
        session = ForeignKeyField(Session, null=True, unique=True, on_delete="SET NULL")
        device = BinaryUUIDField(null=True)
        reported_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
        reported_at = MomentField()
        seen_at = MomentField(null=True)
        households = IntegerField(default=0)
        left_count = IntegerField(null=True)
        left_oldest_at = MomentField(null=True)
        wiped_at = MomentField(null=True)
        decision = CharField(max_length=12, default="")
        decided_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
        decided_at = MomentField(null=True)
        note = CharField(max_length=200, default="")

        class Meta:
            table_name = "lost_phone"

    return [SignInCard, Deed, LostPhone]


def up(migrator, db):
    """Add the columns, then the tables."""
    migrator.migrate(*(migrator.add_column(table, name, field)
                       for table, fields in ADDED.items() for name, field in fields.items()))
    db.create_tables(tables(db))


def down(migrator, db):
    """Remove them: open cards become invalid."""
    db.drop_tables(tables(db))
    migrator.migrate(*(migrator.drop_column(table, name)
                       for table, fields in ADDED.items() for name in fields))
