"""What a supervisor and a log reader see, and what nobody finds in a log."""

import json
import logging

import pytest

from teamapp.config import ROOT
from teamapp.logs import JsonLines
from tests.cast import PIN


@pytest.fixture
def lines(app):
    """Return the log lines of a test as they would be written."""
    kept = []

    class Keep(logging.Handler):
        def emit(self, record):
            kept.append(JsonLines().format(record))

    house, handler = logging.getLogger("teamapp"), Keep()
    level = house.level
    house.addHandler(handler)
    house.setLevel(logging.DEBUG)
    yield kept
    house.removeHandler(handler)
    house.setLevel(level)


def test_healthz_says_the_process_is_up(client):
    assert client.get("/healthz").json == {"status": "up"}


def test_readyz_says_the_schema_is_current(client):
    assert client.get("/readyz").json == {"status": "ready"}


def test_readyz_names_what_is_pending(app, client):
    app.extensions["database"].execute_sql("DELETE FROM schema_migration")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["pending"]) == (
        503, sorted(path.stem for path in (ROOT / "migrations").glob("0*.py")))


def test_readyz_tells_of_a_database_that_is_away(app, client):
    database = app.extensions["database"]
    database.close_all()
    database.init("/nowhere/at/all.db")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "database")


def test_each_request_has_one_line_with_its_id(client, lines):
    answer = client.get("/healthz")
    [line] = [json.loads(line) for line in lines]
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["rule"], line["status"]) == ("/healthz", 200)


def test_logs_hold_no_name_phone_search_or_secret(cast, sign_in, client, lines):
    lan = sign_in(cast.lan)
    lan.get("/households?q=Điểu+Bré")
    lan.get(f"/households/{cast.van.id}")
    client.post("/sign-in", data={"username": "lan", "secret": PIN})
    lan.post("/sync", json={"v": 1, "note": "Thị Rin 0900000123"})
    said = "\n".join(lines)
    assert lines
    for word in ("Bré", "Rin", "Lan", "0900000123", PIN, str(cast.van.id), "lan\""):
        assert word not in said
