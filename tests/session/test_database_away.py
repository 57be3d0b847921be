"""A locked or unreachable database signs nobody out and answers with 503 and Retry-After."""

from contextlib import contextmanager

import pytest
from peewee import sqlite3

from teamapp.models import Session
from tests.databases import path_of
from tests.sync.phone import batch, body, entry

SOON = 50  # milliseconds that a test waits for a lock, not the ten seconds of the service


@pytest.fixture
def lan(sign_in, cast, later):
    """Return a browser last seen two hours ago, whose next contact is recorded."""
    browser = sign_in(cast.lan)
    later(hours=2)
    return browser


@pytest.fixture
def impatient(app, databases):
    """Shorten the lock timeout; with SQLite here, readers wait for writers."""
    database = app.extensions["database"]
    if databases.name == "sqlite":
        database.execute_sql(f"PRAGMA busy_timeout={SOON}")
        database.execute_sql("PRAGMA journal_mode=truncate")
    else:
        database.execute_sql(f"SET lock_timeout = {SOON}")
    return database


@pytest.fixture
def held(app, databases, impatient):
    """Return a context manager that locks the sign-ins like another writer."""
    url = app.extensions["config"].database_url

    @contextmanager
    def hold(also_from_readers=False):
        if databases.name == "sqlite":
            other = sqlite3.connect(path_of(url), isolation_level=None)
            other.execute("BEGIN EXCLUSIVE" if also_from_readers else "BEGIN IMMEDIATE")
        else:
            import psycopg

            other = psycopg.connect(url)
            mode = "ACCESS EXCLUSIVE" if also_from_readers else "SHARE"
            other.execute(f"LOCK TABLE session IN {mode} MODE")
        try:
            yield
        finally:
            other.rollback()
            other.close()

    return hold


def is_retry_later(answer):
    """Return whether a response is a 503 with Retry-After."""
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_postgresql_limits_the_wait_for_a_lock(app, databases):
    if databases.name == "sqlite":
        pytest.skip("SQLite's queue has a test of its own")
    assert app.extensions["database"].execute_sql("SHOW lock_timeout").fetchone() == ("10s",)


def test_pages_open_while_another_process_writes(lan, held):
    with held():
        assert lan.get("/arrival").status_code == 200
        assert lan.get("/households").status_code == 200


def test_last_contact_is_recorded_once_the_lock_is_released(lan, cast, held):
    before = Session.get(Session.user == cast.lan.id).seen_at
    with held():
        lan.get("/arrival")
    assert Session.get(Session.user == cast.lan.id).seen_at == before
    lan.get("/arrival")
    assert Session.get(Session.user == cast.lan.id).seen_at > before


@pytest.mark.parametrize("path", ["/", "/households", "/arrival", "/pack"])
def test_locked_database_redirects_nobody_to_sign_in(lan, held, path):
    with held(also_from_readers=True):
        assert is_retry_later(lan.get(path))
    assert lan.get(path, follow_redirects=True).status_code == 200


def test_locked_database_answers_a_partial_with_503(lan, held):
    with held(also_from_readers=True):
        assert is_retry_later(lan.get("/households", headers={"HX-Request": "true"}))


@pytest.mark.parametrize("also_from_readers", [False, True])
def test_batch_is_accepted_once_the_database_is_unlocked(
        lan, cast, held, databases, also_from_readers):
    said = batch(cast.lan, [entry(body(cast.bre))])
    if also_from_readers or databases.name == "sqlite":
        with held(also_from_readers):
            answer = lan.post("/sync", json=said)
        assert is_retry_later(answer)
        assert answer.json["code"] == "service_unavailable"
    [result] = lan.post("/sync", json=said).json["results"]
    assert (result["status"], result["replayed"]) == ("accepted", False)


def test_missing_page_is_404_without_the_database(lan, held):
    with held(also_from_readers=True):
        answer = lan.get("/nowhere")
    assert (answer.status_code, "Không có trang này" in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["/", "/arrival", "/sync"])
def test_broken_connection_signs_nobody_out(app, lan, cast, databases, path):
    if databases.name == "sqlite":
        pytest.skip("a file has no connection that breaks")
    import psycopg

    said = batch(cast.lan, [])
    own = app.extensions["database"].execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    with psycopg.connect(app.extensions["config"].database_url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
    first, second = (lan.post("/sync", json=said) if path == "/sync"
                     else lan.get(path, follow_redirects=True) for _ in range(2))
    assert is_retry_later(first)
    assert second.status_code == 200


def test_unreadable_session_shows_the_error_page(app, sign_in, cast, databases):
    if databases.name == "postgresql":
        pytest.skip("PostgreSQL lets nobody write what cannot be read")
    lan = sign_in(cast.lan)
    app.extensions["database"].execute_sql("UPDATE session SET seen_at = 'no moment'")
    answer = lan.get("/households")
    assert answer.status_code == 500
    assert 'lang="vi"' in answer.text
