"""A person's details, role and village change; phones and other officers notice."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Deed, Membership, SignInCard, Speaks, User, Village
from teamapp.models.secret import is_secret_of

from ..cast import PIN
from ..deeds import round_for
from ..sync.phone import body, entry, send


def version(page):
    return re.search(r'name="drawn"[^>]* value="(\w+)"', page)[1]


@pytest.fixture
def change(cast, browser_of):
    """Return a function that posts a person's details or placement as drawn, with changes."""
    def post(person, part, by=None, drawn=None, **fields):
        browser = browser_of(by or cast.hanh)
        page = f"/people/{person.id}/{part}"
        kept = {"name": person.name} if part == "edit" else {
            "role": person.role, "village": person.village_id or ""}
        url = page if part == "placement" else f"/people/{person.id}"
        return browser.press(url, page, **kept | {
            "drawn": version(drawn or browser.get(page).text)} | fields)

    return post


def kinds():
    return [deed.kind for deed in Deed.select().order_by(Deed.id)]


def test_details_are_changed_and_the_deed_names_the_fields(cast, change):
    answer = change(cast.lan, "edit", name="Lê Thị Lan Anh", phone="0987654321", weekdays=["1"],
                    minutes_a_day="60", languages=["sti"])
    lan = User.get_by_id(cast.lan.id)
    assert (answer.status_code, lan.name, lan.phone, lan.days, lan.minutes) == (
        303, "Lê Thị Lan Anh", "0987654321", "1", 60)
    assert [row.language_id for row in Speaks.select().where(Speaks.user == lan)] == ["sti"]
    [deed] = Deed.select()
    assert (deed.kind, set(deed.note.split(", "))) == (
        "user_changed", {"name", "phone", "days", "minutes", "languages"})
    assert "0987654321" not in deed.note


def test_saving_without_a_change_leaves_no_deed(cast, change):
    assert change(cast.lan, "edit", languages=["vie"]).status_code == 303
    assert kinds() == []


@pytest.mark.parametrize("who, whom, details, placement", [
    ("hanh", "lan", 200, 200), ("hanh", "hanh", 200, 403), ("hanh", "son", 403, 403),
    ("son", "hanh", 200, 200), ("son", "son", 200, 403), ("tu", "lan", 403, 403),
    ("hanh", "kien", 404, 404)])
def test_roles_that_may_change_a_person(cast, sign_in, who, whom, details, placement):
    browser, id = sign_in(getattr(cast, who)), getattr(cast, whom).id
    assert browser.get(f"/people/{id}/edit").status_code == details
    assert browser.get(f"/people/{id}/placement").status_code == placement


def test_second_of_two_officers_is_told_and_loses_nothing_typed(cast, change, sign_in):
    drawn = sign_in(cast.son).get(f"/people/{cast.lan.id}/edit").text
    change(cast.lan, "edit", phone="0911111111", languages=["vie"])
    answer = change(cast.lan, "edit", by=cast.son, drawn=drawn, name="Lan Mới", minutes_a_day="45")
    assert answer.status_code == 422 and User.get_by_id(cast.lan.id).name == cast.lan.name
    for shown in ("Người khác vừa sửa", "0911111111", 'value="Lan Mới"', 'value="45"'):
        assert shown in answer.text
    assert change(cast.lan, "edit", by=cast.son, drawn=answer.text, name="Lan Mới").status_code \
        == 303


def test_placement_of_an_older_state_is_refused(cast, change, sign_in):
    drawn = sign_in(cast.son).get(f"/people/{cast.lan.id}/placement").text
    change(cast.lan, "placement", village=cast.da_xanh.id)
    answer = change(cast.lan, "placement", by=cast.son, drawn=drawn, role="leader")
    assert answer.status_code == 422 and "Người khác vừa sửa" in answer.text
    assert User.get_by_id(cast.lan.id).role == "member"


def test_moved_member_sees_the_new_village_and_its_phone_starts_over(cast, change, sign_in):
    phone = sign_in(cast.lan)
    before = phone.get("/pack").text
    scope = re.search(r'"scope":"([^"]+)"', before)[1]
    epoch, cursor = (re.search(rf'"{name}":"?([\w-]+)', before)[1] for name in ("epoch", "cursor"))
    state = f"/pack?since={cursor}&epoch={epoch}&scope={scope}"
    assert '"reset":false' in phone.get(state).text
    assert change(cast.lan, "placement", village=cast.da_xanh.id).status_code == 303
    after = phone.get(state).text
    assert '"reset":true' in after and "H'Lan" in after.replace("&#39;", "'")
    assert "Điểu Bré" not in after
    assert kinds() == ["user_moved"]


def test_changed_role_makes_the_phone_start_over(cast, change, sign_in):
    phone = sign_in(cast.lan)
    scope = re.search(r'"scope":"([^"]+)"', phone.get("/pack").text)[1]
    change(cast.lan, "placement", role="leader")
    assert re.search(r'"scope":"([^".]+)', phone.get("/pack").text)[1] != scope.split(".")[0]
    assert (kinds(), Deed.get().note) == (["role_changed"], "member → leader")
    assert is_secret_of(User.get_by_id(cast.lan.id).secret_hash, PIN)


