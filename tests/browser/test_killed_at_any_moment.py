"""Round after round the phone or the server dies: what was called saved is there once.

`ROUNDS` says how often; `FAULTS_SEED` throws other dice.
"""

import os
import random
import signal
import threading
from collections import Counter
from contextlib import nullcontext, suppress

import pytest
from playwright.sync_api import Error

from teamapp.models import Receipt, Visit

ROUNDS = int(os.environ.get("ROUNDS", "6"))
SEED = os.environ.get("FAULTS_SEED", "20261122")
OF_ONE_PHONE = 10  # rounds; a journey may not take for ever
LONGEST = 1.2  # seconds from the tap to death


@pytest.mark.parametrize("first", range(0, ROUNDS, OF_ONE_PHONE))
def test_each_visit_reported_as_saved_is_stored_once(first, lans_phone, server, register):
    phone, draw = lans_phone, random.Random(f"{SEED} {first}")
    phone.close()  # a phone that was signed in days ago has its cookie on the disk
    phone.start()
    rounds = range(1, min(OF_ONE_PHONE, ROUNDS - first) + 1)
    said = {number for number in rounds
            if survives(phone, server, register.house(number), draw, kills_server=number % 2)}

    send(phone)
    phone.until(lambda: not phone.unsent(), "something never left the phone")
    visits = Counter(visit.household_id for visit in Visit.select())
    assert {register.house(number) for number in said} <= visits.keys(), "called saved, and lost"
    assert visits.keys() <= {register.house(number) for number in rounds}
    assert set(visits.values()) <= {1}, "counted twice"
    written = {entry["id"] for entry in phone.outbox("accepted")}
    records = {entry["record"] for entry in phone.outbox("accepted")}
    assert records == {str(visit.id) for visit in Visit.select()}
    assert written == {str(receipt.id) for receipt in Receipt.select()}
    assert len(phone.outbox()) == len(written), "something is to be mended"
    assert said, "death always came before the phone could save"


def survives(phone, server, house, draw, kills_server):
    """Record a visit and send it while phone or server dies; tell whether it was called saved."""
    phone.go(f"/households/{house}")
    kill = server.kill if kills_server else lambda: strike(phone)
    death = threading.Timer(draw.uniform(0, LONGEST), kill)
    death.start()
    saved = False
    with nullcontext() if kills_server else suppress(Error):  # what a dead browser answers with
        phone.page.click("#absent button")
        phone.until_saved()
        saved = True
        send(phone)
    death.join()
    if kills_server:
        server.start()
    else:
        phone.end()
        phone.start().go("/")
    return saved


def send(phone):
    """Send what still waits; the button cannot be seen when nothing does."""
    phone.go("/outbox")
    phone.page.evaluate("document.querySelector('[data-do=send-now]').click()")


def strike(phone):
    """Kill every process of the phone (-9); it is another thread that drives it."""
    for process in phone.processes():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
