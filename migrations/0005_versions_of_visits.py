"""Versions of visits: corrections, voids, gatherings as places of help, filings of dossiers."""

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)

ONE_PLACE = "CHECK ((household_id IS NULL) <> (gathering_id IS NULL))"


def tables(db):
    """Return the models of this migration: those it makes, and those it refers to."""

    class Table(Model):
        class Meta:
            database = db

    def known(name, key=AutoField):
        meta = type("Meta", (), {"table_name": name, "database": db})
        return type(name.title(), (Table,), {"id": key(primary_key=True), "Meta": meta})

    Commune, Village, User = known("commune"), known("village"), known("user")
    Household, Resident, Visit = (known(name, BinaryUUIDField)
                                  for name in ("household", "resident", "visit"))

    class Procedure(Table):
        code = CharField(max_length=10, primary_key=True)

        class Meta:
            table_name = "procedure"

    class Gathering(Table):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete="RESTRICT", index=False)
        village = ForeignKeyField(Village, null=True, on_delete="RESTRICT", index=False)
        kind = CharField(max_length=12)
        held_on = DateField()

        class Meta:
            table_name = "gathering"
            indexes = ((("commune", "held_on"), False),)

    class Dossier(Table):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete="RESTRICT", index=False)
        status = IntegerField(default=1)

        class Meta:
            table_name = "dossier"

    class Filing(Table):
        dossier = ForeignKeyField(Dossier, on_delete="RESTRICT")
        commune = ForeignKeyField(Commune, on_delete="RESTRICT", index=False)
        village = ForeignKeyField(Village, on_delete="RESTRICT", index=False)
        household = ForeignKeyField(Household, null=True, on_delete="RESTRICT")
        resident = ForeignKeyField(Resident, null=True, on_delete="RESTRICT")
        visit = ForeignKeyField(Visit, null=True, on_delete="RESTRICT")
        procedure = ForeignKeyField(
            Procedure, column_name="procedure", on_delete="RESTRICT", index=False)
        code = CharField(max_length=60, default="")
        channel = CharField(max_length=8)
        day = DateField()
        due_on = DateField(null=True)
        receipt = BigIntegerField()
        is_live = BooleanField(default=True)

        class Meta:
            table_name = "filing"
            indexes = ((("village", "day"), False),)

    class Change(Table):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete="RESTRICT", index=False)
        village = ForeignKeyField(Village, on_delete="RESTRICT", index=False)
        household = ForeignKeyField(Household, null=True, on_delete="RESTRICT")
        visit = ForeignKeyField(Visit, on_delete="RESTRICT")
        correction = ForeignKeyField(Visit, null=True, unique=True, on_delete="RESTRICT",
                                     backref="+")
        by = ForeignKeyField(User, on_delete="RESTRICT", index=False)
        reason = CharField(max_length=16)
        asked_by = CharField(max_length=10, default="")
        note = TextField(default="")
        recorded_at = BigIntegerField()
        received_at = BigIntegerField()
        receipt = BigIntegerField()
        state = CharField(max_length=10)
        flag = CharField(max_length=20, default="")
        settled_by = ForeignKeyField(User, null=True, on_delete="RESTRICT", index=False,
                                     backref="+")
        settled_at = BigIntegerField(null=True)
        settled_receipt = BigIntegerField(null=True)

        class Meta:
            table_name = "change"

    Change.add_index(Change.index(Change.commune, Change.village, name="change_waiting")
                     .where(SQL("state = 'waiting'")))

    class LivePeriod(Table):
        visit = ForeignKeyField(Visit, on_delete="RESTRICT")
        since = BigIntegerField()
        until = BigIntegerField(null=True)

        class Meta:
            table_name = "live_period"

    return [Gathering, Dossier, Filing, Change, LivePeriod]


TYPES = {True: {"uuid": "BLOB", "bool": "INTEGER", "bigint": "INTEGER", "yes": "1", "no": "0"},
         False: {"uuid": "BYTEA", "bool": "BOOLEAN", "bigint": "BIGINT", "yes": "TRUE",
                 "no": "FALSE"}}  # as peewee names them for SQLite, and for PostgreSQL
ADDED = {  # table: {column: (type, value in the rows that are there; None: NULL)}
    "visit": {"gathering_id": ("{uuid} REFERENCES gathering (id) ON DELETE RESTRICT", None),
              "happened_at": ("{bigint}", "0"), "is_live": ("{bool}", "{yes}"),
              "first_id": ("{uuid} REFERENCES visit (id) ON DELETE RESTRICT", None),
              "corrects_id": ("{uuid} REFERENCES visit (id) ON DELETE RESTRICT", None),
              "reviewed_at": ("{bigint}", None),
              "first_receipt": ("{bigint}", None), "met_receipt": ("{bigint}", None)},
    "step": {"is_live": ("{bool}", "{yes}")},
    "resident": {"lost_name": ("{bool}", "{no}")},
    "consent": {"visit_id": ("{uuid} REFERENCES visit (id) ON DELETE RESTRICT", None),
                "receipt": ("{bigint}", "0"), "is_live": ("{bool}", "{yes}")},
}
HAPPENED = "CASE WHEN visited_at < received_at THEN visited_at ELSE received_at END"
INDEXES = {  # added: the columns
    "visit_household_id_happened_at": "visit (household_id, happened_at)",
    "visit_versions": "visit (first_id) WHERE first_id IS NOT NULL",
    "visit_to_review": "visit (commune_id, village_id) WHERE is_live AND reviewed_at IS NULL"
                       " AND flag NOT IN ('', 'not_assigned')",
    "step_resident_id": "step (resident_id)",
    "consent_visit_id": "consent (visit_id)"}
FILED = ("commune_id, village_id, household_id, resident_id, procedure, code, channel, day, due_on,"
         " receipt")


