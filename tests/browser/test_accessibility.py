"""axe finds no violation on any screen, and large text fits a narrow one."""

import json
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.db import proxy
from teamapp.models import Change, Household, RejectedEntry, Round, Session, User, Visit

from ..cast import PASSWORD, PIN
from ..sync.phone import body, entry
from .looking import Looker
from .screens import left_out

LONG = "Nguyễn Hoàng Thị Phương Uyên H'Bia Niê Kdăm"
BANNERS = [  # attributes the scripts set on <html>; all that may occur together
    {"net": "offline", "age": "old", "clock": "9", "waiting": "", "update": "", "fresh": ""},
    {"net": "expired", "age": "stale", "attention": ""},
    {"net": "stopped", "waiting": "", "attention": ""},
]


OPEN_ALL = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


@contextmanager
def nothing_wrong(page, whose, at_least):
    """Yield a checker for one person's screens, and fail with every violation found."""
    looker = Looker(page)
    yield looker
    assert not looker.wrong, "\n".join(looker.wrong)
    assert looker.looked >= at_least * 5
    assert not left_out(whose, looker.paths)


@pytest.fixture
def enter(seat):
    """Return a function that signs a person in on a separate computer without a worker."""

    def enter(username=None, secret=PASSWORD):
        page = seat(service_workers="block")
        page.goto("/sign-in")
        if username:
            sign_in(page, username, secret)
            page.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
        return page

    return enter


@pytest.fixture
def long_names(register):
    """Give the first house and Lan very long names."""
    Household.update(head=LONG).where(Household.id == register.house(1)).execute()
    User.update(name=LONG).where(User.username == "lan").execute()


@pytest.fixture
def rejected(long_names, register):
    """Store three rejected entries of Lan's: with a house, without one, and unreadable."""
    lan = register.user("lan")
    house = (f"household={register.house(1)}&outcome=unreached&visited_at=2026-11-21T15:10"
             "&why_unreached=Cầu hỏng&people-0-steps-0-kind=SIM&people-0-steps-0-obstacle=O02"
             "&dossiers-0-procedure=1.001193&note=Chiều thứ bảy quay lại")
    for number, (said, code) in enumerate([
            (house, "lost_phone"), ("x=%00", "malformed"), (house, "waits_for_rejected")]):
        RejectedEntry.create(entry=uuid4(), user=lan, commune=lan.commune_id,
                             village=lan.village_id,
                             kind="visits.create" if number else "visits.dream",
                             form=1, hash=b"", body=said,
                             code=code, reason="…", received_at=clock.now())


@pytest.fixture
def phone(long_names, lans_phone, register):
    """Return Lan's phone with the long names in its pages; no page changes during the test."""
    lans_phone.page.reload()
    until_kept_page(lans_phone, register, "/", LONG.partition("'")[0])
    lans_phone.go("/")
    return lans_phone


def until_kept_page(phone, register, path, words):
    """Wait until the kept page on Lan's phone contains these words."""
    lan = register.user("lan")
    phone.until(lambda: words in phone.pages_of(lan)["pages"][path], f"no {words} on {path}")


def sign_in(page, username, secret):
    """Fill in the sign-in form and submit it."""
    page.fill("[name=username]", username)
    page.fill("[name=secret]", secret)
    page.press("[name=secret]", "Enter")


def without_checks(page, form="main form"):
    """Turn off the browser's validation of a form."""
    page.eval_on_selector(form, "(form) => { form.noValidate = true; }")


def test_sign_in_pages_are_accessible(enter):
    page = enter()
    with nothing_wrong(page, "door", at_least=5) as screens:
        screens.look("sign-in")
        sign_in(page, "lan", "111222")
        page.wait_for_selector("#failure")
        screens.look("sign-in, rejected")
        screens.go("/no-network")
        screens.go("/nowhere", "nowhere, for nobody")
        page.goto("/sign-in")
        page.route("**/", lambda route: route.fulfill(status=204))  # so that it stays visible
        sign_in(page, "lan", PIN)
        page.wait_for_selector("[data-arrival]")
        screens.look("arrival")


