"""An index of the few receipts that another person submitted."""


def up(migrator, db):
    """Add the index."""
    db.execute_sql('CREATE INDEX "receipt_submitted" ON "receipt" ("commune_id", "number")'
                   ' WHERE submitted_by_id IS NOT NULL')


def down(migrator, db):
    """Drop the index."""
    db.execute_sql('DROP INDEX "receipt_submitted"')