def test_visits_of_the_old_village_are_accepted_for_ninety_days(cast, change, sign_in, later):
    before = clock.now() - timedelta(hours=1)
    change(cast.lan, "placement", village=cast.da_xanh.id)
    phone = sign_in(cast.lan)

    def status():
        return send(phone, cast.lan, entry(body(cast.bre, at=before))).json["results"][0]["status"]

    assert status() == "accepted"
    later(days=91)
    phone = sign_in(cast.lan)
    assert status() == "rejected"


@pytest.mark.parametrize("whom, fields", [
    ("lan", {"role": "officer"}), ("hanh", {"role": "member"})])
def test_change_between_team_and_commune_ends_secret_sign_ins_and_card(
        cast, change, sign_in, whom, fields):
    person = getattr(cast, whom)
    browser, token = sign_in(person), SignInCard.issue([person], cast.son)[person.id]
    change(person, "placement", by=cast.son, village=cast.da_xanh.id, **fields)
    person = User.get_by_id(person.id)
    assert (person.role, person.secret_hash) == (fields["role"], "")
    assert person.village_id == (cast.da_xanh.id if person.is_field else None)
    assert browser.get("/pack").json["code"] == "signed_out"
    assert SignInCard.find(token).state == "revoked"
    assert not Membership.select().where(Membership.user == person, Membership.until_on.is_null(),
                                         Membership.village != person.village_id).exists()


def test_role_above_the_own_one_is_refused_beside_the_field(cast, change):
    answer = change(cast.lan, "placement", role="chair")
    assert answer.status_code == 422 and "chỉ chủ tịch mới giao được" in answer.text


def test_officer_who_lost_the_role_meanwhile_changes_nothing(
        cast, change, browser_of, monkeypatch):
    """The write transaction finds the officer as a member."""
    write = type(cast.an_phu).write

    def demoting(commune):
        User.update(role="member").where(User.id == cast.hanh.id).execute()
        return write(commune)

    officer, page = browser_of(cast.hanh), f"/people/{cast.lan.id}"
    monkeypatch.setattr(type(cast.an_phu), "write", demoting)
    posts = ((f"{page}/cards", page, {}), (f"{page}/deactivation", page, {}),
             ("/villages/order", "/villages/order", {}))
    for url, form, fields in posts:
        User.update(role="officer").where(User.id == cast.hanh.id).execute()
        assert officer.press(url, form, **fields).status_code == 403, url
    User.update(role="officer").where(User.id == cast.hanh.id).execute()
    assert change(cast.lan, "edit", name="Lan Mới").status_code == 403
    assert User.get_by_id(cast.lan.id).name == cast.lan.name
    assert not SignInCard.select().exists() and not Deed.select().exists()


def test_houses_to_hand_over_are_named_with_the_place_where_it_is_done(
        cast, change, sign_in, browser_of):
    found = round_for(cast.lan, [cast.bre, cast.van])
    link = f"/rounds/{found.id}/villages/{cast.cau_van.id}"
    officer, leader = sign_in(cast.hanh), browser_of(cast.tu)
    for part in ("", "/placement"):
        page = officer.get(f"/people/{cast.lan.id}{part}").text
        assert "Còn 2 nhà được giao ở Ấp Cầu Ván" in page and f'href="{link}"' in page
    page = leader.get(f"/people/{cast.lan.id}").text
    assert "Còn 2 nhà" in page and "Nhờ xã giao" in page and link not in page
    change(cast.lan, "placement", village=cast.da_xanh.id)
    page = officer.get(f"/people/{cast.lan.id}").text.partition("Đóng tài khoản")[0]
    assert "Còn 2 nhà được giao ở Ấp Cầu Ván" in page


def test_deactivation_says_what_is_still_on_the_phone(cast, sign_in):
    send(sign_in(cast.lan), cast.lan, left={"count": 3, "oldest": clock.now().isoformat()})
    assert "Trên máy còn 3 lượt chưa gửi" in sign_in(cast.tu).get(f"/people/{cast.lan.id}").text


def test_deactivation_and_reactivation_are_recorded_and_end_the_open_card(cast, browser_of):
    token = SignInCard.issue([cast.lan], cast.hanh)[cast.lan.id]
    leader = browser_of(cast.tu)
    leader.press(f"/people/{cast.lan.id}/deactivation")
    assert SignInCard.find(token).state == "revoked"
    leader.press(f"/people/{cast.lan.id}/reactivation")
    assert kinds() == ["user_deactivated", "user_reactivated"]


def test_member_of_a_closed_village_is_reactivated_after_a_move(cast, browser_of, change):
    officer, page = browser_of(cast.hanh), f"/people/{cast.lan.id}"
    officer.press(f"{page}/deactivation")
    Village.update(closed_on=clock.today()).where(Village.id == cast.cau_van).execute()
    answer = officer.press(f"{page}/reactivation")
    assert (answer.status_code, User.get_by_id(cast.lan.id).active) == (409, False)
    assert "Ấp Cầu Ván đã thôi hoạt động" in answer.text and f"{page}/placement" in answer.text
    change(cast.lan, "placement", village=cast.da_xanh.id)
    assert officer.press(f"{page}/reactivation").status_code == 303
    assert User.get_by_id(cast.lan.id).active
