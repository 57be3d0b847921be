"""Officer and chair enter villages one by one and change them."""

import re

import pytest

from teamapp import clock
from teamapp.models import Deed, Household, User, Village, VillageStay


def in_form(answer):
    """Return the values of the form's fields, by name."""
    inputs = [pair for tag in re.findall(r"<input[^>]*>", answer.text)
              if "checkbox" not in tag or " checked" in tag
              for pair in re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', tag)]
    chosen = re.findall(r'<select[^>]*name="(\w+)"[^>]*>.*?<option selected value="(\w*)"',
                        answer.text, re.S)
    return {name: value for name, value in inputs + chosen if name != "csrf_token"}


def test_list_shows_each_village_with_its_facts(browser_of, cast):
    Village.update(declared_on="2026-11-12", declared_source="Công an xã", signal="weak").where(
        Village.id == cast.cau_van.id).execute()
    page = browser_of(cast.hanh).get("/villages").text
    row = " ".join(re.sub(r"<[^>]+>", " ", next(
        row for row in page.split("<tr>") if "Cầu Ván" in row)).split())
    assert row == "Ấp Cầu Ván V01 10 , ngày 12/11/2026 , Công an xã Yếu 3 3"
    assert "Suối Lá" not in page


def test_new_village_gets_a_free_code_and_the_last_place(browser_of, cast, fields, villages, deeds):
    officer = browser_of(cast.hanh)
    assert in_form(officer.get("/villages/new"))["code"] == "V03"
    assert officer.send("/villages", **fields).status_code == 303
    assert villages(cast.an_phu) == ["Ấp Cầu Ván", "Bon Đá Xanh", "Ấp Bàu Sen"]
    made = Village.get(Village.code == "V03")
    assert (made.commune, made.signal, made.declared_14plus, made.declared_source,
            made.list_complete) == (cast.an_phu, "weak", 1250, "Công an xã", False)
    assert made.declared_on.isoformat() == "2026-11-12"
    assert deeds(cast.an_phu) == [("village_created", "hanh", "V03", "V03")]


@pytest.mark.parametrize(("change", "words"), [
    ({"unit_type": ""}, "Chưa rõ là thôn, ấp hay bản. Chọn loại."),
    ({"unit_type": "xa"}, "Chưa rõ là thôn, ấp hay bản. Chọn loại."),
    ({"name": " "}, "Ghi tên."), ({"name": "x" * 81}, "Tên dài nhất 80 chữ."),
    ({"name": "Bàu\x01"}, "Tên có ký tự lạ."),
    ({"name": "CẦU  VÁN"}, "Tên này đã có: Ấp Cầu Ván. Thêm chữ để phân biệt."),
    ({"name": "ấp cầu ván", "unit_type": "ap"}, "Tên này đã có: Ấp Cầu Ván."),
    ({"code": ""}, "Ghi mã."), ({"code": "Mã 3"}, "Mã gồm chữ không dấu"),
    ({"code": "v01"}, "Mã này đã có: Ấp Cầu Ván."),
    ({"signal": "5G"}, "Chọn tốt, vừa hay yếu."),
    ({"declared_14plus": "đông"}, "Ghi một số, không có chữ."),
    ({"declared_14plus": "-1"}, "Ghi số từ 0 đến 100.000."),
    ({"declared_on": ""}, "Chọn ngày của số này."),
    ({"declared_on": "12/11"}, "Ghi ngày theo dạng ngày/tháng/năm."),
    ({"declared_on": "2090-01-01"}, "Chọn hôm nay hoặc ngày đã qua, từ năm 2020."),
    ({"declared_source": "x" * 81}, "Nguồn dài nhất 80 chữ."),
    ({"declared_source": "x\x02"}, "Nguồn có ký tự lạ."),
])
def test_error_stands_beside_its_field_and_nothing_is_written(
        browser_of, cast, fields, change, words):
    answer = browser_of(cast.hanh).send("/villages", **fields | change)
    assert answer.status_code == 422
    [field] = [part for part in answer.text.split('<div class="field">') if words in part]
    assert f'id="{next(iter(change))}"' in field
    assert Village.select().count() == 3 and not Deed.select().exists()


def test_name_of_a_closed_village_is_free_and_its_code_is_not(browser_of, cast, fields):
    Village.update(closed_on=clock.today()).where(Village.id == cast.cau_van.id).execute()
    officer = browser_of(cast.hanh)
    assert "Mã này đã có" in officer.send(
        "/villages", **fields | {"name": "Cầu Ván", "code": "V01"}).text
    assert officer.send("/villages", **fields | {"name": "Cầu Ván"}).status_code == 303


def test_village_is_changed_and_the_record_names_what(browser_of, cast, deeds):
    officer, url = browser_of(cast.hanh), f"/villages/{cast.cau_van.id}"
    fields = in_form(officer.get(url))
    assert officer.send(url, **fields).status_code == 303
    assert deeds(cast.an_phu) == []
    answer = officer.send(url, **fields | {
        "name": "Cầu Ván Một", "declared_14plus": "12", "declared_on": "2026-11-12",
        "list_complete": "y"})
    assert answer.status_code == 303
    assert Village.get_by_id(cast.cau_van.id).label == "Ấp Cầu Ván Một"
    assert deeds(cast.an_phu) == [(
        "village_changed", "hanh", "V01", "name; declared_14plus: 10 → 12; "
        "declared_on: None → 2026-11-12; list_complete: False → True")]


def test_second_officer_is_told_and_sees_both_versions(browser_of, cast):
    officer, chair = browser_of(cast.hanh), browser_of(cast.son)
    url = f"/villages/{cast.cau_van.id}"
    fields = in_form(officer.get(url))
    chair.send(url, **fields | {"signal": "weak", "declared_14plus": "25",
                                "declared_on": "2026-11-12"})
    answer = officer.send(url, **fields | {"name": "Cầu Mới"})
    assert answer.status_code == 422
    assert "người khác vừa sửa nơi này" in answer.text
    for words in ("Trong sổ đang là: Yếu", "Trong sổ đang là: 25", "Trong sổ đang là: Cầu Ván",
                  "Trong sổ đang là: 12/11/2026"):
        assert words in answer.text
    assert "Trong sổ đang là: V01" not in answer.text
    assert Village.get_by_id(cast.cau_van.id).name == "Cầu Ván"
    typed = in_form(answer)
    assert (typed["name"], typed["declared_14plus"]) == ("Cầu Mới", "10")
    assert "Chọn ngày của số này." in officer.send(url, **typed).text
    assert officer.send(url, **typed | {"declared_on": "2026-11-01"}).status_code == 303
    village = Village.get_by_id(cast.cau_van.id)
    assert (village.name, village.declared_14plus) == ("Cầu Mới", 10)


def test_another_unit_type_reaches_the_phones(browser_of, sign_in, cast):
    """It stands in the navigation of every kept page: “Cả ấp”."""
    phone, officer = sign_in(cast.lan), browser_of(cast.hanh)
    assert "Cả ấp" in phone.get("/pack").text
    scope = re.search(r'"scope":"([^"]+)"', phone.get("/pack").text)[1]
    url = f"/villages/{cast.cau_van.id}"
    officer.send(url, **in_form(officer.get(url)) | {"unit_type": "buon"})
    again = phone.get(f"/pack?scope={scope}&since=1").text
    assert re.search(r'"scope":"([^"]+)"', again)[1] != scope
    assert "Cả buôn" in again and "Cả ấp" not in again


def test_village_with_people_or_households_stays_open(browser_of, cast, deeds):
    officer, url = browser_of(cast.hanh), f"/villages/{cast.da_xanh.id}"
    answer = officer.send(f"{url}/closure")
    assert answer.status_code == 409
    assert "nơi này còn 1 hộ, 1 người của tổ" in answer.text
    assert f'href="/households?village={cast.da_xanh.id}"' in answer.text
    assert 'href="/people"' in answer.text.split("<main")[1]
    User.update(active=False).where(User.id == cast.mai.id).execute()
    assert "nơi này còn 1 hộ, 0 người của tổ" in officer.send(f"{url}/closure").text
    assert Village.get_by_id(cast.da_xanh.id).closed_on is None
    assert deeds(cast.an_phu) == []


@pytest.fixture
def empty(cast):
    """Return Đá Xanh without its household and its member."""
    VillageStay.update(until_cursor=1).where(VillageStay.village == cast.da_xanh.id).execute()
    Household.update(village=cast.cau_van, number=99).where(
        Household.id == cast.hlan.id).execute()
    User.update(active=False).where(User.id == cast.mai.id).execute()
    return cast.da_xanh


def test_empty_village_is_closed_and_reopened(browser_of, cast, empty, deeds):
    officer, url = browser_of(cast.hanh), f"/villages/{empty.id}"
    for _ in range(2):
        assert officer.send(f"{url}/closure").status_code == 303
    assert Village.get_by_id(empty.id).closed_on == clock.today()
    page = officer.get(url).text
    assert "Mở lại" in page and 'name="unit_type"' not in page
    before, after = officer.get("/villages").text.split("Đã đóng 1")
    assert "Đá Xanh" in after and "Đá Xanh" not in before
    for _ in range(2):
        assert officer.send(f"{url}/reopening").status_code == 303
    assert Village.get_by_id(empty.id).closed_on is None
    assert [deed[0] for deed in deeds(cast.an_phu)] == ["village_closed", "village_reopened"]


def test_closed_village_is_not_changed(browser_of, cast, empty):
    officer, url = browser_of(cast.hanh), f"/villages/{empty.id}"
    fields = in_form(officer.get(url))
    officer.send(f"{url}/closure")
    assert officer.send(url, **fields | {"name": "Khác"}).status_code == 422
    assert Village.get_by_id(empty.id).name == "Đá Xanh"


def test_reopening_waits_while_another_has_the_name(browser_of, cast, empty, fields):
    officer, url = browser_of(cast.hanh), f"/villages/{empty.id}"
    officer.send(f"{url}/closure")
    officer.send("/villages", **fields | {"unit_type": "bon", "name": "Đá Xanh"})
    answer = officer.send(f"{url}/reopening")
    assert answer.status_code == 409 and "một nơi đang mở có cùng tên" in answer.text
    assert Village.get_by_id(empty.id).closed_on
