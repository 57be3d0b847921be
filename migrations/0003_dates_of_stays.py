"""The day a household left a village's list; nameless help is marked as counted, as it counts."""

from peewee import DateField


def up(migrator, db):
    """Mark the helped steps without a resident, then add the day."""
    db.execute_sql("UPDATE step SET counted = TRUE WHERE resident_id IS NULL AND state = 'helped'")
    migrator.migrate(migrator.add_column("village_stay", "until_on", DateField(null=True)))


def down(migrator, db):
    """Remove the day and the marks: every helped step without a resident counts again."""
    migrator.migrate(migrator.drop_column("village_stay", "until_on"))
    db.execute_sql("UPDATE step SET counted = FALSE WHERE resident_id IS NULL")
