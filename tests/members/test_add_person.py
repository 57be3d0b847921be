"""A person is added by hand, without a secret, under a username of their own."""

import pytest

from teamapp.members.forms import NewPersonForm
from teamapp.models import Deed, Membership, SignInCard, Speaks, User, Village

NEW = {"name": "Đinh Thị Ánh Hoa", "role": "member", "phone": "0912 345 678", "minutes_a_day": "90",
       "languages": ["vie", "sti"], "weekdays": ["6", "2"]}


@pytest.fixture
def add(cast, browser_of):
    """Return a function that adds a person as an officer, or as somebody else."""
    def post(by=None, **fields):
        browser = browser_of(by or cast.hanh)
        said = NEW | {"village": cast.cau_van.id} | fields
        return browser.press("/people", "/people/new", **said)

    return post


def newest():
    return User.select().order_by(User.id.desc()).first()


def test_person_is_added_with_everything_told(cast, add):
    answer, person = add(), newest()
    assert (answer.status_code, answer.location) == (303, f"/people/{person.id}")
    assert (person.name, person.phone, person.days, person.minutes) == (
        "Đinh Thị Ánh Hoa", "0912345678", "26", 90)
    assert (person.village, person.role, person.commune) == (cast.cau_van, "member", cast.an_phu)
    assert {row.language_id for row in Speaks.select().where(Speaks.user == person)} == {
        "vie", "sti"}
    assert Membership.get(Membership.user == person).village == cast.cau_van
    [deed] = Deed.visible_to(cast.son)
    assert (deed.kind, deed.by, deed.user, deed.note) == (
        "user_created", cast.hanh, person, "member")


def test_new_person_has_no_secret_and_comes_in_by_a_card(cast, add):
    add()
    assert newest().secret_hash == ""
    assert User.authenticate(newest().username, "") is None
    token = SignInCard.issue([newest()], cast.hanh)[newest().id]
    assert SignInCard.find(token).use("493817")


def test_username_is_proposed_without_accents_and_numbered_when_taken(add):
    for expected in ("v01.hoadta", "v01.hoadta2", "v01.hoadta3"):
        add()
        assert newest().username == expected


def test_proposal_fills_in_a_username_and_keeps_the_own_one(cast, browser_of):
    browser = browser_of(cast.hanh)

    def proposed(**fields):
        said = NEW | {"village": cast.cau_van.id} | fields
        return browser.press("/people/proposal", "/people/new", **said).text

    before = User.select().count()
    assert 'value="v01.hoadta"' in proposed()
    assert 'value="99001.hoadta"' in proposed(role="officer")
    assert 'value="v02.hoadta"' in proposed(
        village=cast.da_xanh.id, username="v01.hoadta", proposed="v01.hoadta")
    assert 'value="hoa.cauvan"' in proposed(username="Hoa.CauVan")
    assert User.select().count() == before


def test_taken_username_is_told_without_telling_whose_it_is(cast, add):
    page = add(username="kien").text  # of the other commune
    assert "đã có người dùng" in page and cast.kien.name not in page
    assert 'value="Đinh Thị Ánh Hoa"' in page and newest() == cast.chau


def test_username_taken_at_the_same_moment_is_told_and_nothing_is_written(add, monkeypatch):
    """Another commune writes it after the form was checked."""
    monkeypatch.setattr(NewPersonForm, "validate_username", lambda form, field: None)
    before = User.select().count()
    assert add(username="kien").status_code == 422
    assert (User.select().count(), Deed.select().count()) == (before, 0)


@pytest.mark.parametrize("fields, said", [
    ({"name": " "}, "Ghi họ và tên."), ({"name": "Hoa 2"}, "Ghi tên người, không có số."),
    ({"name": "Hoa\x01"}, "ký tự lạ"), ({"phone": "123"}, "Ghi số di động 10 số"),
    ({"minutes_a_day": "900"}, "Ghi số phút từ 5 đến 720"), ({"minutes_a_day": "x"}, "Ghi một số"),
    ({"languages": ["xxx"]}, "Có mục không thuộc"), ({"weekdays": ["9"]}, "Có mục không thuộc"),
    ({"village": ""}, "Chọn thôn, ấp của người này"), ({"village": 999}, "không còn trong danh"),
    ({"role": "chair"}, "chỉ chủ tịch mới giao được"), ({"role": "province"}, "Chọn một vai trò"),
    ({"username": "Ấn!"}, "chữ không dấu")])
def test_mistake_is_told_beside_its_field_and_nothing_is_written(add, fields, said):
    before = User.select().count()
    answer = add(**fields)
    assert (answer.status_code, User.select().count()) == (422, before)
    assert said in answer.text and Deed.select().count() == 0


def test_village_of_another_commune_or_a_closed_one_is_refused(cast, add):
    Village.update(closed_on="2026-01-01").where(Village.id == cast.da_xanh).execute()
    for village in (cast.suoi_la, cast.da_xanh):
        assert "không còn trong danh sách" in add(village=village.id).text


def test_commune_role_has_no_village(cast, add):
    assert add(by=cast.son, role="officer").status_code == 303
    assert (newest().role, newest().village) == ("officer", None)
    assert not Membership.select().where(Membership.user == newest()).exists()


@pytest.mark.parametrize("by, roles", [
    ("hanh", ["member", "leader", "officer"]), ("son", ["member", "leader", "officer", "chair"])])
def test_only_roles_up_to_the_own_one_are_offered(cast, sign_in, by, roles):
    page = sign_in(getattr(cast, by)).get("/people/new").text
    assert [role for role in User.ROLES if f'value="{role}"' in page] == roles
