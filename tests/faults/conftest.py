"""Books for the swarm, a fresh one for each test."""

import pytest

from ..conftest import make_app
from . import book as books


@pytest.fixture(scope="session")
def peopled_book(databases, template_database, var):
    """Return the URL of a database with the people and houses of a swarm."""
    url = databases.new(like=template_database)
    database = make_app(url, var).extensions["database"]
    with database.connection_context():
        books.people()
    database.close_all()
    return url


@pytest.fixture
def book(databases, peopled_book, var, tmp_path):
    """Return a book of its own, opened."""
    book = books.Book(databases.new(like=peopled_book), var, tmp_path)
    yield book
    book.database.close_all()
    databases.drop(book.url)
