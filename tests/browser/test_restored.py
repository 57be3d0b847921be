"""A database restored from a backup recovers lost entries from phones, even with empty outboxes."""

import time
from datetime import timedelta

import pytest

from teamapp.models import Installation, Visit

from ..cast import PIN
from ..conftest import make_app
from .phone import WRITTEN
from .test_clock import PAGES_CLOCK, set_clock


@pytest.fixture
def yesterday(databases, register, server):
    """Return a function that restores the database of the test's start, as an operator does."""
    url = databases.new(like=register.url)

    def restore():
        server.stop()
        database = make_app(url, register.var).extensions["database"]
        database.connect()
        Installation.renew_epoch()
        server.environment["DATABASE_URL"] = url
        server.start()
        assert Visit.select().count() == 0

    return restore


def test_phone_with_nothing_waiting_resends_accepted_entries(lans_phone, register, yesterday):
    phone, lan = lans_phone, register.user("lan")
    phone.absent(register.house(1))
    phone.met(register.house(2))
    phone.send_now()
    phone.until_accepted(2)
    yesterday()
    phone.page.reload()  # a reload fetches the newest page
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 2, "not sent again")
    phone.until_accepted(2)


def test_shared_phone_resends_entries_of_the_previous_person(lans_phone, register, yesterday):
    phone, lan = lans_phone, register.user("lan")
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    phone.sign_out()
    phone.until(lambda: len(phone.envelopes("accepted")) == 1, "not sealed")
    yesterday()
    phone.sign_in("binh", PIN)
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 1, "not sent again")


def test_shared_phone_resends_envelopes_of_the_previous_person(
        lans_phone, line, register, yesterday):
    phone, hers = lans_phone, Visit.select().where(Visit.member == register.user("lan"))
    line.cut()
    phone.absent(register.house(1))
    phone.sign_out()
    phone.until(lambda: len(phone.envelopes("waiting")) == 1, "not sealed")
    line.restore()
    phone.sign_in("binh", PIN)
    phone.until(hers.exists, "not brought")
    phone.until(lambda: not phone.envelopes("waiting"), "not noted")
    yesterday()
    phone.sign_in("binh", PIN)
    phone.until(hers.exists, "not brought again")


def backs_off_by_a_wrong_clock(phone):
    """Return whether the next attempt is scheduled weeks away."""
    notes = phone.ask(WRITTEN, {"store": "state", "states": []})
    soon = (time.time() + timedelta(days=20).total_seconds()) * 1000
    return any(isinstance(note, dict) and note.get("until", 0) > soon for note in notes)


@pytest.mark.parametrize("when", ["before", "after"])
def test_clock_far_ahead_does_not_lose_resent_entries(
        lans_phone, line, register, yesterday, when):
    phone, lan = lans_phone, register.user("lan")
    phone.context.add_init_script(PAGES_CLOCK)
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    if when == "before":  # the clock was wrong for an hour without signal
        line.cut()
        phone.absent(register.house(2))
        set_clock(phone, days=40)
        phone.go("/outbox")
        phone.page.click('[data-do="send-now"]')
        phone.until(lambda: backs_off_by_a_wrong_clock(phone), "it was not tried")
        set_clock(phone, days=0)
        line.restore()
    yesterday()
    if when == "after":
        set_clock(phone, days=40)
    phone.page.reload()
    hers = Visit.select().where(Visit.member == lan, Visit.household == register.house(1))
    phone.until(hers.exists, "not sent again", seconds=30)
