"""Databases for the swarm, a fresh one for each test."""

import pytest

from ..conftest import make_app
from .register import Register, people


@pytest.fixture(scope="session")
def populated_register(databases, template_database, var):
    """Return the URL of a database with the people and houses of a swarm."""
    url = databases.new(like=template_database)
    database = make_app(url, var).extensions["database"]
    with database.connection_context():
        people()
    database.close_all()
    return url


@pytest.fixture
def register(databases, populated_register, var, tmp_path):
    """Return a connected database for one test."""
    register = Register(databases.new(like=populated_register), var, tmp_path)
    yield register
    register.database.close_all()
    databases.drop(register.url)
