"""Probes of a supervisor, and the content of the log."""

import json
import logging

from teamapp.config import ROOT
from teamapp.logs import redact_request


def test_healthz_reports_a_running_process(client):
    assert client.get("/healthz").json == {"status": "up"}


def test_readyz_reports_a_current_schema(client):
    assert client.get("/readyz").json == {"status": "ready"}


def test_readyz_names_pending_migrations(app, client):
    app.extensions["database"].execute_sql("DELETE FROM schema_migration")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["pending"]) == (
        503, sorted(path.stem for path in (ROOT / "migrations").glob("0*.py")))


def test_readyz_reports_an_unreachable_database(app, client):
    database = app.extensions["database"]
    database.close_all()
    database.init("/nowhere/at/all.db")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "database")


def test_logs_an_invented_method_as_other(client, lines):
    for path in ("/healthz", "/nowhere"):
        client.open(path, method="GIANGTHICHIM")
    assert [json.loads(line)["method"] for line in lines] == ["other", "other"]


def test_logs_one_line_with_an_id_for_each_request(client, lines):
    answer = client.get("/healthz")
    [line] = [json.loads(line) for line in lines]
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["rule"], line["status"]) == ("/healthz", 200)


def test_redacts_the_values_of_an_error_in_gunicorns_log(caplog):
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
