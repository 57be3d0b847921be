"""One connection for a whole test, and a transaction around each example that is rolled back."""

from contextlib import contextmanager

import pytest

from tests.standing.conftest import busy, draft, token  # noqa: F401


@pytest.fixture
def undone(app):
    """Return what holds one example: nothing of it is left in the database afterwards."""
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
