"""The board needs a constant number of queries."""

import pytest

from teamapp.db import proxy
from tests.recording.test_visits import form, keep
from tests.tallies.test_board import _wednesday, at, worked  # noqa: F401


@pytest.fixture
def queries(monkeypatch):
    """Return the list of the executed statements."""
    said, execute = [], proxy.obj.execute_sql

    def listen(sql, *rest, **more):
        said.append(sql)
        return execute(sql, *rest, **more)

    monkeypatch.setattr(proxy.obj, "execute_sql", listen)
    return said


@pytest.mark.parametrize(("url", "most"), [
    ("/tallies", 11), ("/tallies?period=month", 11),
    ("/tallies?period=days&first=2026-10-20&last=2026-12-10", 12),
    ("/tallies/0/visits", 16), ("/targets", 4), ("/rounds", 5)])
def test_pages_need_few_queries(browser_of, worked, queries, url, most):  # noqa: F811
    chair = browser_of(worked.son)
    queries.clear()
    chair.get(url)
    assert len(queries) <= most, queries


def test_query_count_is_constant_in_visits(browser_of, worked, queries):  # noqa: F811
    chair, costs = browser_of(worked.son), []
    for _ in range(2):
        queries.clear()
        for url in ("/tallies", "/tallies/0/visits?period=month", f"/tallies/{worked.cau_van.id}"):
            chair.get(url)
        costs.append(len(queries))
        keep(worked.lan, *[form(worked.bre, at=at(18, 1)) for _ in range(100)])
    assert costs[0] == costs[1]
