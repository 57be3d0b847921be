"""People of the teams: sign-ins, lost devices and deactivated accounts."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from teamapp import clock
from teamapp.models import Device, Session, User

from ..queries import counted
from ..sync.phone import DEVICE, body, entry, send


def sign_in_of(user):
    """Return a sign-in of this person."""
    return Session.get_by_id(Session.digest(Session.begin(user)))


def test_commune_lists_people_by_village_in_official_order(cast, sign_in):
    page = sign_in(cast.hanh).get("/people").text.partition("<table")[2]
    places = [page.index(word) for word in (
        "Cấp xã", "Hoàng Sơn", "Phạm Thị Hạnh", "Ấp Cầu Ván", "Nguyễn Văn Tư", "Trần Bình",
        "Lê Thị Lan", "Bon Đá Xanh", "H&#39;Mai")]
    assert places == sorted(places)
    assert "Vũ Kiên" not in page and "Suối Lá" not in page


def test_leader_sees_only_the_own_village(cast, sign_in):
    browser = sign_in(cast.tu)
    page = browser.get("/people").text
    assert "Lê Thị Lan" in page and "H&#39;Mai" not in page and "Hoàng Sơn" not in page
    assert browser.get(f"/people/{cast.mai.id}").status_code == 404
    assert browser.get(f"/people/{cast.lan.id}").status_code == 200


def test_people_of_one_name_show_their_username_in_choices(cast, sign_in):
    other = cast.person("lan.2", "member", cast.lan.name, cast.cau_van)
    both = [f"{cast.lan.name} ({user.username})" for user in (cast.lan, other)]
    for user, path, shown in ((cast.hanh, "/people", both), (cast.tu, "/people", both),
                             (cast.binh, "/visits/parts", both),
                             (cast.lan, "/visits/parts", [cast.lan.name])):
        page = sign_in(user).get(path).text
        names = re.findall(rf">({cast.lan.name}[^<]*)<", page)
        assert {*names} == {*shown}, (user.name, path)


def test_people_of_one_name_are_sorted_by_name(cast, sign_in):
    cast.person("xa.lan", "member", cast.lan.name, cast.cau_van)
    page = sign_in(cast.binh).get("/visits/parts").text
    assert 0 < page.index("(xa.lan)") < page.index(cast.tu.name)


def test_leaders_page_links_back_and_marks_its_section(cast, sign_in):
    browser = sign_in(cast.tu)
    for path, came_from in (("/people", "/me"), (f"/people/{cast.lan.id}", "/people")):
        page = browser.get(path).text
        assert f'<a class="back" href="{came_from}"' in page
        assert '<a class="me" href="/me" aria-current="page"' in page


def test_member_has_no_list_of_people(cast, sign_in):
    assert sign_in(cast.lan).get("/people").status_code == 403


def test_list_shows_last_contact_and_unsent_entries(cast, sign_in):
    send(sign_in(cast.lan), cast.lan, entry(body(cast.bre)),
         left={"count": 7, "oldest": clock.now().isoformat()})
    sign_in_of(cast.lan)
    line = re.search(r'<tr data-search="Lê Thị Lan .*?</tr>',
                     sign_in(cast.son).get("/people").text, re.S)[0]
    assert f"2 máy, liên lạc {clock.today().day}/{clock.today().month}, còn 7 lượt chờ" in line
    page = sign_in(cast.son).get(f"/people/{cast.lan.id}").text
    assert page.count(f"Đăng nhập {clock.today().day}/") >= 2
    assert "còn 7 lượt trên máy" in page


def test_signed_out_device_with_unsent_entries_is_listed(cast, sign_in):
    send(sign_in(cast.lan), cast.lan, left={"count": 4, "oldest": clock.now().isoformat()})
    Session.get(Session.user == cast.lan).end()
    leader = sign_in(cast.tu)
    assert "còn 4 lượt trên máy" in leader.get(f"/people/{cast.lan.id}").text
    Session.update(seen_at=clock.now() - timedelta(days=91)).where(
        Session.user == cast.lan).execute()
    page = leader.get(f"/people/{cast.lan.id}").text
    assert "Đã đăng xuất" in page and "còn 4 lượt trên máy" in page


def begun(user, ended=None, days=0, device=None):
    """Return a sign-in of this person with its last contact so many days ago."""
    sign_in, at = sign_in_of(user), clock.now() - timedelta(days=days)
    Session.update(created_at=at, seen_at=at, device=device, ended_at=at if ended else None).where(
        Session.id == sign_in.id).execute()
    return sign_in


def pressable(page):
    """Return {sign-in id: [actions]} on a person's page."""
    found = {}
    for id, deed in re.findall(r"/sign-ins/(\w+)/(\w+)", page):
        found.setdefault(id, []).append(deed)
    return found