def test_volunteers_pages_are_accessible(phone, line, register):
    page = phone.page
    house = f"{line.url}/households/{register.house(1)}"
    with nothing_wrong(page, "member", at_least=14) as screens:
        screens.look("today")
        page.evaluate("Object.assign(document.documentElement.dataset, { net: 'ok', install: '' })")
        screens.look("today, with the home screen offered")
        screens.go(house, "house")
        page.evaluate("for (const name of ['net', 'counted']) "
                      "delete document.documentElement.dataset[name]")
        screens.look("house, before the phone has looked what waits")
        for flags in BANNERS:  # identical on every page, and a house has few rows
            page.evaluate("""(flags) => {
              for (const name of ["update", "fresh", "age", "clock", "waiting",
                "attention"]) delete document.documentElement.dataset[name];
              Object.assign(document.documentElement.dataset, flags);
              document.querySelectorAll(".toast, [data-save-failed]")
                .forEach((said) => { said.hidden = false; });
            }""", flags)
            screens.look(f"banners, {flags['net']}")
        screens.go(f"{line.url}/me", "me")
        page.evaluate(OPEN_ALL)
        screens.look("me, about to sign out")
        screens.go(f"{line.url}/households", "list")
        page.fill("[type=search]", "khong co ai")
        screens.look("list, nobody found")
        phone.open_sheet(register.house(1), "record")
        phone.help(mode=None)
        page.evaluate(OPEN_ALL)
        page.click("[data-add=dossier]:visible")
        page.click("[data-add=nameless]:visible")
        screens.look("record")
        page.click("#record .action button")
        screens.look("record, with what is missing")
        phone.open_sheet(register.house(2), "other")
        phone.choose("outcome", "unreached")
        screens.look("other")
        phone.absent(register.house(3))
        screens.look("saved")


def test_volunteers_outbox_is_accessible(phone, line, register):
    page = phone.page
    phone.absent(register.house(3))
    with nothing_wrong(page, "outbox", at_least=8) as screens:
        screens.go(f"{line.url}/outbox", "outbox, one waits")
        phone.send_now()
        phone.until_accepted(1)
        page.evaluate(OPEN_ALL)
        screens.look("outbox, sent")
        phone.too_late(register.house(4))
        phone.send_now()
        page.wait_for_selector('[data-entries="attention"] li')
        until_kept_page(phone, register, "/outbox", 'href="/rejected-entries"')
        phone.absent(register.house(5))
        screens.go(f"{line.url}/outbox", "outbox, one rejected")
        page.evaluate("document.documentElement.dataset.sealed = ''")
        page.eval_on_selector("[data-n=sealed]", "(number) => { number.textContent = 12; }")
        screens.look("outbox, sealed ones of others")
        page.click('[data-entries="attention"] [data-do="mend"]')
        page.wait_for_selector("section:target .error:visible")
        screens.look("resubmission")
        screens.go(f"{line.url}/rejected-entries", "not taken")
        screens.go(f"{line.url}/outbox-files", "file")
        screens.go(f"{line.url}/nowhere", "nowhere, for a member")
        line.cut()
        screens.go(f"{line.url}/people", "no network")


@pytest.fixture
def to_review(rejected, register):
    """Let two changes of one visit wait, a late void, a possible duplicate, an unusual date."""
    now, lan, tu = clock.now(), register.user("lan"), register.user("tu")
    place = {"commune": lan.commune, "village": lan.village}
    numbers = count(10_000_001)

    def visit(house, by=lan, **more):
        return Visit.create(**{
            "id": uuid4(), **place, "household": register.house(house), "member": by,
            "outcome": "met", "visited_at": now, "happened_at": now, "day": clock.today(),
            "recorded_at": now, "received_at": now, "receipt": next(numbers), **more})

    def change(of, correction, state="waiting", flag="changed_twice", by=tu):
        Change.create(id=uuid4(), **place, visit=of, correction=correction, by=by,
                      reason="wrong_person", asked_by="resident", recorded_at=now,
                      received_at=now, receipt=next(numbers), state=state, flag=flag)

    first = visit(1, is_live=False)
    change(first, visit(1, note=f"{LONG}, {LONG}", outcome="absent"), "effective", "", lan)
    change(first, visit(1, is_live=False, return_on=clock.today(), return_part="morning"))
    change(visit(1, day=clock.days_from(clock.today(), -40)), None, flag="changed_late")
    visit(2, flag="possible_duplicate", by=tu)
    visit(2)
    visit(3, flag="dated_ahead", outcome="unreached", reason="Cầu hỏng")


