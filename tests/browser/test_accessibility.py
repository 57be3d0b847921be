"""Everybody can use it: axe finds nothing on any screen, and large letters fit a narrow one."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Household, Round, Session, User

from ..cast import PASSWORD, PIN
from ..sync.phone import body, entry
from . import chrome
from .looking import Looker
from .screens import left_out

LONG = "Nguyễn Hoàng Thị Phương Uyên H'Bia Niê Kdăm"
BANNERS = [  # what <html> says of the phone, as the scripts say it; all that may stand together
    {"net": "offline", "age": "old", "clock": "9", "waiting": "", "update": "", "fresh": ""},
    {"net": "expired", "age": "stale", "attention": ""},
    {"net": "stopped", "waiting": "", "attention": ""},
    {"net": "ok", "install": ""},
]


OPEN_ALL = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


@contextmanager
def nothing_wrong(page, whose, at_least):
    """Give somebody who looks at a person's screens, and fail with all that was wrong with them."""
    looker = Looker(page)
    yield looker
    assert not looker.wrong, "\n".join(looker.wrong)
    assert looker.looked >= at_least * 5
    assert not left_out(whose, looker.paths)


@pytest.fixture
def office(playwright, line):
    """Return a function that signs somebody in on a computer of their own, without a worker."""
    browser = playwright.chromium.launch(executable_path=chrome.find(), args=chrome.ARGUMENTS)

    def enter(username=None, secret=PASSWORD):
        page = browser.new_page(base_url=line.url, locale="vi-VN", service_workers="block",
                                timezone_id="Asia/Ho_Chi_Minh")
        page.goto("/sign-in")
        if username:
            sign_in(page, username, secret)
            page.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
        return page

    yield enter
    browser.close()


@pytest.fixture
def long_names(book):
    """Give the first house and Lan names as long as names are."""
    Household.update(head=LONG).where(Household.id == book.house(1)).execute()
    User.update(name=LONG).where(User.username == "lan").execute()


def sign_in(page, username, secret):
    """Fill in the form at the door and send it."""
    page.fill("[name=username]", username)
    page.fill("[name=secret]", secret)
    page.press("[name=secret]", "Enter")


def without_checks(page, form="main form"):
    """Let a form be sent as it is."""
    page.eval_on_selector(form, "(form) => { form.noValidate = true; }")


def test_at_the_door_of_the_book(office):
    page = office()
    with nothing_wrong(page, "door", at_least=5) as screens:
        screens.look("sign-in")
        sign_in(page, "lan", "111222")
        page.wait_for_selector("#failure")
        screens.look("sign-in, refused")
        screens.go("/no-network")
        screens.go("/nowhere", "nowhere, for nobody")
        page.goto("/sign-in")
        page.route("**/", lambda route: route.fulfill(status=204))  # so that it stays
        sign_in(page, "lan", PIN)
        page.wait_for_selector("[data-arrival]")
        screens.look("arrival")


def test_on_a_volunteers_phone(long_names, lans_phone, line, book):
    phone, page = lans_phone, lans_phone.page
    house = f"{line.url}/households/{book.house(1)}"
    with nothing_wrong(page, "member", at_least=11) as screens:
        screens.look("today")
        screens.go(house, "house")
        for flags in BANNERS:  # the same on every page, and a house has few rows
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
        phone.open_sheet(book.house(1), "record")
        phone.help(mode=None)
        page.evaluate(OPEN_ALL)
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


