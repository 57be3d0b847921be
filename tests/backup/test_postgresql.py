"""PostgreSQL is backed up by the commands of docs/operations.md; `new-epoch` renews the epoch."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from teamapp.config import ROOT
from teamapp.counting.reconciliation import differences
from teamapp.models import Installation, Visit

from ..conftest import KEY, make_app
from ..sync.phone import body, entry, helped, send

TOLD = (ROOT / "docs/operations.md").read_text().partition("**PostgreSQL.**")[2]
COPY, BACK = re.findall(r"```sh\n(.*?)```", TOLD, re.S)[:2]
NEW = "tungnha_back"


@pytest.fixture
def lines(databases, app, var, tmp_path):
    """Return a function that runs commands of the document and returns their result."""
    if databases.name != "postgresql":
        pytest.skip("PostgreSQL's backup")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore", "createdb"):
        if not (found := databases.program(name)):
            pytest.skip(f"no {name} beside this server")
        (programs / name).symlink_to(found)
    if not shutil.which("age"):
        age, ours = programs / "age", Path(__file__).with_name("age.py")
        age.write_text(f'#!/bin/sh\nexec {sys.executable} {ours} "$@"\n')
        age.chmod(0o755)
    keys = app.test_cli_runner().invoke(args=["backup-key"]).output
    (tmp_path / "private-key.txt").write_text(keys)
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "BACKUP_KEY": re.search("age1[0-9a-z]+", keys)[0],
        "APP_ENV": "test", "SECRET_KEY": KEY, "VAR_DIR": str(var),
        "DATABASE_URL": app.extensions["config"].database_url}

    def run(said, own=(), **more):
        for old, new in (*own, ("/backup", str(tmp_path)),
                         ("venv/bin/flask", f"{sys.executable} -m flask"),
                         ("private-key.txt", str(tmp_path / "private-key.txt"))):
            assert old in COPY + BACK, old
            said = said.replace(old, new)
        return subprocess.run(["bash", "-c", said], cwd=ROOT, env=environment | more, text=True,
                              capture_output=True, check=False)

    return run


@pytest.fixture
def new_url(databases):
    """Return the URL of a database that does not exist yet."""
    databases.drop(url := databases.new())
    databases.left.add(url)
    return url


def own(file, url):
    """Return [(placeholder, value)] for the commands that restore."""
    told = re.search(rf"postgresql://\S+/{NEW}", BACK)[0]
    return [(told, f"'{url}'"), (NEW, urlsplit(url).path.strip("/")),
            (re.search(r"/backup/…\S+", BACK)[0], str(file))]


def test_the_backup_command_names_the_right_tool(databases, app, tmp_path):
    if databases.name != "postgresql":
        pytest.skip("PostgreSQL's backup")
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path)])
    assert (result.exit_code, "pg_dump" in result.output) == (1, True)


def test_the_documented_commands_restore_the_database_under_a_new_epoch(
        lines, cast, sign_in, new_url, var, tmp_path):
    said = body(cast.bre, helped(cast.resident("Thị Rin")))
    assert send(sign_in(cast.lan), cast.lan, entry(said)).json["results"][0]["status"] == "accepted"
    before, done = Installation.current_epoch(), lines(COPY)
    assert done.returncode == 0, done.stderr
    [file] = tmp_path.glob("*.age*")
    assert file.suffix == ".age" and file.read_bytes().startswith(b"age-encryption.org/v1")

    back = lines(BACK, own(file, new_url))
    assert back.returncode == 0, back.stderr
    other = make_app(new_url, var)
    with other.extensions["database"].connection_context():
        epoch = Installation.current_epoch()
        assert epoch != before
        assert Visit.select().count() == 1
        assert differences(cast.an_phu) == []

    assert lines(BACK, own(file, new_url)).returncode != 0, "never into an existing database"
    with other.extensions["database"].connection_context():
        assert (Installation.current_epoch(), Visit.select().count()) == (epoch, 1)
    other.extensions["database"].close_all()


def test_an_aborted_dump_leaves_no_backup(lines, new_url, tmp_path):
    assert lines(COPY, DATABASE_URL=new_url).returncode != 0
    assert not list(tmp_path.glob("*.age"))
