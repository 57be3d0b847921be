"""Count and explain the queries of a request."""

import logging
from contextlib import contextmanager

from teamapp.db import proxy


@contextmanager
def counted(*verbs):
    """Yield a list that collects each SELECT peewee sends, and each statement of these verbs."""
    found, logger = [], logging.getLogger("peewee")

    class Counter(logging.Handler):
        """A log handler that collects statements."""

        def emit(self, record):
            statement = str(record.msg[0] if isinstance(record.msg, tuple) else record.msg)
            if statement.lstrip("(").upper().startswith(("SELECT", "WITH", *verbs)):
                found.append(statement)

    handler, level = Counter(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def ways(statements):
    """Return SQLite's query plans of these statements, one line per step."""
    return [row[-1] for statement in statements for row in proxy.execute_sql(
        f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?")).fetchall()]
