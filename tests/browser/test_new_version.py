"""A new version arrives while a person is writing."""

from functools import partial

import pytest

from teamapp.models import Receipt, Visit

from .server import Server, copy_of_the_program
from .test_storage import Disk


@pytest.fixture
def own_copy(tmp_path):
    """Return a copy of the program that a test may change."""
    return copy_of_the_program(tmp_path / "program")


@pytest.fixture
def server(register, own_copy, tmp_path):
    """Return the running server of the copy."""
    server = Server(register.url, register.var, tmp_path / "server.log", own_copy)
    yield server.start()
    server.kill()


def release(server, own_copy, number=1):
    """Put a new version into service, with a changed style and a changed text.

    Its files are written after the old program ends, because that one would use them.
    """
    server.stop()
    style = own_copy / "teamapp/static/css/app.css"
    style.write_text(f"{style.read_text()}\n:root {{ --next-version: {number}; }}\n")
    page = own_copy / "teamapp/templates/visits/outbox.html"
    page.write_text(page.read_text().replace("<h1", f"<h1 data-next-version={number}", 1))
    server.start()


def shells(phone):
    """Return the names of the shells on the phone, one per version."""
    return phone.ask(
        "async () => (await caches.keys()).filter((name) => name.startsWith('shell-'))")


FILES = """async () => Promise.all((await caches.keys()).filter((name) => name.startsWith("shell-"))
  .map(async (name) => (await (await caches.open(name)).keys()).length))"""


def has_shells(phone, count):
    """Return whether the phone has `count` versions, each with all its files."""
    files = phone.ask(FILES)
    return len(files) == count and len(set(files)) == 1


def style_of(page):
    """Return the version number of a page's style; "" for the first."""
    return page.evaluate("getComputedStyle(document.documentElement)"
                         ".getPropertyValue('--next-version')").strip()


def test_new_version_keeps_a_half_filled_form(
        lans_phone, server, own_copy, register):
    phone = lans_phone
    page = phone.page
    phone.absent(register.house(3))
    before = shells(phone)
    phone.open_sheet(register.house(1), "record")
    phone.help()
    phone.unfold("Ghi chú")
    page.fill("#met [name=note]", "Đang ghi dở")
    page.evaluate("window.isStillHere = true")

    release(server, own_copy)
    second = phone.context.new_page()
    phone.go("/", second)  # the browser checks for a new worker
    page.bring_to_front()
    page.wait_for_selector("html[data-update]", state="attached")
    assert page.evaluate("window.isStillHere"), "the page was reloaded under the hands"
    assert page.input_value("#met [name=note]") == "Đang ghi dở"
    assert len(shells(phone)) == len(before) + 1

    page.click("section:target .back")  # only the form stays undisturbed
    page.wait_for_selector("text=Có bản mới", state="visible")
    with page.expect_navigation():
        page.click('[data-do="update"]:visible')
    page.click('.action a[href="#record"]')
    page.wait_for_selector("#met [data-draft]:not([hidden])")
    page.click('#met [data-do="draft-open"]')
    page.wait_for_function(
        "() => document.querySelector('#met [name=note]')?.value === 'Đang ghi dở'")
    phone.save()
    phone.send_now()
    phone.until_accepted(2)
    assert {visit.note for visit in Visit.select()} == {"", "Đang ghi dở"}

    lan = register.user("lan")
    phone.until(lambda: "data-next-version" in phone.pages_of(lan)["pages"]["/outbox"],
                "the pages of the new version do not come")
    phone.go("/outbox")
    assert style_of(page) == "1", "the new page has the old style"


def test_old_pages_keep_their_style_without_network(
        lans_phone, server, own_copy, line, register):
    phone = lans_phone
    release(server, own_copy)
    phone.go("/")
    phone.page.wait_for_selector("html[data-update]", state="attached")
    line.cut()
    phone.go(f"/households/{register.house(1)}")
    assert phone.page.evaluate("document.styleSheets[0].cssRules.length") > 50
    phone.absent(register.house(1))
    assert len(phone.unsent()) == 1


