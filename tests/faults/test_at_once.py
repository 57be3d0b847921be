"""Eight connections send the same entries at the same time."""

import json
import threading
from collections import Counter
from urllib.request import Request, urlopen

import pytest

from ..sync.phone import batch
from .audit import Audit
from .plan import Plan

CONNECTIONS = 8


@pytest.fixture
def server(register):
    """Return the running server."""
    server = register.server()
    yield server.start()
    server.kill()


@pytest.fixture
def plan(register):
    """Return the plan of one phone with two dozen entries."""
    return Plan(register, 1, entries=24, phones=1, chaos=False)


def test_same_batch_on_eight_connections_is_accepted_once(server, plan):
    [stint] = plan.phones[0]["stints"]
    results = at_once(server, plan, [stint["entries"]] * CONNECTIONS)
    assert audit(plan, results) == []


def test_overlapping_batches_on_eight_connections_are_accepted_once(server, plan):
    [stint] = plan.phones[0]["stints"]
    pieces = [stint["entries"][2 * place:2 * place + 10] for place in range(CONNECTIONS)]
    results = at_once(server, plan, pieces)
    waiting = [row for row in results if row["status"] == "deferred"]
    assert {row["code"] for row in waiting} <= {"waits_for"}, "its predecessor is in another batch"
    assert audit(plan, results + at_once(server, plan, [stint["entries"]])) == []


def at_once(server, plan, pieces):
    """Post each piece on a connection of its own, all together; return all results."""
    cookie = plan.phones[0]["stints"][0]["signIns"][0]["cookie"]
    said = [json.dumps(batch(plan.people[0], entries)).encode() for entries in pieces]
    results, start = [], threading.Barrier(len(said))

    def post(body):
        asked = Request(f"http://127.0.0.1:{server.port}/sync", body, {
            "Content-Type": "application/json", "Cookie": cookie})
        start.wait()
        with urlopen(asked, timeout=30) as answer:
            results.extend(json.load(answer)["results"])

    threads = [threading.Thread(target=post, args=[body]) for body in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == sum(map(len, pieces)), "somebody got no answer"
    return results


def audit(plan, results):
    """Return the findings in the database, compared with the phone's answers."""
    accepted = [row for row in results if row["status"] == "accepted"]
    first = Counter(row["id"] for row in accepted if not row["replayed"])
    assert first == Counter(plan.meant.keys()), "not exactly one answer per entry is the first"
    outbox = [{"id": row["id"], "state": "accepted", "receipt": row["receipt"]} for row in accepted]
    phone = {"saved": list(plan.meant), "taken": [], "outbox": outbox, "sealed": [], "readable": []}
    return Audit(plan, [phone]).run()
