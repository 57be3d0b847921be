"""Lost phones, closed accounts, entries handed in as a file, envelopes nobody could open."""

from peewee import *  # noqa: F403


def up(migrator, db):
    """Add what the older program does not miss."""

    class User(Model):
        class Meta:
            database = db
            table_name = 'user'

    handed_in_by = ForeignKeyField(User, field=User.id, null=True, on_delete='RESTRICT', index=False)
    migrator.migrate(
        migrator.add_column('user', 'closed_on', DateField(null=True)),
        migrator.add_column('session', 'lost_at', BigIntegerField(null=True)),
        migrator.add_column('session', 'device', BinaryUUIDField(null=True)),
        migrator.add_column('receipt', 'handed_in_by_id', handed_in_by))

    class StrayEnvelope(Model):
        hash = BlobField(unique=True)
        kid = CharField(max_length=16)
        sealed = TextField()
        why = CharField(max_length=12)
        brought_by = ForeignKeyField(User, on_delete='RESTRICT', index=False)
        device = BinaryUUIDField()
        received_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'stray_envelope'
    db.create_tables([StrayEnvelope])


def down(migrator, db):
    """Forget them."""
    db.execute_sql('DROP TABLE "stray_envelope"')
    migrator.migrate(
        migrator.drop_column('receipt', 'handed_in_by_id'),
        migrator.drop_column('session', 'device'),
        migrator.drop_column('session', 'lost_at'),
        migrator.drop_column('user', 'closed_on'))
