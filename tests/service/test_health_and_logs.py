"""What a supervisor and a log reader see, and what nobody finds in a log."""

import json
import logging

from teamapp.config import ROOT
from teamapp.logs import redact_request


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


def test_an_invented_method_is_no_way_into_the_log(client, lines):
    for path in ("/healthz", "/nowhere"):
        client.open(path, method="GIANGTHICHIM")
    assert [json.loads(line)["method"] for line in lines] == ["other", "other"]


def test_each_request_has_one_line_with_its_id(client, lines):
    answer = client.get("/healthz")
    [line] = [json.loads(line) for line in lines]
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["rule"], line["status"]) == ("/healthz", 200)


def test_an_error_of_gunicorn_tells_its_type_and_place_and_nobodys_words(caplog):
    logger = logging.getLogger("a gunicorn of the tests")
    logger.addFilter(redact_request)
    try:
        raise ValueError("Thị Rin")
    except ValueError:
        logger.exception("Error handling request %s %s", "GET", "/households?q=Rin")
    logger.warning("Worker (pid:%s) was sent %s!", 7, "SIGKILL")
    first, second = caplog.text.splitlines()
    assert "Rin" not in first and "households" not in first
    assert "ValueError" in first and "test_health_and_logs.py:" in first
    assert "Worker (pid:7) was sent SIGKILL!" in second
