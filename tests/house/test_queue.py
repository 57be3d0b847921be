"""SQLite's writers queue: nobody starves, and nobody waits for ever."""

import fcntl
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from peewee import OperationalError

from teamapp.config import ROOT
from teamapp.db import transaction
from teamapp.models import Session
from tests.cast import PIN
from tests.databases import path_of
from tests.session.conftest import token_in
from tests.sync.phone import batch, body, entry

WRITE = """
import random, sys, threading, time
from teamapp.sqlite import Queue

def write(queue, until, counts):
    turns = 0
    while time.monotonic() < until:
        with queue.acquire():
            time.sleep(0.003)
        turns += 1
    counts.append(turns)

queue, until, counts = Queue(sys.argv[1]), time.monotonic() + 3, []
threads = [threading.Thread(target=write, args=(queue, until, counts)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*counts)
"""


@pytest.fixture(autouse=True)
def only_sqlite(databases):
    """PostgreSQL needs no queue."""
    if databases.name != "sqlite":
        pytest.skip("SQLite's queue")


@pytest.fixture
def held(app):
    """Return a way to stand at the head of the queue, as a process that hangs would."""
    database = app.extensions["database"]
    database.queue.patience = 0.2  # seconds

    @contextmanager
    def hold():
        with open(f"{path_of(app.extensions['config'].database_url)}.queue", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    return hold


def test_nobody_starves_among_threads_of_several_processes(tmp_path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, tmp_path / "book.db"], cwd=ROOT,
                                stdout=subprocess.PIPE, text=True) for _ in range(3)]
    turns = [int(count) for writer in writers for count in writer.communicate()[0].split()]
    assert len(turns) == 12
    assert min(turns) > sum(turns) / len(turns) / 4, turns


def test_nobody_waits_for_ever(held):
    began = time.monotonic()
    with held(), pytest.raises(OperationalError, match="locked"), transaction():
        pytest.fail("a turn though another has it")
    assert time.monotonic() - began < 5
    with transaction():
        pass


def test_phones_are_told_to_come_again(sign_in, cast, held):
    lan, said = sign_in(cast.lan), batch(cast.lan, [entry(body(cast.bre))])
    with held():
        answer = lan.post("/sync", json=said)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    [result] = lan.post("/sync", json=said).json["results"]
    assert (result["status"], result["replayed"]) == ("accepted", False)


@pytest.mark.parametrize(("path", "said"), [("/sign-out", {}), ("/language", {"language": "en"})])
def test_whoever_writes_anything_queues(sign_in, cast, held, path, said):
    lan = sign_in(cast.lan)
    with held():
        assert lan.post(path, data=said).status_code == 503
    assert lan.post(path, data=said).status_code == 303


def test_who_signs_in_queues_too(client, cast, held):
    with held(), pytest.raises(OperationalError):
        Session.begin(cast.lan)
    token = token_in(client.get("/sign-in"))
    said = {"csrf_token": token, "username": "lan", "secret": PIN}
    with held():
        assert client.post("/sign-in", data=said).status_code == 503
    assert client.post("/sign-in", data=said).status_code == 303


def test_a_note_is_not_waited_for(sign_in, cast, held, later, app):
    app.extensions["database"].queue.patience = 10
    lan = sign_in(cast.lan)
    later(hours=2)
    began = time.monotonic()
    with held():
        assert lan.get("/arrival").status_code == 200
    assert time.monotonic() - began < 5
