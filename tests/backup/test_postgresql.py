"""PostgreSQL is backed up by its own tools; only the epoch is ours to raise."""

import shutil
import subprocess

import pytest

from teamapp.models import Installation, Visit
from teamapp.models.recount import differences

from ..conftest import make_app
from ..sync.phone import body, entry, helped, send


@pytest.fixture
def tool(databases):
    """Return a function that gives the path of one of PostgreSQL's own programs."""
    if databases.name != "postgresql":
        pytest.skip("PostgreSQL's backup")

    def find(name):
        found = databases.program(name) or shutil.which(name)
        if not found:
            pytest.skip(f"no {name} beside this server")
        return found

    return find


def test_the_backup_command_names_the_right_tool(tool, app, tmp_path):
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path)])
    assert (result.exit_code, "pg_dump" in result.output) == (1, True)


def test_a_dump_comes_back_under_a_new_epoch(tool, cast, sign_in, app, databases, var, tmp_path):
    said = body(cast.bre, helped(cast.resident("Thị Rin")))
    assert send(sign_in(cast.lan), cast.lan, entry(said)).json["results"][0]["status"] == "kept"
    before, url = Installation.current_epoch(), databases.new()
    dump = tmp_path / "book.dump"
    subprocess.run([tool("pg_dump"), "--format=custom", f"--file={dump}",
                    app.extensions["config"].database_url], check=True)
    subprocess.run([tool("pg_restore"), "--no-owner", f"--dbname={url}", str(dump)], check=True)
    other = make_app(url, var)
    with other.extensions["database"].connection_context():
        assert Installation.current_epoch() == before
    assert other.test_cli_runner().invoke(args=["new-epoch"]).exit_code == 0
    with other.extensions["database"].connection_context():
        assert Installation.current_epoch() != before
        assert Visit.select().count() == 1
        assert differences(cast.an_phu) == []
    other.extensions["database"].close_all()
    databases.drop(url)