def test_terminated_sign_in_can_be_reported_lost(cast, sign_in, browser_of):
    phone, found = sign_in(cast.lan), Session.get(Session.user == cast.lan)
    chair, page = browser_of(cast.son), f"/people/{cast.lan.id}"
    chair.press(f"{page}/sign-ins/{found.id}/termination")
    assert phone.get("/pack").json["code"] == "signed_out"
    assert "Đã kết thúc" in chair.get(page).text
    assert pressable(chair.get(page).text) == {found.id: ["loss"]}
    assert chair.press(f"{page}/sign-ins/{found.id}/loss").status_code == 303
    for answer in (phone.get("/pack"), send(phone, cast.lan, entry(body(cast.bre)))):
        assert (answer.status_code, answer.json["code"]) == (401, "wipe")
    assert "Đã báo mất" in chair.get(page).text


@pytest.mark.parametrize("days, deeds", [
    (29, ["termination", "loss"]), (31, ["loss"]), (89, ["loss"]), (91, None)])
def test_expired_sign_in_is_listed_for_ninety_days(cast, sign_in, days, deeds):
    old = begun(cast.lan, days=days)
    page = sign_in(cast.tu).get(f"/people/{cast.lan.id}").text
    assert pressable(page).get(old.id) == deeds
    assert ("Đã hết hạn" in page) == (deeds == ["loss"])
    assert ("Chưa đăng nhập máy nào" in page) == (deeds is None)


def test_only_the_last_ended_sign_in_of_a_device_is_listed(cast, sign_in):
    mine, other = UUID(DEVICE), UUID(int=7)
    for days in (9, 8):
        begun(cast.lan, ended=True, days=days, device=mine)
    begun(cast.lan, ended=True, days=7, device=other)
    living = begun(cast.lan, device=other)
    last, unknown = (begun(cast.lan, ended=True, days=days, device=device)
                     for days, device in ((6, mine), (5, None)))
    page = sign_in(cast.tu).get(f"/people/{cast.lan.id}").text
    assert list(pressable(page)) == [living.id, unknown.id, last.id]


def test_termination_ends_only_its_sign_in(cast, sign_in, browser_of):
    phone, other = sign_in(cast.lan), sign_in(cast.lan)
    ids = {row.id for row in Session.select().where(Session.user == cast.lan)}
    with phone.session_transaction() as cookie:
        its = Session.digest(cookie["token"])
    assert its in ids
    answer = browser_of(cast.tu).press(f"/people/{cast.lan.id}/sign-ins/{its}/termination")
    assert (answer.status_code, answer.location) == (303, f"/people/{cast.lan.id}")
    assert phone.get("/pack").json["code"] == "signed_out"
    assert other.get("/pack").status_code == 200


def test_loss_report_is_shown_and_wipes_the_device(cast, sign_in, browser_of):
    phone, found = sign_in(cast.lan), Session.get(Session.user == cast.lan)
    chair = browser_of(cast.son)
    chair.press(f"/people/{cast.lan.id}/sign-ins/{found.id}/loss")
    assert phone.get("/pack").json["code"] == "wipe"
    assert "Đã báo mất" in chair.get(f"/people/{cast.lan.id}").text


def test_sign_in_of_another_person_is_not_found(cast, browser_of):
    found = sign_in_of(cast.binh)
    answer = browser_of(cast.tu).press(f"/people/{cast.lan.id}/sign-ins/{found.id}/loss")
    assert answer.status_code == 404
    assert not Session.get_by_id(found.id).lost_at


def test_account_is_deactivated_and_reactivated(cast, browser_of, sign_in):
    phone, leader = sign_in(cast.lan), browser_of(cast.tu)
    assert leader.press(f"/people/{cast.lan.id}/deactivation").status_code == 303
    assert User.get_by_id(cast.lan.id).closed_on == clock.today()
    assert phone.get("/").status_code == 302
    assert "Đã đóng" in leader.get("/people").text
    assert leader.press(f"/people/{cast.lan.id}/reactivation").status_code == 303
    assert phone.get("/").status_code == 200


@pytest.mark.parametrize("who, whom, status", [
    ("tu", "lan", 303), ("tu", "tu", 403), ("hanh", "tu", 303), ("hanh", "hanh", 403),
    ("hanh", "son", 403), ("son", "hanh", 303), ("son", "son", 403), ("tu", "mai", 404),
    ("son", "kien", 404)])
def test_roles_that_may_deactivate_an_account(cast, browser_of, who, whom, status):
    person = getattr(cast, whom)
    browser = browser_of(getattr(cast, who))
    answer = browser.press(f"/people/{person.id}/deactivation", page=f"/people/{cast.lan.id}")
    assert answer.status_code == status
    assert User.get_by_id(person.id).active == (status != 303)


def test_query_count_is_constant_in_people(cast, sign_in):
    browser = sign_in(cast.son)
    browser.get("/people")
    with counted() as few:
        browser.get("/people")
    for number in range(12):
        sign_in_of(cast.person(f"m{number}", "member", f"Lê Văn {number}", cast.da_xanh))
        Device.create(id=UUID(DEVICE), user=User.get(User.username == f"m{number}"),
                      commune=cast.an_phu, village=cast.da_xanh, seen_at=clock.now())
    with counted() as many:
        browser.get("/people")
    assert len(many) == len(few) <= 9
