"""A village's houses in walking order, without sorting them anew for each page of the list."""

NAME = "household_village_id_cluster_position_number"


def up(migrator, db):
    """Add the index."""
    db.execute_sql(f'CREATE INDEX "{NAME}" ON "household" '
                   '("village_id", "cluster_position", "number")')


def down(migrator, db):
    """Drop it."""
    db.execute_sql(f'DROP INDEX "{NAME}"')
