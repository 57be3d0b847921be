"""In each round the phone or the server dies; each visit reported as saved is stored once.

`ROUNDS` is the number of rounds; `FAULTS_SEED` another seed.
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
OF_ONE_PHONE = 10  # rounds; a test has a time limit
LONGEST = 1.2  # seconds from the tap to the kill


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
    assert len(phone.outbox()) == len(written), "an entry needs attention"
    assert said, "death always came before the phone could save"


def survives(phone, server, house, draw, kills_server):
    """Record and send a visit while phone or server dies; return whether it was reported saved."""
    phone.go(f"/households/{house}")
    kill = server.kill if kills_server else lambda: strike(phone)
    death = threading.Timer(draw.uniform(0, LONGEST), kill)
    death.start()
    saved = False
    with nullcontext() if kills_server else suppress(Error):  # the errors a dead browser raises
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
    """Send the waiting entries; without any, the button is hidden."""
    phone.go("/outbox")
    phone.page.evaluate("document.querySelector('[data-do=send-now]').click()")


def strike(phone):
    """Kill every process of the phone (-9); another thread drives it."""
    for process in phone.processes():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
