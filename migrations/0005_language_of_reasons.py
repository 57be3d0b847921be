"""In which language the reason lies in the inbox: it is told to who reads that."""


def up(migrator, db):
    """Add what the older program fills by its default: not known."""
    db.execute_sql('ALTER TABLE "inbox_item" ADD COLUMN "language" VARCHAR(2) NOT NULL DEFAULT \'\'')


def down(migrator, db):
    """Forget it."""
    db.execute_sql('ALTER TABLE "inbox_item" DROP COLUMN "language"')
