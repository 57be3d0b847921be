"""A dataset to measure on: one commune, a village of 300 households and one of 1,500."""

import os
import random
import shutil
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from math import prod
from pathlib import Path
from uuid import UUID

from teamapp import create_app
from teamapp.config import ROOT
from teamapp.db import runner
from teamapp.models import (
    Commune,
    Household,
    Membership,
    Province,
    Resident,
    Session,
    Speaks,
    User,
    Village,
)
from teamapp.models.secret import hash_secret
from tests.databases import Postgresql, Sqlite

PIN, PASSWORD = "258036", "mot-mat-khau-dai"
KEY = "a-key-for-measuring-only-0123456789abcdef"
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
VILLAGES = {"V300": 300, "V1500": 1500}
PEOPLE = (2, 3, 3, 4, 4, 4, 5)  # of a household
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Điểu", "Thị", "Vũ", "Đặng", "Bùi", "Lý", "Y")
MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh", "Đức", "Kim")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Hà", "Hòa", "Hạnh", "Lan", "Lợi", "Mai", "Nga", "Phúc",
         "Quý", "Rin", "Sơn", "Tâm", "Thảo", "Tư", "Út", "Vân", "Bré", "Lơi", "Xuân", "Yến")
MARKS = ("", "cổng xanh", "cạnh nhà văn hóa", "đầu dốc", "sau chùa", "gần giếng", "quán nước")


class Dataset:
    """A database with people in it, and the settings of a server on it."""

    def __init__(self, name, kind="sqlite", like=None):
        self.folder, self.kind = scratch(name), kind
        self.databases = server_of(kind)
        self.url = self.databases.new(like and like.url)

    @property
    def settings(self):
        """Return the settings of a server on this dataset."""
        return {"APP_ENV": "development", "DATABASE_URL": self.url, "SECRET_KEY": KEY,
                "VAR_DIR": str(shared() / "var")}

    @property
    def environment(self):
        """Return the whole environment of a server on this dataset."""
        keep = {name: value for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        return {**keep, **self.settings, "PYTHONPATH": str(ROOT)}

    @contextmanager
    def open(self):
        """Open the database in this process and give the app."""
        app = create_app(self.settings)
        database = app.extensions["database"]
        database.connect()
        try:
            yield app
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)" if self.kind == "sqlite"
                                 else "ANALYZE")  # as PostgreSQL itself does within a minute
        finally:
            database.close_all()

    def size(self):
        """Return the bytes of the database, everything in the journal written into it."""
        asked = ("PRAGMA page_count", "PRAGMA page_size") if self.kind == "sqlite" else (
            "SELECT pg_database_size(current_database())",)
        with self.open() as app:
            return prod(app.extensions["database"].execute_sql(sql).fetchone()[0] for sql in asked)

    def cookie(self, username):
        """Return the Cookie header of a browser in which this person signed in just now."""
        with self.open() as app:
            user = User.get(User.username == username)
            signer = app.session_interface.get_signing_serializer(app)
            value = signer.dumps({"token": Session.begin(user), "_user_id": str(user.id),
                                  "_fresh": True, "_permanent": True})
        return f"session={value}"


_made = {}


def shared():
    """Return the folder everything of this run lies in."""
    if "folder" not in _made:
        _made["folder"] = Path(tempfile.mkdtemp(prefix="tung-nha-bench-"))
    return _made["folder"]


def scratch(name):
    """Return a new empty folder of this run."""
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared()))


def server_of(kind):
    """Return the source of databases of a kind; every write to them waits for the disk."""
    if kind not in _made:
        _made[kind] = (Sqlite(scratch("databases")) if kind == "sqlite" else
                       Postgresql(os.environ.get("TEST_DATABASE_URL"), is_hasty=False))
    return _made[kind]


def clear():
    """Stop and delete everything this run has started and written."""
    for kind in KINDS:
        if kind in _made:
            _made.pop(kind).close()
    if "folder" in _made:
        shutil.rmtree(_made["folder"], ignore_errors=True)
    _made.clear()


def plain_dataset(name, kind="sqlite"):
    """Return a dataset of its own with the commune's people and no visit yet."""
    if ("plain", kind) not in _made:
        dataset = Dataset("plain", kind)
        with dataset.open() as app:
            runner(app.extensions["database"]).up()
            app.test_cli_runner().invoke(args=["catalog"], catch_exceptions=False)
            found()
        _made["plain", kind] = dataset
    return Dataset(name, kind, _made["plain", kind])


def found():
    """Write the commune, its villages, its team and its people."""
    draw = random.Random(7)
    province = Province.create(code="99", name="Tỉnh giả định")
    commune = Commune.create(province=province, code="99001", name="xã An Phú")
    secrets = {secret: hash_secret(secret) for secret in (PIN, PASSWORD)}
    chair = User.create(username="chair", role="chair", name="Hoàng Sơn", commune=commune,
                        secret_hash=secrets[PASSWORD])
    for position, (code, size) in enumerate(VILLAGES.items()):
        village = Village.create(
            commune=commune, code=code, unit_type="ap", name=f"Cầu Ván {position + 1}",
            position=position, declared_14plus=size * 3)
        for number in range(8):
            user = User.create(
                username=f"{code.lower()}.{number}", role="member" if number else "leader",
                name=person(draw), commune=commune, village=village, secret_hash=secrets[PIN])
            Speaks.create(user=user, language="vie")
            Membership.create(user=user, village=village, since_on=date(2026, 1, 1))
        with commune.write() as tx:
            settle(tx, village, size, draw)
    return chair


def settle(tx, village, size, draw):
    """Put so many households with their people on a village's list."""
    households, people = [], []
    for number in range(1, size + 1):
        names = [person(draw) for _ in range(draw.choice(PEOPLE))]
        cluster = number * 12 // (size + 1) + 1
        household = {"id": new_id(draw), "village": village.id, "number": number,
                 "cluster": f"Cụm {cluster}", "cluster_position": cluster, "head": names[0],
                 "landmark": draw.choice(MARKS), "language": None,
                 "phone": f"09{draw.randrange(10**8):08}" if draw.random() < 0.7 else "",
                 "poverty": draw.choice(("", "", "", "", "poor", "near_poor"))}
        households.append(household)
        people += [{"id": new_id(draw), "household": household["id"], "village": village.id,
                    "name": name, "birth_year": draw.randint(1940, 2022),
                    "sex": draw.choice("mf"), "position": place}
                   for place, name in enumerate(names)]
    Household.enlist(tx, households)
    Resident.enlist(tx, people)


def person(draw):
    """Return an invented name."""
    return " ".join((draw.choice(FAMILY), draw.choice(MIDDLE), draw.choice(GIVEN)))


def new_id(draw):
    """Return a UUID as a phone makes it, the same in every run."""
    return UUID(int=draw.getrandbits(128), version=4)


if __name__ == "__main__":
    sys.exit("run: python -m bench")
