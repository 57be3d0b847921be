"""Books for the swarm, a fresh one for each test, and a table of what its runs came to."""

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
    """Print a table of the runs: what was wrong, and how often each fault fired."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports
               if getattr(report, "when", "") == "call"]
    runs = [value for report in reports for name, value in report.user_properties
            if name == "swarm"]
    for line in table(runs):
        terminalreporter.write_line(line)


def table(runs):
    """Yield the lines of a table, a column for each (name, figures) and a row for each figure."""
    if runs:
        yield "".join([f"{'swarm':20}", *(f"{name:>20}" for name, _ in runs)])
        for figure in runs[0][1]:
            yield "".join([f"{figure:20}", *(f"{figures[figure]:>20}" for _, figures in runs)])
