"""A real database for every test, made by the migrations, and a named cast to people it."""

import logging
import os
from copy import deepcopy
from datetime import timedelta

import pytest

from teamapp import clock, create_app
from teamapp.db import runner
from teamapp.logs import JsonLines
from teamapp.models import Session

from .cast import Cast
from .databases import Postgresql, Sqlite
from .faults.table import swarm_table

KEY = "a-key-for-tests-only-0123456789abcdef"


def pytest_addoption(parser):
    """Let the tests be run on either database."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite",
                     help="postgresql: that of TEST_DATABASE_URL, else one of our own")


def pytest_configure(config):
    """Start a PostgreSQL if there is none, one for all the processes that run tests."""
    if config.getoption("database") == "postgresql" and "TEST_DATABASE_URL" not in os.environ:
        own = Postgresql()
        config.add_cleanup(own.close)
        os.environ["TEST_DATABASE_URL"] = own.url


def pytest_collection_modifyitems(config, items):
    """On the other database run what touches one: the rest would only say the same again."""
    if config.getoption("database") == "postgresql":
        items[:] = [item for item in items if "databases" in item.fixturenames
                    and not item.get_closest_marker("once")]


def pytest_terminal_summary(terminalreporter):
    """Tell what the swarms came to: what was wrong, and how often each fault fired."""
    for line in swarm_table(terminalreporter.stats):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def databases(request):
    """Return what gives new databases of the kind these tests are run on."""
    made = (Sqlite() if request.config.getoption("database") == "sqlite"
            else Postgresql(os.environ["TEST_DATABASE_URL"]))
    yield made
    made.close()


@pytest.fixture(scope="session")
def var(tmp_path_factory):
    """Return the folder in which all apps of the tests share their compressed static files."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def template_database(databases, var):
    """Return the URL of a migrated database with the catalogues, to be copied."""
    url = databases.new()
    app = make_app(url, var)
    with app.extensions["database"].connection_context():
        runner(app.extensions["database"]).up()
    result = app.test_cli_runner().invoke(args=["catalog"])
    assert result.exit_code == 0, result.output
    app.extensions["database"].close_all()
    return url


def make_app(url, var, **more):
    """Return an app of its own on a database."""
    return create_app({"APP_ENV": "test", "VAR_DIR": str(var), "DATABASE_URL": url,
                       "SECRET_KEY": KEY, **more})


@pytest.fixture(scope="session")
def peopled_database(databases, template_database, var):
    """Return the URL of a database with the cast, and the cast."""
    url = databases.new(like=template_database)
    database = make_app(url, var).extensions["database"]
    with database.connection_context():
        cast = Cast()
    database.close_all()
    return url, cast


@pytest.fixture
def app(request, databases, template_database, var):
    """Return the app on a fresh copy of the migrated database, with the cast if it is asked for."""
    has_cast = "cast" in request.fixturenames
    url = databases.new(like=request.getfixturevalue("peopled_database")[0] if has_cast
                        else template_database)
    app = make_app(url, var)
    database = app.extensions["database"]
    database.connect()
    yield app
    database.close_all()
    databases.drop(url)


@pytest.fixture
def cast(app, peopled_database):
    """Return the named people of two communes, one of whom must see nothing of the other's."""
    return deepcopy(peopled_database[1])


@pytest.fixture
def client(app):
    """Return a browser without a session."""
    return app.test_client()


@pytest.fixture
def lines(app):
    """Return what is logged during a test, as it would be written: ours, and others' warnings."""
    kept = []

    class Keep(logging.Handler):
        def emit(self, record):
            kept.append(JsonLines().format(record))

    house, handler = logging.getLogger("teamapp"), Keep()
    level = house.level
    for logger in (house, logging.getLogger()):
        logger.addHandler(handler)
    house.setLevel(logging.DEBUG)
    yield kept
    for logger in (house, logging.getLogger()):
        logger.removeHandler(handler)
    house.setLevel(level)


@pytest.fixture
def later(monkeypatch):
    """Return a function that moves the clock on."""
    passed = timedelta()
    now = clock.now

    def move(**span):
        nonlocal passed
        passed += timedelta(**span)

    monkeypatch.setattr(clock, "now", lambda: now() + passed)
    return move


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