def test_two_releases_lose_no_entries_waiting_in_two_tabs(
        lans_phone, server, own_copy, line, register):
    phone = lans_phone
    writing, other = phone.page, phone.context.new_page()
    line.cut()
    phone.absent(register.house(1))
    phone.absent(register.house(2), other)
    phone.open_sheet(register.house(3), "record")
    phone.help()
    phone.unfold("Ghi chú")
    writing.fill("#met [name=note]", "Đang ghi dở")
    writing.evaluate("window.isStillHere = true")
    phone.page = third = phone.context.new_page()
    phone.open_sheet(register.house(4), "record")  # stays open under the first version
    phone.help()
    third.evaluate("window.isStillHere = true")

    for number, versions in ((1, 2), (2, 3)):
        release(server, own_copy, number)
        if number == 1:
            line.restore()
        phone.go("/", other)  # the browser checks for a new worker
        phone.until(partial(has_shells, phone, versions), "the version does not come")
        other.wait_for_selector("html[data-update]", state="attached")

    with other.expect_navigation():
        other.click('[data-do="update"]:visible')
    assert writing.evaluate("window.isStillHere") and third.evaluate("window.isStillHere")
    phone.save()  # an old page under the new worker
    phone.page = writing
    phone.until(lambda: "data-next-version=2" in phone.pages_of(
        register.user("lan"))["pages"]["/outbox"], "the pages of the last version do not come")

    def shows_the_last():
        phone.go("/outbox", other)
        drawn = other.get_attribute("h1", "data-next-version")
        assert style_of(other) == drawn, "a page with another version's style"
        return drawn == "2"

    phone.until(shows_the_last, "the last version is not shown")
    assert writing.input_value("#met [name=note]") == "Đang ghi dở"

    phone.go(f"/households/{register.house(3)}")
    assert style_of(writing) in ("", "2")  # not drawn again: it has its own style, or the latest
    writing.click('.action a[href="#record"]')
    writing.wait_for_selector("#met [data-draft]:not([hidden])")
    writing.click('#met [data-do="draft-open"]')
    writing.wait_for_function(
        "() => document.querySelector('#met [name=note]')?.value === 'Đang ghi dở'")
    phone.save()
    phone.send_now()
    phone.until_accepted(4)
    assert Visit.select().count() == Receipt.select().count() == 4
    assert {visit.note for visit in Visit.select()} == {"", "Đang ghi dở"}


def test_old_version_stays_in_use_when_the_new_one_finds_no_space(
        lans_phone, server, own_copy, register):
    phone = lans_phone
    disk = Disk(phone)
    phone.go("/")
    disk.leave(60_000)
    release(server, own_copy)
    phone.page.reload()
    assert phone.page.evaluate(FAILS_TO_INSTALL), "there was room for the version"
    phone.go(f"/households/{register.house(1)}")

    def saves():
        disk.leave(60_000)  # for a visit, but not for a version, which needs space too
        phone.page.click("#absent button")
        phone.page.wait_for_selector(
            ":is([data-saved], [data-save-failed]):not([hidden])")
        return phone.page.is_visible("[data-saved]")

    phone.until(saves, "the visit finds no room on the phone")
    phone.go("/outbox")

    def arrives():
        disk.leave(60_000)  # on each page the version takes the space again for its next attempt
        phone.page.evaluate("document.querySelector('[data-do=send-now]').click()")
        return len(phone.outbox("accepted")) == 1

    phone.until(arrives, "the visit finds no room")
    assert phone.page.locator("html[data-update]").count() == 0

    disk.clear()
    phone.go("/")
    phone.page.wait_for_selector("html[data-update]", state="attached")
    with phone.page.expect_navigation():
        phone.page.click('[data-do="update"]:visible')
    phone.absent(register.house(2))
    phone.send_now()
    phone.until_accepted(2)
    assert Visit.select().count() == 2


def test_phone_that_missed_two_releases_takes_the_latest(
        lans_phone, server, own_copy, register):
    phone = lans_phone
    phone.close()
    release(server, own_copy, 1)
    release(server, own_copy, 2)
    phone.start().go("/")
    phone.page.wait_for_selector("html[data-update]", state="attached")
    with phone.page.expect_navigation():
        phone.page.click('[data-do="update"]:visible')
    phone.until(lambda: "data-next-version=2" in phone.pages_of(
        register.user("lan"))["pages"]["/outbox"], "the last version does not come")
    phone.absent(register.house(1))
    phone.send_now()
    phone.until_accepted(1)


FAILS_TO_INSTALL = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.update();
  const fresh = registration.installing ?? registration.waiting;
  if (!fresh) return true;
  return new Promise((resolve) => {
    const tell = () => fresh.state === "installing" || resolve(fresh.state === "redundant");
    fresh.addEventListener("statechange", tell);
    tell();
  });
}"""


ANOTHER_STORE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("tungnha", 99);
  asked.onupgradeneeded = () => asked.result.createObjectStore("later");
  asked.onsuccess = () => resolve(asked.result.close());
  asked.onerror = () => reject(asked.error);
})"""


def test_saves_with_a_store_added_by_a_newer_version(lans_phone, register):
    phone = lans_phone
    phone.page.evaluate(ANOTHER_STORE)
    phone.absent(register.house(1))
    phone.send_now()
    phone.until(lambda: Visit.select().count() == 1, "nothing came")
