"""Books for the swarm, a fresh one for each test, and a table of what fired."""

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


def pytest_terminal_summary(terminalreporter):
    """Print of each run its seed, what fired and what was wrong."""
    for report in sum(terminalreporter.stats.values(), []):
        if getattr(report, "when", "") == "call":
            for _, story in filter(is_story, report.user_properties):
                terminalreporter.write_line(story)


def is_story(named):
    """Tell whether a property of a report is the story of a run."""
    return named[0] == "swarm"