REVIEWS = [f"/reviews?of={kind}" for kind in ("changes", "duplicates", "days")]


def test_leaders_pages_are_accessible(to_review, enter, register):
    lan, binh, tu = map(register.user, ("lan", "binh", "tu"))
    lost, ended, _ = (Session.begin(lan) for _ in range(3))
    Session.get_by_id(Session.digest(lost)).mark_lost()
    Session.get_by_id(Session.digest(ended)).end()
    binh.deactivate()
    page = enter("tu", PIN)
    with nothing_wrong(page, "leader", at_least=11) as screens:
        for path in ("/outbox", "/people", f"/people/{lan.id}", f"/people/{binh.id}",
                     f"/people/{tu.id}", "/rejected-entries", *REVIEWS):
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
            "name": "tungnha.json", "mimeType": "application/json", "buffer": saved(register, lan)})
        page.click("main form button")
        page.wait_for_selector("text=1 trên 2 lượt")
        screens.look("file, handed in")


def saved(register, author):
    """Return an outbox file with one acceptable visit and one the commune rejects."""
    near, far = (Household.get_by_id(register.uuid_of(name)) for name in ("bre", "kin"))
    lines = [{**entry(body(house, outcome="absent")), "label": f"{LONG} · Vắng nhà"}
             for house in (near, far)]
    return json.dumps({"v": 1, "user": author.id, "entries": lines}).encode()


def test_chairs_pages_are_accessible(to_review, enter, register):
    page = enter("son")
    made = Round.get()
    village = f"/rounds/{made.id}/villages/{register.user('lan').village_id}"
    house = f"/households/{register.house(1)}"
    with nothing_wrong(page, "chair", at_least=24) as screens:
        for path in ("/tallies", "/tallies?period=days&first=2026-02-02&last=2025-01-01",
                     f"/tallies/{register.user('lan').village_id}",
                     "/tallies/0/coverage?state=unasked",
                     "/targets", "/rounds", "/rounds/new", f"/rounds/{made.id}",
                     f"/rounds/{made.id}/edit", village, f"{village}/houses", "/households", house,
                     "/people", f"/people/{register.user('lan').id}", "/rejected-entries",
                     "/outbox-files", "/nowhere", "/outbox", *REVIEWS):
            screens.go(path)
        page.click(".account summary")
        screens.look("account")
        item = RejectedEntry.get(RejectedEntry.code == "waits_for_rejected")
        screens.go(f"/rejected-entries/{item.id}/resubmission")
        screens.go("/reviews?of=changes&settled=1")
        visit = f"/records/{Visit.get(Visit.is_live).id}/entries"
        screens.go(f"{visit}/visits.void")
        page.goto(f"{visit}/visits.correct")
        page.evaluate(OPEN_ALL)
        page.click("label:has-text('Gặp được')")
        page.click("text=Thêm người")
        page.click("text=Thêm hồ sơ")
        screens.look("correction")
        page.click(".action button.solid")
        page.wait_for_selector(".error")
        screens.look("correction, rejected")
        page.goto("/targets")
        page.fill("[name$=-coverage] >> nth=0", "900")
        page.click(".action button.solid")
        screens.look("targets, rejected")
        page.goto("/rounds/new")
        without_checks(page, "#round")
        page.click(".action button.solid")
        page.wait_for_selector(".error")
        screens.look("round, rejected")


def test_empty_pages_are_accessible(enter):
    page = enter("chau")
    with nothing_wrong(page, "nothing yet", at_least=5) as screens:
        for path in ("/tallies", "/rounds", "/tallies/0/visits", "/rejected-entries",
                     "/reviews"):
            screens.go(path)
        proxy.execute_sql("ALTER TABLE round RENAME TO lost")
        assert page.goto("/rounds").status == 503
        screens.look("the database does not answer")
        proxy.execute_sql("UPDATE session SET seen_at = 'no moment'")
        assert page.goto("/rounds").status == 500
        screens.look("an error of ours")
