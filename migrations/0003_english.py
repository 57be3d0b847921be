"""The language each person reads, and short English names in the catalogues."""

ADDED = (
    ("user", "language", "VARCHAR(2) NOT NULL DEFAULT 'vi'"),
    ("unit_type", "whole_en", "VARCHAR(40) NOT NULL DEFAULT ''"),
    ("account_kind", "short_name_en", "VARCHAR(40) NOT NULL DEFAULT ''"),
    ("obstacle", "short_name_en", "VARCHAR(30) NOT NULL DEFAULT ''"),
)


def up(migrator, db):
    """Add what the older program fills by its default; SQLite need not build the tables anew."""
    for table, column, kind in ADDED:
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{column}" {kind}')


def down(migrator, db):
    """Forget it."""
    for table, column, _ in reversed(ADDED):
        db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
