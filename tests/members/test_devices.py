"""Phones of people, those with a problem first; one is ended, or its entries are given up."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from teamapp import clock
from teamapp.members import device_list
from teamapp.models import Deed, Device, LostPhone, Session, User, Visit

from ..queries import counted
from ..sync.phone import DEVICE, body, entry, send

HERE = UUID(DEVICE)


def phone_of(user, n=1, days=0, left=0, is_in=True, **more):
    """Create a phone of this person, with a sign-in, last heard so many days ago."""
    at, id = clock.now() - timedelta(days=days), UUID(int=n)
    if is_in:
        sign_in = Session.digest(Session.begin(user))
        Session.update(device=id, seen_at=at).where(Session.id == sign_in).execute()
    return Device.create(id=id, user=user, commune=user.commune, village=user.village,
                         seen_at=at, left_count=left, left_oldest_at=at if left else None, **more)


@pytest.fixture
def current(app):
    """Return the version of the scripts that this server serves."""
    return app.extensions["static_version"]


def problems(viewer, current=""):
    """Return [(username, problems)] as the list shows them."""
    return [(line.person.username, line.problems)
            for line in device_list.visible_to(viewer, current)]


def rows(page):
    """Return the text of each row of the list."""
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split())
            for row in re.findall(r'<li class="row">(.*?)</li>', page, re.S)]


def test_phones_to_call_about_come_first(cast, current):
    phone_of(cast.lan, 1, left=3, days=4, app_version=current)
    phone_of(cast.binh, 2, app_version=current, is_persistent=False)
    phone_of(cast.tu, 3, app_version="0123456789ab", is_persistent=True)
    phone_of(cast.mai, 4, app_version=current, is_persistent=True)
    phone_of(cast.hanh, 5, app_version=current, is_persistent=True)
    found = Session.get(Session.user == cast.hanh)
    LostPhone.report(cast.hanh, [found], cast.son)
    assert problems(cast.son, current) == [
        ("hanh", ["lost"]), ("lan", ["silent"]), ("son", ["never"]), ("tu", ["old"]),
        ("binh", ["fragile"]), ("mai", [])]


def test_leader_sees_the_phones_of_the_team_alone(cast, sign_in, current):
    phone_of(cast.mai, 4, left=2, days=5)
    page = sign_in(cast.tu).get("/devices").text
    assert "Lê Thị Lan" in page and "H&#39;Mai" not in page
    assert sign_in(cast.lan).get("/devices").status_code == 403


def test_list_shows_one_problem_at_a_time_with_its_number(cast, sign_in):
    User.update(phone="0900000456").where(User.id == cast.lan.id).execute()
    phone_of(cast.lan, 1, left=3, days=4, label="Android 11, Chrome 105")
    phone_of(cast.mai, 4)
    browser = sign_in(cast.son)
    page = browser.get("/devices").text
    numbers = dict(re.findall(r'class="chip" href="/devices(?:\?is=)?(\w*)".*?<b>(\d+)</b>', page))
    assert numbers == {"": "6", "silent": "1", "never": "3", "old": "2"}
    [row] = rows(browser.get("/devices?is=silent").text)
    day = clock.local(clock.now() - timedelta(days=4))
    assert row.startswith("Lê Thị Lan Ấp Cầu Ván. Android 11, Chrome 105, liên lạc "
                          f"{day.day}/{day.month}") and "còn 3 lượt chờ" in row
    assert 'href="tel:0900000456"' in browser.get("/devices?is=silent").text
    assert len(rows(browser.get("/devices?is=nonsense").text)) == 6


def test_phone_without_contact_for_less_than_three_days_is_not_silent(cast, current):
    device = phone_of(cast.lan, left=3, days=2, app_version=current)
    assert ("lan", []) in problems(cast.tu, current)
    Device.update(left_count=0).execute()
    Device.update(seen_at=device.seen_at - timedelta(days=9)).execute()
    assert ("lan", []) in problems(cast.tu, current), "it holds nothing"


def test_sign_ins_of_one_phone_are_one_line(cast, sign_in):
    phone_of(cast.lan, left=2)
    for _ in range(3):
        id = Session.digest(Session.begin(cast.lan))
        Session.update(device=UUID(int=1)).where(Session.id == id).execute()
    assert [name for name, _ in problems(cast.tu)].count("lan") == 1
    page = sign_in(cast.tu).get(f"/people/{cast.lan.id}").text
    assert page.count("còn 2 lượt trên máy") == 1 and page.count('<div class="card">') == 1


def test_phone_used_by_two_people_is_a_line_of_each(cast):
    phone_of(cast.lan, 1, left=2, days=4)
    phone_of(cast.binh, 1)
    assert {name for name, _ in problems(cast.tu)} >= {"lan", "binh"}


def test_termination_ends_every_sign_in_on_the_phone(cast, sign_in, browser_of):
    phone, other = sign_in(cast.lan), sign_in(cast.lan)
    for browser in (phone, sign_in(cast.lan)):
        send(browser, cast.lan)
    id = Session.get(Session.device == HERE).id
    browser_of(cast.tu).press(f"/people/{cast.lan.id}/sign-ins/{id}/termination")
    assert phone.get("/pack").status_code == 401 and other.get("/pack").status_code == 200
    assert not Session.select().where(Session.device == HERE, Session.ended_at.is_null()).exists()
    [deed] = Deed.select()
    assert (deed.kind, deed.by, deed.user) == ("sign_in_ended", cast.tu, cast.lan)


@pytest.mark.parametrize("who", ["lan", "tu", "son"])
def test_everybody_sees_and_ends_the_own_phones(cast, sign_in, browser_of, who):
    user = getattr(cast, who)
    phone_of(user, 1, left=2, label="Android 11, Chrome 105")
    browser = browser_of(user)
    page = browser.get("/me/devices").text
    assert "Android 11, Chrome 105" in page and "còn 2 lượt trên máy" in page
    assert "Bản cũ" in page and page.count("· máy này") == 1
    id = Session.get(Session.device == UUID(int=1)).id
    answer = browser.press(f"/people/{user.id}/sign-ins/{id}/termination", "/me/devices",
                           next="/me/devices")
    assert (answer.status_code, answer.location) == (303, "/me/devices")
    assert Session.get_by_id(id).is_over and browser.get("/me/devices").status_code == 200


def test_member_ends_no_phone_of_another(cast, browser_of):
    phone_of(cast.binh, 1)
    id, browser = Session.get(Session.user == cast.binh).id, browser_of(cast.lan)
    for deed in ("termination", "loss"):
        answer = browser.press(f"/people/{cast.binh.id}/sign-ins/{id}/{deed}", "/outbox-files")
        assert answer.status_code == 403
    assert not Session.get_by_id(id).is_over


def test_given_up_entries_count_no_more_and_are_accepted_as_ever(cast, sign_in, browser_of):
    phone = sign_in(cast.lan)
    send(phone, cast.lan, left={"count": 4, "oldest": clock.now().isoformat()})
    url = f"/people/{cast.lan.id}/devices/{DEVICE}/clearance"
    leader = browser_of(cast.tu)
    assert leader.press(url).status_code == 303 and leader.press(url).status_code == 303
    assert (Device.get().left_count, Device.get().left_oldest_at) == (0, None)
    [deed] = Deed.select()
    assert (deed.kind, deed.user, deed.note) == ("device_cleared", cast.lan, "4")
    answer = send(phone, cast.lan, entry(body(cast.bre)), left={"count": 3})
    assert answer.json["results"][0]["status"] == "accepted" and Visit.select().count() == 1
    assert Device.get().left_count == 3


@pytest.mark.parametrize("who, whom, status", [
    ("tu", "lan", 303), ("tu", "tu", 303), ("hanh", "son", 403), ("son", "hanh", 303),
    ("lan", "lan", 403), ("tu", "mai", 404), ("son", "kien", 404)])
def test_roles_that_may_give_up_entries(cast, browser_of, who, whom, status):
    person = getattr(cast, whom)
    phone_of(person, 1, left=4)
    answer = browser_of(getattr(cast, who)).press(
        f"/people/{person.id}/devices/{UUID(int=1)}/clearance", "/outbox-files")
    assert answer.status_code == status
    assert Device.get().left_count == (0 if status == 303 else 4)


def test_list_has_pages_and_a_constant_number_of_queries(cast, sign_in):
    browser = sign_in(cast.son)
    browser.get("/devices")
    with counted() as few:
        browser.get("/devices")
    for number in range(60):
        phone_of(cast.person(f"m{number}", "member", f"Lê Văn {number}", cast.da_xanh), number)
    with counted() as many:
        first = browser.get("/devices").text
    assert len(many) == len(few) <= 10
    assert len(rows(first)) == 50 and 'href="/devices?page=2"' in first
    last = browser.get("/devices?page=99").text
    assert len(rows(last)) == 16 and 'href="/devices?page=1"' in last
