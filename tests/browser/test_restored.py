"""A book that was restored from a backup gets back what it lost, also where nothing waits."""

import time
from datetime import timedelta

import pytest

from teamapp.models import Installation, Visit

from ..cast import PIN
from ..conftest import make_app
from .phone import WRITTEN
from .test_clock import PAGES_CLOCK, set_clock


@pytest.fixture
def yesterday(databases, book, server):
    """Return a function that puts the book of the test's beginning back, as an operator does."""
    url = databases.new(like=book.url)

    def restore():
        server.stop()
        database = make_app(url, book.var).extensions["database"]
        database.connect()
        Installation.renew_epoch()
        server.environment["DATABASE_URL"] = url
        server.start()
        assert Visit.select().count() == 0

    return restore


def test_a_phone_on_which_nothing_waits_brings_back_what_was_kept(lans_phone, book, yesterday):
    phone, lan = lans_phone, book.user("lan")
    phone.absent(book.house(1))
    phone.met(book.house(2))
    phone.send_now()
    phone.until_kept(2)
    yesterday()
    phone.page.reload()  # who reloads wants the newest
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 2, "not sent again")
    phone.until_kept(2)


def test_a_shared_phone_brings_back_what_the_person_before_had_sent(lans_phone, book, yesterday):
    phone, lan = lans_phone, book.user("lan")
    phone.absent(book.house(1))
    phone.send_now()
    phone.until_kept(1)
    phone.sign_out()
    phone.until(lambda: len(phone.envelopes("accepted")) == 1, "not sealed")
    yesterday()
    phone.sign_in("binh", PIN)
    phone.until(lambda: Visit.select().where(Visit.member == lan).count() == 1, "not sent again")


def test_a_shared_phone_brings_back_what_it_brought_for_the_person_before(
        lans_phone, line, book, yesterday):
    phone, hers = lans_phone, Visit.select().where(Visit.member == book.user("lan"))
    line.cut()
    phone.absent(book.house(1))
    phone.sign_out()
    phone.until(lambda: len(phone.envelopes("waiting")) == 1, "not sealed")
    line.mend()
    phone.sign_in("binh", PIN)
    phone.until(hers.exists, "not brought")
    phone.until(lambda: not phone.envelopes("waiting"), "not noted")
    yesterday()
    phone.sign_in("binh", PIN)
    phone.until(hers.exists, "not brought again")


def backs_off_by_a_wrong_clock(phone):
    """Tell whether the next try is noted for a day that is weeks away."""
    notes = phone.ask(WRITTEN, {"store": "state", "states": []})
    soon = (time.time() + timedelta(days=20).total_seconds()) * 1000
    return any(isinstance(note, dict) and note.get("until", 0) > soon for note in notes)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_clock_that_runs_far_ahead_takes_nothing_from_what_goes_again(
        lans_phone, line, book, yesterday, when):
    phone, lan = lans_phone, book.user("lan")
    phone.context.add_init_script(PAGES_CLOCK)
    phone.absent(book.house(1))
    phone.send_now()
    phone.until_kept(1)
    if when == "before":  # it was wrong for an hour without signal
        line.cut()
        phone.absent(book.house(2))
        set_clock(phone, days=40)
        phone.go("/outbox")
        phone.page.click('[data-do="send-now"]')
        phone.until(lambda: backs_off_by_a_wrong_clock(phone), "it was not tried")
        set_clock(phone, days=0)
        line.mend()
    yesterday()
    if when == "after":
        set_clock(phone, days=40)
    phone.page.reload()
    hers = Visit.select().where(Visit.member == lan, Visit.household == book.house(1))
    phone.until(hers.exists, "not sent again", seconds=30)
