"""Fixtures: a migrated database for every test, and a named cast."""

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
    """Add the option for the database."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite",
                     help="postgresql: that of TEST_DATABASE_URL, else one of our own")


def pytest_configure(config):
    """Start a PostgreSQL server for all test processes, unless one is configured."""
    if config.getoption("database") == "postgresql" and "TEST_DATABASE_URL" not in os.environ:
        own = Postgresql()
        config.add_cleanup(own.close)
        os.environ["TEST_DATABASE_URL"] = own.url


def pytest_collection_modifyitems(config, items):
    """Select on PostgreSQL only the tests that depend on the database."""
    if config.getoption("database") == "postgresql":
        items[:] = [item for item in items if "databases" in item.fixturenames
                    and not item.get_closest_marker("once")]


def pytest_terminal_summary(terminalreporter):
    """Print the results of the swarms: failures, and how often each fault occurred."""
    for line in swarm_table(terminalreporter.stats):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def databases(request):
    """Return a factory of databases of the selected kind."""
    made = (Sqlite() if request.config.getoption("database") == "sqlite"
            else Postgresql(os.environ["TEST_DATABASE_URL"]))
    yield made
    made.close()


@pytest.fixture(scope="session")
def var(tmp_path_factory):
    """Return the folder of compressed static files that all apps of the tests share."""
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
    """Return a new app on a database."""
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
    """Return the app on a copy of the migrated database, with the cast if the test uses it."""
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
    """Return the cast of two communes without access to each other."""
    return deepcopy(peopled_database[1])


@pytest.fixture
def client(app):
    """Return a browser without a session."""
    return app.test_client()


@pytest.fixture
def lines(app):
    """Return the formatted log lines of a test: of the program, and warnings of libraries."""
    written = []

    class Collector(logging.Handler):
        def emit(self, record):
            written.append(JsonLines().format(record))

    own, handler = logging.getLogger("teamapp"), Collector()
    level = own.level
    for logger in (own, logging.getLogger()):
        logger.addHandler(handler)
    own.setLevel(logging.DEBUG)
    yield written
    for logger in (own, logging.getLogger()):
        logger.removeHandler(handler)
    own.setLevel(level)


@pytest.fixture
def later(monkeypatch):
    """Return a function that advances the clock."""
    passed = timedelta()
    now = clock.now

    def move(**span):
        nonlocal passed
        passed += timedelta(**span)

    monkeypatch.setattr(clock, "now", lambda: now() + passed)
    return move


@pytest.fixture
def sign_in(app, cast):
    """Return a function that returns a client signed in as one of the cast."""

    def enter(user):
        browser = app.test_client()
        token = Session.begin(user)
        with browser.session_transaction() as cookie:
            cookie.update(token=token, _user_id=str(user.id), _fresh=True)
        return browser

    return enter