def test_where_a_volunteers_work_waits(long_names, lans_phone, line, book):
    phone, page = lans_phone, lans_phone.page
    phone.absent(book.house(3))
    with nothing_wrong(page, "outbox", at_least=8) as screens:
        screens.go(f"{line.url}/outbox", "outbox, one waits")
        phone.send_now()
        phone.until_kept(1)
        page.evaluate(OPEN_ALL)
        screens.look("outbox, sent")
        phone.other(book.house(4), "later", return_on=str(clock.today() + timedelta(days=730)))
        phone.send_now()
        page.wait_for_selector('[data-entries="attention"] li')
        phone.absent(book.house(5))
        screens.go(f"{line.url}/outbox", "outbox, one refused")
        page.evaluate("document.documentElement.dataset.sealed = ''")
        page.eval_on_selector("[data-n=sealed]", "(number) => { number.textContent = 12; }")
        screens.look("outbox, sealed ones of others")
        page.click('[data-entries="attention"] [data-do="mend"]')
        page.wait_for_selector("[data-refused]:not([hidden])")
        screens.look("mending")
        screens.go(f"{line.url}/outbox-files", "file")
        screens.go(f"{line.url}/nowhere", "nowhere, for a member")
        line.cut()
        screens.go(f"{line.url}/people", "no network")


def test_on_a_leaders_phone(long_names, office, book):
    lan, binh, tu = map(book.user, ("lan", "binh", "tu"))
    lost, _ = Session.begin(lan), Session.begin(lan)
    Session.get_by_id(Session.digest(lost)).lose()
    binh.close()
    page = office("tu", PIN)
    with nothing_wrong(page, "leader", at_least=11) as screens:
        for path in ("/outbox", "/people", f"/people/{lan.id}", f"/people/{binh.id}",
                     f"/people/{tu.id}"):
            page.goto(path)
            page.evaluate(OPEN_ALL)
            screens.look(f"{path}, for a leader")
        page.goto("/people")
        page.fill("[type=search]", "khong co ai")
        screens.look("people, nobody found")
        screens.go("/tallies", "a closed door")
        screens.go("/outbox-files", "file, for a leader")
        without_checks(page)
        page.click("main form button")
        page.wait_for_selector(".error")
        screens.look("file, none chosen")
        page.eval_on_selector("[name=csrf_token]", "(token) => { token.value = ''; }")
        without_checks(page)
        page.click("main form button")
        page.wait_for_selector("#refusal")
        screens.look("a form that lay too long")
        page.goto("/outbox-files")
        page.set_input_files("[type=file]", {
            "name": "tungnha.json", "mimeType": "application/json", "buffer": saved(book, lan)})
        page.click("main form button")
        page.wait_for_selector("text=1 trên 2 lượt")
        screens.look("file, handed in")


def saved(book, author):
    """Return the file of a phone that holds a visit and one the commune refuses."""
    near, far = (Household.get_by_id(book.uuid_of(name)) for name in ("bre", "kin"))
    lines = [{**entry(body(house, outcome="absent")), "label": f"{LONG} · Vắng nhà"}
             for house in (near, far)]
    return json.dumps({"v": 1, "user": author.id, "entries": lines}).encode()


def test_at_the_chairs_desk(long_names, office, book):
    page = office("son")
    made = Round.get()
    village = f"/rounds/{made.id}/villages/{book.user('lan').village_id}"
    house = f"/households/{book.house(1)}"
    with nothing_wrong(page, "chair", at_least=21) as screens:
        for path in ("/tallies", "/tallies?period=days&first=2026-02-02&last=2025-01-01",
                     f"/tallies/{book.user('lan').village_id}", "/tallies/0/coverage?state=unasked",
                     "/targets", "/rounds", "/rounds/new", f"/rounds/{made.id}",
                     f"/rounds/{made.id}/edit", village, f"{village}/houses", "/households", house,
                     "/people", f"/people/{book.user('lan').id}", "/outbox-files",
                     "/nowhere", "/outbox"):
            screens.go(path)
        page.click(".account summary")
        screens.look("account")
        page.goto("/targets")
        page.fill("[name$=-coverage] >> nth=0", "900")
        page.click(".action button.solid")
        screens.look("targets, refused")
        page.goto("/rounds/new")
        without_checks(page, "#round")
        page.click(".action button.solid")
        page.wait_for_selector(".error")
        screens.look("round, refused")


def test_where_nothing_is_yet(office):
    page = office("chau")
    with nothing_wrong(page, "nothing yet", at_least=3) as screens:
        for path in ("/tallies", "/rounds", "/tallies/0/visits"):
            screens.go(path)