def up(migrator, db):
    """Make every visit its own first version, live, and every dossier one with one filing."""
    is_sqlite = isinstance(db, SqliteDatabase)
    set_aside(db, "old_dossier")
    db.create_tables(tables(db))
    db.execute_sql("INSERT INTO dossier SELECT id, commune_id, status FROM old_dossier")
    live = TYPES[is_sqlite]["yes"]
    db.execute_sql(f"INSERT INTO filing (dossier_id, visit_id, is_live, {FILED})"
                   f" SELECT id, visit_id, {live}, {FILED} FROM old_dossier")
    db.execute_sql("DROP TABLE old_dossier")
    for table, columns in ADDED.items():
        for name, (kind, value) in columns.items():
            add(db, table, name, kind.format(**TYPES[is_sqlite]),
                value and value.format(**TYPES[is_sqlite]))
    db.execute_sql(f"UPDATE visit SET happened_at = {HAPPENED}")
    db.execute_sql("DROP INDEX visit_household_id_visited_at")
    for name, columns in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {columns}")
    if is_sqlite:
        rewrite(db, "visit", {f'"household_id" {TYPES[True]["uuid"]} NOT NULL':
                              f'"household_id" {TYPES[True]["uuid"]}'}, ONE_PLACE)
        return
    db.execute_sql("ALTER TABLE visit ALTER COLUMN household_id DROP NOT NULL")
    db.execute_sql(f"ALTER TABLE visit ADD CONSTRAINT visit_one_place {ONE_PLACE}")


def set_aside(db, name):
    """Rename the table of dossiers; on PostgreSQL its key keeps no name that the next one needs."""
    db.execute_sql(f"ALTER TABLE dossier RENAME TO {name}")
    if not isinstance(db, SqliteDatabase):
        db.execute_sql(f"ALTER INDEX dossier_pkey RENAME TO {name}_pkey")


def add(db, table, name, kind, value):
    """Add a column; one with a value gets it in every row, and no default."""
    if value is None:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
        return
    default = f" DEFAULT {value}"
    db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {name} {kind} NOT NULL{default}")
    if isinstance(db, SqliteDatabase):  # a row written before reads the default
        db.execute_sql(f"UPDATE {table} SET {name} = {value}")
        rewrite(db, table, {default: ""})
    else:
        db.execute_sql(f"ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT")


def rewrite(db, table, changes, check=""):
    """Change the text of a SQLite table whose rows satisfy it: https://sqlite.org/lang_altertable.html

    SQLite alters no constraint otherwise, and a new table would need foreign keys to be off.
    """
    [sql] = db.execute_sql("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    for old, new in changes.items():
        if old not in sql:
            raise RuntimeError(f"{table} has no {old}")
        sql = sql.replace(old, new)
    if check:
        sql = f"{sql.rstrip().removesuffix(')')}, {check})"
    [version] = db.execute_sql("PRAGMA schema_version").fetchone()
    db.execute_sql("PRAGMA writable_schema = ON")
    db.execute_sql("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, table))
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = OFF")


def down(migrator, db):
    """Go back as long as no visit was changed: the earlier program knows no versions."""
    for table in ("change", "gathering"):
        if db.execute_sql(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            raise RuntimeError(f"the table {table} has rows: restore a backup instead")
    is_sqlite = isinstance(db, SqliteDatabase)
    db.drop_tables(tables(db)[3:])
    set_aside(db, "new_dossier")
    db.create_tables([old_dossier(db)])
    db.execute_sql(f"INSERT INTO dossier (id, status, visit_id, {FILED})"
                   f" SELECT new_dossier.id, status, visit_id, {FILED.replace('commune_id', 'filing.commune_id')}"
                   " FROM filing"
                   " JOIN new_dossier ON new_dossier.id = dossier_id")
    db.execute_sql("DROP TABLE filing")
    db.execute_sql("DROP TABLE new_dossier")
    if is_sqlite:
        rewrite(db, "visit", {f", {ONE_PLACE}": "",
                              '"household_id" BLOB': '"household_id" BLOB NOT NULL'})
    else:
        db.execute_sql("ALTER TABLE visit DROP CONSTRAINT visit_one_place")
        db.execute_sql("ALTER TABLE visit ALTER COLUMN household_id SET NOT NULL")
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX {name}")
    for table, columns in ADDED.items():
        for name in columns:
            db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {name}")
    db.execute_sql("DROP TABLE gathering")
    db.execute_sql("CREATE INDEX visit_household_id_visited_at ON visit (household_id, visited_at)")


def old_dossier(db):
    """Return the model of a dossier with the facts of its filing."""
    columns = {key: field for key, field in tables(db)[2]._meta.fields.items()
               if key not in ("id", "dossier", "is_live")}

    class Dossier(Model):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(columns["commune"].rel_model, index=False, on_delete="RESTRICT")
        village = ForeignKeyField(columns["village"].rel_model, index=False, on_delete="RESTRICT")
        household = ForeignKeyField(columns["household"].rel_model, on_delete="RESTRICT")
        resident = ForeignKeyField(columns["resident"].rel_model, null=True, index=False,
                                   on_delete="RESTRICT")
        visit = ForeignKeyField(columns["visit"].rel_model, on_delete="RESTRICT")
        procedure = ForeignKeyField(columns["procedure"].rel_model, column_name="procedure",
                                    index=False, on_delete="RESTRICT")
        code = CharField(max_length=60, default="")
        channel = CharField(max_length=8)
        day = DateField()
        due_on = DateField(null=True)
        status = IntegerField(default=1)
        receipt = BigIntegerField()

        class Meta:
            database = db
            table_name = "dossier"
            indexes = ((("village", "day"), False),)

    return Dossier
