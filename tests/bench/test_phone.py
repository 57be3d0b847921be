"""The phone of `make bench` counts accepted visits only."""

import pytest

from bench.phone import Phone, Rounds
from teamapp.models import Visit
from tests.browser.server import Server

from ..service.test_service import cookie


@pytest.fixture
def phone(app, cast, var, tmp_path):
    """Return Lan's phone on a running server."""
    server = Server(app.extensions["config"].database_url, var, tmp_path / "server.log").start()
    yield Phone(("127.0.0.1", server.port), cookie(app, cast.lan))
    server.kill()


def test_counts_accepted_visits(phone, cast):
    [batch] = Rounds("lan").batches(3, 3)
    taken = phone.sync(batch)
    assert (taken.accepted, taken.busy) == (3, 0)
    assert taken.seconds > 0


def test_corrects_and_voids_what_was_accepted(phone, cast):
    rounds = Rounds("lan")
    visit = rounds.entry()
    corrected = rounds.correction(visit)
    for entry in (visit, corrected, rounds.void(corrected)):
        assert phone.sync(rounds.packed([entry])).accepted == 1
    assert Visit.select().count() == 2 and not Visit.live().exists()


def test_a_rejected_visit_raises(phone, cast):
    rounds = Rounds("lan")
    strange = rounds.entry() | {"kind": "visits.unheard"}
    with pytest.raises(RuntimeError, match="1 of 2 not accepted"):
        phone.sync(rounds.packed([rounds.entry(), strange]))


def test_a_rejected_batch_raises(phone, cast):
    phone.headers = phone.headers | {"Cookie": ""}
    [batch] = Rounds("lan").batches(1, 1)
    with pytest.raises(RuntimeError, match="answered 401"):
        phone.sync(batch)
