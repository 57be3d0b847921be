"""A phone whose clock is wrong, set back or in another zone: visits keep their day and are sent."""

from datetime import datetime, timedelta

import pytest

from teamapp import clock
from teamapp.models import Receipt, Visit

from ..cast import PIN

PAGES_CLOCK = """
  const real = Date.now;
  Date.now = () => {
    try { return real() + Number(localStorage.off ?? 0); } catch { return real(); }
  };
"""
# Init scripts do not reach the worker: an attached session sets its clock and keeps it alive.
WORKERS_CLOCK = """(off) => {
  globalThis.real ??= Date.now;
  Date.now = () => real() + off;
}"""
# As the browser reports a page from its back-forward cache, which it may or may not use.
CAME_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
UNLOCKED = "document.dispatchEvent(new Event('visibilitychange'))"  # the screen, in the morning


def set_clock(phone, **off):
    """Offset the phone's clock, for its pages and its worker."""
    off = round(timedelta(**off).total_seconds() * 1000)
    phone.page.evaluate("(off) => { localStorage.off = off; }", off)
    for worker in phone.context.service_workers:
        worker.evaluate(WORKERS_CLOCK, off)


def is_about(moment, expected):
    """Return whether a moment is the expected one within the tolerance for a slow machine."""
    return abs(moment - expected) < timedelta(minutes=3)


def shown(phone):
    """Return the time in the open form."""
    return datetime.fromisoformat(phone.page.input_value("#met [name=visited_at]"))


@pytest.fixture
def take_lans_phone(take_phone, register):
    """Return a function that gives Lan's phone, ready, with an adjustable clock."""

    def take(**more):
        phone = take_phone(init_script=PAGES_CLOCK, **more)
        return phone.sign_in("lan", PIN).until_ready(register.user("lan"))

    return take


def test_wrong_clock_set_back_neither_loses_nor_delays_a_visit(
        take_lans_phone, line, register):
    phone = take_lans_phone(zone="America/Los_Angeles")
    page = phone.page
    here = datetime.now(clock.ZONE).replace(tzinfo=None)
    phone.open_sheet(register.house(1), "record")
    assert is_about(shown(phone), here), "the form shows the clock of another zone"
    assert "America" in page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")

    set_clock(phone, hours=3)
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)
    page.wait_for_selector("text=Đồng hồ máy lệch 180 phút", state="visible")

    line.cut()
    set_clock(phone, days=1)
    phone.absent(register.house(2))
    page.evaluate("dispatchEvent(new Event('online'))")  # the attempt fails and the timer backs off
    page.wait_for_selector("html[data-net=offline]", state="attached")
    set_clock(phone, hours=0)
    phone.go("/outbox")
    assert not page.is_visible("[data-saved]"), "it would be said for a day"
    line.restore()
    phone.go("/outbox")
    phone.until_accepted(2, seconds=30)
    page.wait_for_selector("html:not([data-clock])", state="attached")

    first, second = Visit.select().order_by(Visit.visited_at)
    now = clock.now()
    assert is_about(first.visited_at, now + timedelta(hours=3))
    assert is_about(second.visited_at, now + timedelta(days=1))
    assert [visit.day for visit in (first, second)] == [clock.today()] * 2
    assert {receipt.flag for receipt in Receipt.select()} == {"dated_ahead"}


def test_page_left_open_over_midnight_shows_the_new_day(take_lans_phone, register):
    phone = take_lans_phone()
    page = phone.page
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    phone.other(register.house(3), "later", return_on=tomorrow)
    phone.send_now()
    phone.until_accepted(1)
    promised = f'section[data-from="{tomorrow}"]'
    lan = register.user("lan")
    phone.until(lambda: f'data-from="{tomorrow}"' in phone.pages_of(lan)["pages"]["/"],
                "the promise is not in the day's page")
    phone.go("/")
    assert page.is_hidden(promised)
    kept = phone.context.new_page()
    phone.go("/", kept)
    kept.evaluate("window.isStillHere = true")
    phone.open_sheet(register.house(2), "record")

    set_clock(phone, days=1)
    page.evaluate(UNLOCKED)
    page.wait_for_function(
        "(day) => document.querySelector('#met [name=visited_at]').value.startsWith(day)",
        arg=tomorrow)
    page.click("section:target .back")
    page.click("#absent button")
    phone.until_saved()
    [entry] = phone.unsent()
    assert f"visited_at={tomorrow}T" in entry["body"]
    assert entry["recorded_at"].startswith(tomorrow)

    kept.evaluate(CAME_BACK)
    kept.wait_for_selector(promised, state="visible")
    assert "Hẹn hôm nay" in kept.inner_text(promised)
    assert kept.evaluate("window.isStillHere"), "it was drawn again"


def test_clock_ahead_at_the_last_pack_does_not_keep_pages_longer(take_lans_phone, register):
    phone, lan = take_lans_phone(), register.user("lan")
    set_clock(phone, days=40)
    phone.page.reload()
    house = f"/households/{register.house(1)}"
    packed = "Number(document.documentElement.dataset.packed ?? 0)"
    phone.until(lambda: phone.go("/") and phone.page.evaluate(f"{packed} > Date.now() - 36e5"),
                "the pack was not asked for again")
    phone.context.set_offline(True)
    set_clock(phone, days=1)
    phone.go("/")
    phone.page.wait_for_selector("html[data-packed]", state="attached")
    set_clock(phone, days=15)
    phone.go("/outbox")
    phone.until(lambda: house not in phone.pages_of(lan)["pages"], "the pages are still there")
