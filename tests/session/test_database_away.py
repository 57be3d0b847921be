"""A database that is locked or away: nobody is signed out, and everybody is told to come again."""

from contextlib import contextmanager

import pytest
from peewee import sqlite3

from teamapp.models import Session
from tests.databases import path_of
from tests.sync.phone import batch, body, entry

SOON = 50  # milliseconds that a test waits for a lock, not the ten seconds of the service


@pytest.fixture
def lan(sign_in, cast, later):
    """Return a browser whose holder was last seen two hours ago: that is to be noted."""
    browser = sign_in(cast.lan)
    later(hours=2)
    return browser


@pytest.fixture
def impatient(app, databases):
    """Let the app's only connection wait shortly; SQLite's readers wait for its writers here."""
    database = app.extensions["database"]
    if databases.name == "sqlite":
        database.execute_sql(f"PRAGMA busy_timeout={SOON}")
        database.execute_sql("PRAGMA journal_mode=truncate")
    else:
        database.execute_sql(f"SET lock_timeout = {SOON}")
    return database


@pytest.fixture
def held(app, databases, impatient):
    """Return a way to hold the sign-ins, as somebody else who writes or changes them does."""
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


def says_come_again(answer):
    """Tell whether an answer is a 503 that says when to ask again."""
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_nobody_waits_for_ever_on_postgresql_either(app, databases):
    if databases.name == "sqlite":
        pytest.skip("SQLite's queue has a test of its own")
    assert app.extensions["database"].execute_sql("SHOW lock_timeout").fetchone() == ("10s",)


def test_somebody_long_unseen_gets_pages_while_another_writes(lan, held):
    with held():
        assert lan.get("/arrival").status_code == 200
        assert lan.get("/households").status_code == 200


def test_when_they_were_seen_is_noted_later(lan, cast, held):
    before = Session.get(Session.user == cast.lan.id).seen_at
    with held():
        lan.get("/arrival")
    assert Session.get(Session.user == cast.lan.id).seen_at == before
    lan.get("/arrival")
    assert Session.get(Session.user == cast.lan.id).seen_at > before


@pytest.mark.parametrize("path", ["/", "/households", "/arrival", "/pack"])
def test_nobody_is_sent_to_sign_in_by_a_locked_database(lan, held, path):
    with held(also_from_readers=True):
        assert says_come_again(lan.get(path))
    assert lan.get(path, follow_redirects=True).status_code == 200


def test_a_piece_of_a_page_is_not_either(lan, held):
    with held(also_from_readers=True):
        assert says_come_again(lan.get("/households", headers={"HX-Request": "true"}))


@pytest.mark.parametrize("also_from_readers", [False, True])
def test_phones_keep_what_they_send_to_a_locked_database(
        lan, cast, held, databases, also_from_readers):
    said = batch(cast.lan, [entry(body(cast.bre))])
    if also_from_readers or databases.name == "sqlite":
        with held(also_from_readers):
            answer = lan.post("/sync", json=said)
        assert says_come_again(answer)
        assert answer.json["code"] == "service_unavailable"
    [result] = lan.post("/sync", json=said).json["results"]
    assert (result["status"], result["replayed"]) == ("accepted", False)


def test_what_is_not_there_is_said_without_the_database_too(lan, held):
    with held(also_from_readers=True):
        answer = lan.get("/nowhere")
    assert (answer.status_code, "Không có trang này" in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["/", "/arrival", "/sync"])
def test_a_connection_that_broke_signs_nobody_out(app, lan, cast, databases, path):
    if databases.name == "sqlite":
        pytest.skip("a file has no connection that breaks")
    import psycopg

    said = batch(cast.lan, [])
    own = app.extensions["database"].execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    with psycopg.connect(app.extensions["config"].database_url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
    first, second = (lan.post("/sync", json=said) if path == "/sync"
                     else lan.get(path, follow_redirects=True) for _ in range(2))
    assert says_come_again(first)
    assert second.status_code == 200


def test_a_sign_in_that_cannot_be_read_ends_on_the_page_of_an_error(app, sign_in, cast, databases):
    if databases.name == "postgresql":
        pytest.skip("PostgreSQL lets nobody write what cannot be read")
    lan = sign_in(cast.lan)
    app.extensions["database"].execute_sql("UPDATE session SET seen_at = 'no moment'")
    answer = lan.get("/households")
    assert answer.status_code == 500
    assert 'lang="vi"' in answer.text
