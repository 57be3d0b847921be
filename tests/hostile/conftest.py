"""A connection for the whole test, and a transaction per example that is rolled back."""

from contextlib import contextmanager

import pytest

from tests.standing.conftest import busy, draft, token  # noqa: F401


@pytest.fixture
def undone(app):
    """Return a context manager that rolls back the effects of one example."""
    app.teardown_request_funcs.clear()  # the connection stays open between the requests
    database = app.extensions["database"]

    @contextmanager
    def example():
        with database.atomic() as transaction:
            try:
                yield
            finally:
                transaction.rollback()

    return example
