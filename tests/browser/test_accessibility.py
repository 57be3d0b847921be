"""Everybody can use it: axe finds nothing on any screen, and large letters fit a narrow one."""

from contextlib import contextmanager

import pytest

from teamapp.models import Round

from ..cast import PASSWORD
from . import chrome
from .looking import Looker

BANNERS = [  # what <html> says of the phone, as the scripts say it; all that may stand together
    {"net": "offline", "age": "old", "clock": "9", "waiting": "", "update": "", "fresh": ""},
    {"net": "expired", "age": "stale", "attention": ""},
    {"net": "stopped", "waiting": "", "attention": ""},
    {"net": "ok", "install": ""},
]


@contextmanager
def nothing_wrong(page, at_least):
    """Give somebody who looks at screens, and fail with all that was wrong with them."""
    looker = Looker(page)
    yield looker
    assert not looker.wrong, "\n".join(looker.wrong)
    assert looker.looked >= at_least * 5


@pytest.fixture
def office(playwright, line):
    """Return a function that signs somebody in on a computer of their own, without a worker."""
    browser = playwright.chromium.launch(executable_path=chrome.find(), args=chrome.ARGUMENTS)

    def enter(username=None, secret=PASSWORD):
        page = browser.new_page(base_url=line.url, locale="vi-VN", service_workers="block",
                                timezone_id="Asia/Ho_Chi_Minh")
        page.goto("/sign-in")
        if username:
            page.fill("[name=username]", username)
            page.fill("[name=secret]", secret)
            page.press("[name=secret]", "Enter")
            page.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
        return page

    yield enter
    browser.close()


def test_at_the_door_of_the_book(office):
    page = office()
    with nothing_wrong(page, at_least=4) as screens:
        screens.look("sign-in")
        page.fill("[name=username]", "lan")
        page.fill("[name=secret]", "111222")
        page.press("[name=secret]", "Enter")
        page.wait_for_selector("#failure")
        screens.look("sign-in, refused")
        screens.go("/no-network")
        screens.go("/nowhere")


def test_on_a_volunteers_phone(lans_phone, line, book):
    phone, page = lans_phone, lans_phone.page
    house = f"{line.url}/households/{book.house(1)}"
    with nothing_wrong(page, at_least=13) as screens:
        screens.look("today")
        for flags in BANNERS:
            page.evaluate("""(flags) => {
              for (const name of ["update", "fresh", "install", "age", "clock", "waiting",
                "attention"]) delete document.documentElement.dataset[name];
              Object.assign(document.documentElement.dataset, flags);
              document.querySelectorAll(".toast, [data-save-failed]")
                .forEach((said) => { said.hidden = false; });
            }""", flags)
            screens.look(f"banners, {flags['net']}")
        screens.go(f"{line.url}/households", "list")
        page.fill("[type=search]", "khong co ai")
        screens.look("list, nobody found")
        screens.go(house, "house")
        phone.open_sheet(book.house(1), "record")
        phone.help(mode=None)
        page.evaluate("document.querySelectorAll('#record details').forEach((d) => d.open = true)")
        page.click("[data-add=dossier]:visible")
        page.click("[data-add=nameless]:visible")
        screens.look("record")
        page.click("#record .action button")
        screens.look("record, with what is missing")
        phone.open_sheet(book.house(2), "other")
        phone.choose("outcome", "unreached")
        screens.look("other")
        phone.absent(book.house(3))
        screens.look("saved")
        screens.go(f"{line.url}/outbox", "outbox, one waits")
        phone.send_now()
        phone.until_kept(1)
        page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
        screens.look("outbox, sent")


def test_at_the_chairs_desk(office, book):
    page = office("son")
    made = Round.get()
    village = f"/rounds/{made.id}/villages/{book.user('lan').village_id}"
    house = f"/households/{book.house(1)}"
    with nothing_wrong(page, at_least=18) as screens:
        for path in ("/tallies", "/tallies?period=days&first=2026-02-02&last=2025-01-01",
                     f"/tallies/{book.user('lan').village_id}", "/tallies/0/coverage?state=unasked",
                     "/targets", "/rounds", "/rounds/new", f"/rounds/{made.id}",
                     f"/rounds/{made.id}/edit", village, f"{village}/houses", "/households", house,
                     "/people", f"/people/{book.user('lan').id}", "/outbox-files"):
            screens.go(path)
        page.click(".account summary")
        screens.look("account")
        page.goto("/targets")
        page.fill("[name$=-coverage] >> nth=0", "900")
        page.click(".action button.solid")
        screens.look("targets, refused")
        page.goto("/rounds/new")
        page.eval_on_selector("#round", "(form) => { form.noValidate = true; }")
        page.click(".action button.solid")
        page.wait_for_selector(".error")
        screens.look("round, refused")


def test_where_nothing_is_yet(office):
    page = office("chau")
    with nothing_wrong(page, at_least=3) as screens:
        for path in ("/tallies", "/rounds", "/tallies/0/visits"):
            screens.go(path)
