"""A real database for every test, made by the migrations, and a named cast to people it."""

import shutil

import pytest

from teamapp import create_app
from teamapp.db import runner
from teamapp.models import Session

from .cast import Cast


@pytest.fixture(scope="session")
def template_database(tmp_path_factory):
    """Return the path of a migrated SQLite file with the catalogues, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    app = make_app(folder, folder)
    database = app.extensions["database"]
    with database.connection_context():
        runner(database).up()
    result = app.test_cli_runner().invoke(args=["catalog"])
    assert result.exit_code == 0, result.output
    with database.connection_context():
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close_all()
    return folder / "test.db"


def make_app(folder, var):
    """Return an app of its own on a SQLite file in the folder; static copies are shared in var."""
    return create_app({"APP_ENV": "test", "VAR_DIR": str(var),
                       "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
                       "SECRET_KEY": "a-key-for-tests-only-0123456789abcdef"})


@pytest.fixture
def app(template_database, tmp_path):
    """Return the app on a fresh copy of the migrated database."""
    shutil.copy(template_database, tmp_path / "test.db")
    app = make_app(tmp_path, template_database.parent)
    database = app.extensions["database"]
    database.connect()
    yield app
    database.close_all()


@pytest.fixture
def cast(app):
    """Return the named people of two communes, one of whom must see nothing of the other's."""
    return Cast()


@pytest.fixture
def client(app):
    """Return a browser without a session."""
    return app.test_client()


@pytest.fixture
def sign_in(app, cast):
    """Return a function that gives a client signed in as one of the cast."""

    def enter(user):
        browser = app.test_client()
        token = Session.begin(user)
        with browser.session_transaction() as cookie:
            cookie.update(token=token, _user_id=str(user.id), _fresh=True)
        return browser

    return enter
