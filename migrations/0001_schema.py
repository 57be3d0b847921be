"""The schema: places, people, visits and their counts, rounds, receipts."""

from uuid import uuid4

from peewee import *  # noqa: F403

TABLES = (
    "topic", "account_kind", "province", "commune", "unit_type", "village", "user", "round",
    "language", "household", "assignment", "visit", "companion", "resident", "consent", "counter",
    "coverage", "device", "procedure", "dossier", "rejected_entry", "installation", "distinct_mark",
    "membership", "processing_failure", "obstacle", "receipt", "round_village", "session", "speaks",
    "account_status", "village_stay", "step", "tally", "target", "throttle", "undeliverable_envelope",
)


def up(migrator, db):
    """Make every table."""
    compact = isinstance(db, SqliteDatabase)

    class Topic(Model):
        code = CharField(primary_key=True, max_length=4)
        name = CharField(max_length=80)
        name_en = CharField(max_length=80)
        group = CharField(max_length=12)
        position = IntegerField()

        class Meta:
            database = db
            table_name = 'topic'
    db.create_tables([Topic])

    class AccountKind(Model):
        code = CharField(primary_key=True, max_length=12)
        name = CharField(max_length=80)
        short_name = CharField(max_length=40)
        name_en = CharField(max_length=80)
        short_name_en = CharField(max_length=40, default='')
        topic = ForeignKeyField(Topic, null=True, column_name='topic', on_delete='RESTRICT')
        counted_when = TextField()
        check = TextField(column_name='how_to_check')
        position = IntegerField()
        active = BooleanField(default=True)
        needs_age = IntegerField(default=0)

        class Meta:
            database = db
            table_name = 'account_kind'
    db.create_tables([AccountKind])

    class Province(Model):
        code = CharField(primary_key=True, max_length=2)
        name = CharField(max_length=80)

        class Meta:
            database = db
            table_name = 'province'
    db.create_tables([Province])

    class Commune(Model):
        province = ForeignKeyField(Province, on_delete='RESTRICT')
        code = CharField(unique=True, max_length=5)
        name = CharField(max_length=80)

        class Meta:
            database = db
            table_name = 'commune'
    db.create_tables([Commune])

    class UnitType(Model):
        code = CharField(primary_key=True, max_length=12)
        label = CharField(max_length=20)
        prefix = CharField(max_length=20)
        whole = CharField(max_length=30)
        name_en = CharField(max_length=40)
        whole_en = CharField(max_length=40, default='')
        legal_group = CharField(max_length=20)
        position = IntegerField()

        class Meta:
            database = db
            table_name = 'unit_type'
    db.create_tables([UnitType])

    class Village(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT')
        code = CharField(max_length=12)
        unit_type = ForeignKeyField(UnitType, column_name='unit_type', on_delete='RESTRICT')
        name = CharField(max_length=80)
        position = IntegerField()
        signal = CharField(max_length=8, default='fair')
        declared_14plus = IntegerField(null=True)
        list_complete = BooleanField(default=False)

        class Meta:
            database = db
            table_name = 'village'
            indexes = ((('commune', 'code'), True),)
    db.create_tables([Village])

    class User(Model):
        commune = ForeignKeyField(Commune, null=True, on_delete='RESTRICT')
        village = ForeignKeyField(Village, null=True, on_delete='RESTRICT')
        role = CharField(max_length=10)
        username = CharField(unique=True, max_length=60)
        secret_hash = CharField(max_length=120)
        name = CharField(max_length=80)
        phone = CharField(max_length=15, default='')
        active = BooleanField(default=True)
        closed_on = DateField(null=True)
        language = CharField(max_length=2, default='vi')

        class Meta:
            database = db
            table_name = 'user'
            indexes = ((('commune', 'village'), False),)
    db.create_tables([User])

    class Round(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT')
        name = CharField(max_length=80)
        starts_on = DateField()
        ends_on = DateField()
        created_by = ForeignKeyField(User, on_delete='RESTRICT')
        published_at = BigIntegerField(null=True)
        published_by = ForeignKeyField(User, null=True, on_delete='RESTRICT')
        cursor = BigIntegerField()

        class Meta:
            database = db
            table_name = 'round'
            indexes = ((('commune', 'cursor'), False),)
    db.create_tables([Round])

    class Language(Model):
        code = CharField(primary_key=True, max_length=4)
        name = CharField(max_length=40)
        name_en = CharField(max_length=40)
        position = IntegerField()

        class Meta:
            database = db
            table_name = 'language'
    db.create_tables([Language])

    class Household(Model):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete='RESTRICT')
        village = ForeignKeyField(Village, on_delete='RESTRICT', index=False)
        number = IntegerField()
        cluster = CharField(max_length=40, default='')
        cluster_position = IntegerField(default=0)
        landmark = CharField(max_length=80, default='')
        head = CharField(max_length=80)
        phone = CharField(max_length=15, default='')
        language = ForeignKeyField(Language, null=True, column_name='language', on_delete='RESTRICT', index=False)
        poverty = CharField(max_length=10, default='')
        elderly_alone = BooleanField(default=False)
        no_smartphone = BooleanField(default=False)
        search_key = TextField()
        revision = IntegerField(default=1)
        cursor = BigIntegerField()

        class Meta:
            database = db
            table_name = 'household'
            indexes = (
                (('village', 'number'), True), (('village', 'cursor'), False),
                (('village', 'cluster_position', 'number'), False))
    db.create_tables([Household])

    class Assignment(Model):
        round = ForeignKeyField(Round, on_delete='CASCADE')
        household = ForeignKeyField(Household, on_delete='RESTRICT')
        village = ForeignKeyField(Village, on_delete='RESTRICT')
        member = ForeignKeyField(User, null=True, on_delete='RESTRICT')
        position = IntegerField(default=0)

        class Meta:
            database = db
            table_name = 'assignment'
            indexes = ((('round', 'household'), True), (('member', 'round'), False))
    db.create_tables([Assignment])

    class Visit(Model):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village = ForeignKeyField(Village, on_delete='RESTRICT', index=False)
        household = ForeignKeyField(Household, on_delete='RESTRICT', index=False)
        member = ForeignKeyField(User, on_delete='RESTRICT', index=False)
        outcome = CharField(max_length=10)
        reason = CharField(max_length=120, default='')
        visited_at = BigIntegerField()
        day = DateField()
        recorded_at = BigIntegerField()
        received_at = BigIntegerField()
        receipt = BigIntegerField()
        return_on = DateField(null=True)
        return_part = CharField(max_length=10, default='')
        note = TextField(default='')
        flag = CharField(max_length=80, default='')

        class Meta:
            database = db
            table_name = 'visit'
            indexes = ((('household', 'visited_at'), False), (('village', 'day'), False), (('commune', 'receipt'), True))
    db.create_tables([Visit])

    class Companion(Model):
        visit = ForeignKeyField(Visit, on_delete='CASCADE', index=False)
        user = ForeignKeyField(User, on_delete='RESTRICT', index=False)

        class Meta:
            database = db
            table_name = 'companion'
            primary_key = CompositeKey('visit', 'user')
    db.create_tables([Companion])

    class Resident(Model):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        household = ForeignKeyField(Household, on_delete='RESTRICT')
        name = CharField(max_length=80)
        birth_year = IntegerField(null=True)
        sex = FixedCharField(max_length=1, default='')
        phone = CharField(max_length=15, default='')
        position = IntegerField(default=0)
        search_key = TextField()
        sort_key = TextField()
        revision = IntegerField(default=1)

        class Meta:
            database = db
            table_name = 'resident'
    db.create_tables([Resident])

    class Consent(Model):
        resident = ForeignKeyField(Resident, on_delete='CASCADE', index=False)
        purpose = CharField(max_length=10)
        given = BooleanField()
        asked_at = BigIntegerField()
        asked_by = ForeignKeyField(User, on_delete='RESTRICT', index=False)

        class Meta:
            database = db
            table_name = 'consent'
            indexes = ((('resident', 'purpose'), False),)
    db.create_tables([Consent])

    class Counter(Model):
        commune = ForeignKeyField(Commune, primary_key=True, on_delete='RESTRICT')
        cursor = BigIntegerField(default=0)
        receipt = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = 'counter'
    db.create_tables([Counter])

    class Coverage(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village_id = IntegerField()
        kind = CharField(max_length=12)
        state = CharField(max_length=8)
        cohort = IntegerField()
        count = IntegerField()

        class Meta:
            database = db
            table_name = 'coverage'
            without_rowid = compact
            primary_key = CompositeKey('commune', 'kind', 'state', 'village_id', 'cohort')
    db.create_tables([Coverage])

    class Device(Model):
        id = BinaryUUIDField()
        user = ForeignKeyField(User, on_delete='CASCADE')
        commune = ForeignKeyField(Commune, on_delete='CASCADE', index=False)
        village = ForeignKeyField(Village, null=True, on_delete='CASCADE')
        left_count = IntegerField(default=0)
        left_oldest_at = BigIntegerField(null=True)
        seen_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'device'
            primary_key = CompositeKey('id', 'user')
            indexes = ((('commune', 'village'), False),)
    db.create_tables([Device])

    class Procedure(Model):
        code = CharField(primary_key=True, max_length=10)
        name = TextField()
        name_en = TextField()
        sector = CharField(max_length=60)
        online_level = CharField(max_length=16)
        days = IntegerField(null=True)
        fee = TextField()
        papers = TextField()
        agency = TextField()
        verified = CharField(max_length=8)
        words = TextField()
        search_key = TextField()
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = 'procedure'
    db.create_tables([Procedure])

    class Dossier(Model):
        id = BinaryUUIDField(primary_key=True)
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village = ForeignKeyField(Village, on_delete='RESTRICT', index=False)
        household = ForeignKeyField(Household, on_delete='RESTRICT')
        resident = ForeignKeyField(Resident, null=True, on_delete='RESTRICT', index=False)
        visit = ForeignKeyField(Visit, on_delete='RESTRICT')
        procedure = ForeignKeyField(Procedure, column_name='procedure', on_delete='RESTRICT', index=False)
        code = CharField(max_length=60, default='')
        channel = CharField(max_length=8)
        day = DateField()
        due_on = DateField(null=True)
        status = IntegerField(default=1)
        receipt = BigIntegerField()

        class Meta:
            database = db
            table_name = 'dossier'
            indexes = ((('village', 'day'), False),)
    db.create_tables([Dossier])

    class RejectedEntry(Model):
        entry = BinaryUUIDField(index=True)
        user = ForeignKeyField(User, on_delete='RESTRICT')
        commune = ForeignKeyField(Commune, on_delete='RESTRICT')
        village = ForeignKeyField(Village, null=True, on_delete='RESTRICT')
        kind = CharField(max_length=30)
        form = IntegerField()
        hash = BlobField()
        body = TextField()
        code = CharField(max_length=20)
        reason = TextField()
        received_at = BigIntegerField()
        settled_at = BigIntegerField(null=True)
        language = CharField(max_length=2, default='')

        class Meta:
            database = db
            table_name = 'rejected_entry'
            indexes = ((('entry', 'hash'), True),)
    db.create_tables([RejectedEntry])

    class Installation(Model):
        epoch = CharField(max_length=36)

        class Meta:
            database = db
            table_name = 'installation'
    db.create_tables([Installation])

    class DistinctMark(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        period = CharField(max_length=12)
        indicator = CharField(max_length=12)
        entity = BlobField()
        village_id = IntegerField()

        class Meta:
            database = db
            table_name = 'distinct_mark'
            without_rowid = compact
            primary_key = CompositeKey('period', 'indicator', 'entity')
    db.create_tables([DistinctMark])

    class Membership(Model):
        user = ForeignKeyField(User, on_delete='RESTRICT')
        village = ForeignKeyField(Village, on_delete='RESTRICT')
        since_on = DateField()
        until_on = DateField(null=True)

        class Meta:
            database = db
            table_name = 'membership'
    db.create_tables([Membership])

    class ProcessingFailure(Model):
        entry = BinaryUUIDField(primary_key=True)
        times = IntegerField()
        last_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'processing_failure'
    db.create_tables([ProcessingFailure])

    class Obstacle(Model):
        code = CharField(primary_key=True, max_length=4)
        name = CharField(max_length=120)
        short_name = CharField(max_length=30)
        name_en = CharField(max_length=120)
        short_name_en = CharField(max_length=30, default='')
        category = CharField(max_length=16)
        position = IntegerField()
        commonest_for = TextField(default='')

        class Meta:
            database = db
            table_name = 'obstacle'
    db.create_tables([Obstacle])

    class Receipt(Model):
        id = BinaryUUIDField(primary_key=True)
        user = ForeignKeyField(User, on_delete='RESTRICT', index=False)
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        device = BinaryUUIDField(null=True)
        kind = CharField(max_length=30)
        hash = BlobField()
        status = CharField(max_length=8)
        number = BigIntegerField(null=True)
        replaces = BinaryUUIDField(index=True, null=True)
        flag = CharField(null=True, max_length=80)
        received_at = BigIntegerField()
        cursor = BigIntegerField()
        submitted_by = ForeignKeyField(User, null=True, on_delete='RESTRICT', index=False)

        class Meta:
            database = db
            table_name = 'receipt'
            indexes = ((('user', 'cursor'), False),)
    db.create_tables([Receipt])

    class RoundVillage(Model):
        round = ForeignKeyField(Round, on_delete='CASCADE')
        village = ForeignKeyField(Village, on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'round_village'
            primary_key = CompositeKey('round', 'village')
    db.create_tables([RoundVillage])

    class Session(Model):
        id = FixedCharField(primary_key=True, max_length=64)
        user = ForeignKeyField(User, on_delete='CASCADE')
        created_at = BigIntegerField()
        seen_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)
        lost_at = BigIntegerField(null=True)
        device = BinaryUUIDField(null=True)

        class Meta:
            database = db
            table_name = 'session'
    db.create_tables([Session])

    class Speaks(Model):
        user = ForeignKeyField(User, on_delete='CASCADE')
        language = ForeignKeyField(Language, column_name='language', on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'speaks'
            primary_key = CompositeKey('user', 'language')
    db.create_tables([Speaks])

    class AccountStatus(Model):
        resident = ForeignKeyField(Resident, on_delete='CASCADE', index=False)
        kind = ForeignKeyField(AccountKind, column_name='kind', on_delete='RESTRICT', index=False)
        state = CharField(max_length=8)

        class Meta:
            database = db
            table_name = 'account_status'
            without_rowid = compact
            primary_key = CompositeKey('resident', 'kind')
    db.create_tables([AccountStatus])

    class VillageStay(Model):
        household = ForeignKeyField(Household, on_delete='CASCADE')
        village = ForeignKeyField(Village, on_delete='RESTRICT', index=False)
        since_cursor = BigIntegerField()
        until_cursor = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = 'village_stay'
            indexes = ((('village', 'until_cursor'), False),)
    db.create_tables([VillageStay])

    class Step(Model):
        visit = ForeignKeyField(Visit, on_delete='RESTRICT')
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village = ForeignKeyField(Village, on_delete='RESTRICT', index=False)
        resident = ForeignKeyField(Resident, null=True, on_delete='RESTRICT', index=False)
        kind = ForeignKeyField(AccountKind, column_name='kind', on_delete='RESTRICT', index=False)
        state = CharField(max_length=8)
        obstacle = ForeignKeyField(Obstacle, null=True, column_name='obstacle', on_delete='RESTRICT', index=False)
        mode = CharField(max_length=8, default='')
        day = DateField()
        receipt = BigIntegerField()
        counted = BooleanField(default=False)

        class Meta:
            database = db
            table_name = 'step'
            indexes = ((('village', 'kind', 'day'), False),)
    db.create_tables([Step])
    db.execute_sql(
        'CREATE UNIQUE INDEX step_counted_once ON step (resident_id, kind) WHERE counted')

    class Tally(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village_id = IntegerField()
        period = CharField(max_length=12)
        indicator = CharField(max_length=40)
        count = IntegerField()

        class Meta:
            database = db
            table_name = 'tally'
            without_rowid = compact
            primary_key = CompositeKey('commune', 'period', 'indicator', 'village_id')
    db.create_tables([Tally])

    class Target(Model):
        commune = ForeignKeyField(Commune, on_delete='RESTRICT', index=False)
        village = ForeignKeyField(Village, on_delete='CASCADE')
        indicator = CharField(max_length=12)
        since_on = DateField()
        amount = IntegerField()
        set_by = ForeignKeyField(User, null=True, on_delete='SET NULL')
        set_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'target'
            indexes = ((('village', 'indicator', 'since_on'), False),)
    db.create_tables([Target])

    class Throttle(Model):
        key = FixedCharField(primary_key=True, max_length=64)
        failures = IntegerField(default=0)
        last_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'throttle'
    db.create_tables([Throttle])

    class UndeliverableEnvelope(Model):
        hash = BlobField(unique=True)
        kid = CharField(max_length=16)
        sealed = TextField()
        why = CharField(max_length=12)
        brought_by = ForeignKeyField(User, on_delete='RESTRICT', index=False)
        device = BinaryUUIDField()
        received_at = BigIntegerField()

        class Meta:
            database = db
            table_name = 'undeliverable_envelope'
    db.create_tables([UndeliverableEnvelope])
    Installation.create(id=1, epoch=str(uuid4()))


def down(migrator, db):
    """Drop every table, the youngest first."""
    for table in reversed(TABLES):
        db.execute_sql(f'DROP TABLE "{table}"')
