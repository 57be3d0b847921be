"""The SQL statements of a page, counted and timed."""

import time
from statistics import median

from peewee import Database


def statements(dataset, username, path):
    """Return the (sql, parameters) a GET of this person makes, in their order."""
    cookie, found = dataset.cookie(username), []
    execute = Database.execute_sql

    def noted(database, sql, params=None, *rest, **more):
        found.append((sql, params or ()))
        return execute(database, sql, params, *rest, **more)

    with dataset.open() as app:
        client = app.test_client(use_cookies=False)
        answer = client.get(path, headers={"Cookie": cookie})  # the first request fills the caches
        Database.execute_sql = noted
        try:
            answer = client.get(path, headers={"Cookie": cookie})
        finally:
            Database.execute_sql = execute
    if answer.status_code != 200:
        raise RuntimeError(f"GET {path} answered {answer.status_code}")
    return [(sql, params) for sql, params in found
            if not sql.startswith(("BEGIN", "PRAGMA", "SET"))]


def seconds_of(dataset, sqls, times=200):
    """Return the median seconds these statements take together, fetched to the last row."""
    with dataset.open() as app:
        cursor = app.extensions["database"].connection().cursor()
        return median(replay(cursor, sqls) for _ in range(times))


def replay(cursor, sqls):
    """Return the seconds one replay of the statements takes."""
    started = time.perf_counter()
    for sql, params in sqls:
        cursor.execute(sql, params).fetchall()
    return time.perf_counter() - started
