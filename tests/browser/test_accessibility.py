"""axe finds no violation on any screen, and large text fits a narrow one."""

import json
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.db import proxy
from teamapp.models import (
    Change,
    Device,
    Household,
    LostPhone,
    RejectedEntry,
    Round,
    Session,
    SignInCard,
    User,
    Visit,
)

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


@pytest.fixture
def issued(register):
    """Return a function that issues a card and returns its token."""

    def issue(username):
        user = register.user(username)
        return SignInCard.issue([user], None)[user.id]

    return issue


def test_sign_in_pages_are_accessible(enter, issued):
    page = enter()
    with nothing_wrong(page, "door", at_least=5) as screens:
        screens.look("sign-in")
        sign_in(page, "lan", "111222")
        page.wait_for_selector("#failure")
        screens.look("sign-in, rejected")
        screens.go("/card", "card, without its token")
        token = issued("lan")
        page.goto(f"/card#{token}")
        page.wait_for_selector("[name=new_secret]")
        screens.look("card")
        page.click("main form button")
        page.wait_for_selector("[aria-invalid=true]")
        screens.look("card, rejected")
        SignInCard.find(token).use("493817")
        page.click("main form button")
        page.wait_for_selector("text=Thẻ này đã dùng rồi")
        screens.look("card, used")
        screens.go("/no-network")
        screens.go("/nowhere", "nowhere, for nobody")
        page.goto("/sign-in")
        page.route("**/", lambda route: route.fulfill(status=204))  # so that it stays visible
        sign_in(page, "lan", "493817")
        page.wait_for_selector("[data-arrival]")
        screens.look("arrival")
        page.unroute("**/")
        page.request.post("/sign-out")
        screens.go("/sign-in", "sign-in, of a person who was here")


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
        screens.go(f"{line.url}/me/secret", "a new PIN")
        page.click("main form button")
        page.wait_for_selector("[aria-invalid=true]")
        screens.look("a new PIN, rejected")
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


@pytest.fixture
def phones(register):
    """Give people phones: one lost, one ended, one with every problem, a person with two."""
    lan, binh, tu = map(register.user, ("lan", "binh", "tu"))
    User.update(phone="0900000456").where(User.id == lan.id).execute()
    lost, ended, silent, _ = (Session.get_by_id(Session.digest(Session.begin(lan)))
                              for _ in range(4))
    at = clock.now() - timedelta(days=5)
    for id, sign_in in ((uuid4(), lost), (uuid4(), silent)):
        Device.create(id=id, user=lan, commune=lan.commune, village=lan.village, seen_at=at,
                      left_count=12, left_oldest_at=at, label="Android 11, Samsung Internet 23",
                      is_persistent=False)
        Session.update(device=id, seen_at=at).where(Session.id == sign_in.id).execute()
    LostPhone.report(lan, [Session.get_by_id(lost.id)], tu)
    ended.end()
    LostPhone.report(binh, [Session.get_by_id(Session.digest(Session.begin(binh)))], tu)
    LostPhone.get(LostPhone.user == binh).decide("no_notice", f"{LONG}, {LONG}", tu)


REVIEWS = [f"/reviews?of={kind}" for kind in ("changes", "duplicates", "days")]


def test_leaders_pages_are_accessible(to_review, phones, enter, register):
    lan, binh, tu = map(register.user, ("lan", "binh", "tu"))
    binh.deactivate()
    page = enter("tu", PIN)
    with nothing_wrong(page, "leader", at_least=14) as screens:
        for path in ("/outbox", "/people", f"/people/{lan.id}", f"/people/{binh.id}",
                     f"/people/{tu.id}", "/devices", "/me/devices", "/lost-phones",
                     "/rejected-entries", *REVIEWS):
            page.goto(path)
            page.evaluate(OPEN_ALL)
            screens.look(f"{path}, for a leader")
        page.goto("/people")
        page.fill("[type=search]", "khong co ai")
        screens.look("people, nobody found")
        page.goto("/people")
        page.click(".marking summary")
        page.click(".marking .button")
        page.wait_for_selector(".marking .error")
        screens.look("cards, nobody marked")
        page.goto(f"/people/{lan.id}")
        page.evaluate(OPEN_ALL)
        page.click("form[action$='/cards'] button")
        page.wait_for_selector(".paper")
        page.evaluate(OPEN_ALL)
        screens.look("a new card")
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


def test_chairs_pages_are_accessible(to_review, phones, enter, register):
    page = enter("son")
    made = Round.get()
    village = f"/rounds/{made.id}/villages/{register.user('lan').village_id}"
    house = f"/households/{register.house(1)}"
    with nothing_wrong(page, "chair", at_least=25) as screens:
        for path in ("/tallies", "/tallies?period=days&first=2026-02-02&last=2025-01-01",
                     f"/tallies/{register.user('lan').village_id}",
                     "/tallies/0/coverage?state=unasked",
                     "/targets", "/rounds", "/rounds/new", f"/rounds/{made.id}",
                     f"/rounds/{made.id}/edit", village, f"{village}/houses", "/households", house,
                     "/rejected-entries", "/outbox-files", "/nowhere", "/outbox", *REVIEWS):
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


def test_chairs_pages_of_people_and_places_are_accessible(to_review, phones, enter, register):
    page, lan = enter("son"), register.user("lan")
    with nothing_wrong(page, "chair, people and places", at_least=20) as screens:
        for path in ("/people?added=2", f"/people/{lan.id}", f"/people/{lan.id}/edit",
                     f"/people/{lan.id}/placement", "/people/lists/new", "/people/new",
                     "/me/secret", "/devices", "/lost-phones", "/deeds", "/export", "/villages",
                     "/villages/new", "/villages/order", f"/villages/{lan.village_id}"):
            screens.go(path)
        page.goto("/lost-phones")
        page.evaluate(OPEN_ALL)
        without_checks(page, "form:has([value=no_notice])")
        page.click("form:has([value=no_notice]) button")
        page.wait_for_selector(".error")
        screens.look("lost phones, without a reason")
        page.goto("/people/lists/new")
        page.fill("textarea", f"Họ tên\tẤp\tSĐT\n{LONG}\tẤp Lạ\t12\nLê Thị Lan\tCầu Ván\t")
        page.click(".action button.solid")
        page.wait_for_selector(".lines")
        page.evaluate(OPEN_ALL)
        screens.look("a list of people")
        page.goto("/people?of=never-in")
        screens.look("people never in")
        page.click(".marking .button")
        page.wait_for_selector(".paper")
        screens.look("cards on sheets")
        page.goto("/villages/paste")
        page.fill("textarea", "Ấp Sen\tV77\t812\ttốt\nXã Đồi\tV77\tnhiều\nẤp Cầu Ván")
        screens.look("villages, pasted")
        page.click(".action button.solid")
        page.wait_for_selector(".error")
        screens.look("villages, line by line")


def test_empty_pages_are_accessible(enter):
    page = enter("chau")
    with nothing_wrong(page, "nothing yet", at_least=5) as screens:
        for path in ("/tallies", "/rounds", "/tallies/0/visits", "/rejected-entries",
                     "/reviews", "/villages"):
            screens.go(path)
        proxy.execute_sql("ALTER TABLE round RENAME TO lost")
        assert page.goto("/rounds").status == 503
        screens.look("the database does not answer")
        proxy.execute_sql("UPDATE session SET seen_at = 'no moment'")
        assert page.goto("/rounds").status == 500
        screens.look("an error of ours")
