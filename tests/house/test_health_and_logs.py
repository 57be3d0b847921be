"""What a supervisor and a log reader see, and what nobody finds in a log."""

import json

from teamapp.config import ROOT


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
