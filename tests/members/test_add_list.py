"""A list of people is previewed line by line, repaired in place, and added whole or not at all."""

import io
import re
import time

import pytest
from openpyxl import Workbook

from teamapp.members import lists
from teamapp.members.pasting import read_people
from teamapp.members.words import Languages, role_of
from teamapp.models import Deed, Membership, Speaks, User, Village
from teamapp.models.village_names import Villages
from teamapp.spreadsheet import Table, read_lines

LIST = """TT\tHọ và tên\tThôn/ấp\tChức vụ\tSố ĐT\tNgôn ngữ
1\tĐinh Thị Hoa\tẤp Cầu Ván\tTổ trưởng\t0912345678\tS'tiêng, Việt
2\tY BAN NIÊ\tda xanh\t\t912345679\t
3\tLê Thị Lan\tCầu Ván\tThành viên\t\t"""


@pytest.fixture
def officer(cast, browser_of):
    """Return an officer's browser with the steps of adding a list."""
    browser = browser_of(cast.hanh)

    def preview(text="", **fields):
        return browser.press("/people/lists/preview", "/people/lists/new", pasted=text, **fields)

    def save(page, **fields):
        return browser.press("/people/lists", "/people/lists/new", **fields_of(page) | fields)

    browser.preview, browser.save = preview, save
    return browser


def fields_of(page):
    """Return the lines of a preview as a browser posts them."""
    said = dict(re.findall(r'<input[^>]* name="(lines-[\w-]+)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="(lines-[\w-]+)"[^>]*>(.*?)</select>',
                                    page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"|value="([^"]*)" selected', options)
        said[name] = (chosen[1] or chosen[2] or "") if chosen else ""
    return {name: value.replace("&#39;", "'") for name, value in said.items()}


def fates(page):
    """Return the words of each line's fate."""
    return re.findall(r'<span class="status \w+">(Mới|Đã có|Chưa chắc|Phải sửa|Bỏ dòng này)<', page)


def test_preview_shows_every_line_and_writes_nothing(cast, officer):
    before = User.select().count()
    page = officer.preview(LIST).text
    assert fates(page) == ["Mới", "Mới", "Đã có"]
    assert "v01.hoadt" in page and "Lê Thị Lan (lan)" in page and "Ghi 2 người" in page
    assert (User.select().count(), Deed.select().count()) == (before, 0)


def test_list_is_added_in_one_go_and_a_second_time_changes_nothing(cast, officer):
    page = officer.preview(LIST).text
    answer = officer.save(page)
    assert (answer.status_code, answer.location) == (303, "/people?added=2")
    hoa, ban = User.select().order_by(User.id.desc()).limit(2)[::-1]
    assert (hoa.name, hoa.role, hoa.phone, hoa.village, hoa.secret_hash) == (
        "Đinh Thị Hoa", "leader", "0912345678", cast.cau_van, "")
    assert (ban.name, ban.role, ban.phone, ban.village) == (
        "Y Ban Niê", "member", "0912345679", cast.da_xanh)
    assert {row.language_id for row in Speaks.select().where(Speaks.user == hoa)} == {
        "vie", "sti"}
    assert Membership.select().where(Membership.user.in_([hoa, ban])).count() == 2
    assert [deed.kind for deed in Deed.select()] == ["user_created"] * 2
    assert "Đã thêm 2 người" in officer.get("/people?added=2").text
    again = officer.preview(LIST).text
    assert fates(again) == ["Đã có"] * 3
    assert officer.save(again).status_code == 422
    assert Deed.select().count() == 2


def test_list_that_meets_a_taken_username_adds_nobody(officer, monkeypatch):
    page = officer.preview(LIST).text
    monkeypatch.setattr(lists, "proposed", lambda lines: ["v01.hoadt", "kien"][:len(lines)])
    before = User.select().count()
    answer = officer.save(page)
    assert answer.status_code == 409 and "bấm Ghi lần nữa" in answer.text
    assert (User.select().count(), Deed.select().count()) == (before, 0)


def test_people_of_one_name_and_village_are_kept_apart_by_username(officer):
    page = officer.preview("Họ tên\tẤp\tSĐT\nVõ Thị Na\tCầu Ván\t0911111111\n"
                           "Võ Thị Na\tCầu Ván\t0922222222").text
    assert officer.save(page).status_code == 303
    assert {user.username for user in User.select().where(User.name == "Võ Thị Na")} == {
        "v01.navt", "v01.navt2"}


def test_doubtful_line_waits_for_a_decision(cast, officer):
    User.update(phone="0911111111").where(User.id == cast.lan.id).execute()
    page = officer.preview("Họ tên\tẤp\tSĐT\nVõ Na\tCầu Ván\t0911111111\n"
                           "Lê Thị Lan\tCầu Ván\t0922222222").text
    assert fates(page) == ["Chưa chắc"] * 2 and "Lê Thị Lan (lan)" in page
    answer = officer.save(page, **{"lines-0-decision": "skip"})
    assert answer.status_code == 422 and fates(answer.text) == ["Bỏ dòng này", "Chưa chắc"]
    assert officer.save(answer.text, **{"lines-1-decision": "add"}).status_code == 303
    assert User.select().where(User.name == "Lê Thị Lan").count() == 2


def test_refused_cells_are_repaired_in_place_before_anything_is_written(cast, officer):
    before = User.select().count()
    page = officer.preview("Họ tên\tThôn\tVai trò\tSĐT\tTiếng\n"
                           "Võ Na\tCầu Vàng\tTrưởng ban\t12\tPháp\nVõ Nam\tCầu Ván\t\t\t").text
    assert fates(page) == ["Phải sửa", "Mới"]
    for said in ("Không thấy nơi này", "“Cầu Vàng”", "Không hiểu vai trò", "Số điện thoại không",
                 "Danh mục không có tiếng này"):
        assert said in page
    assert officer.save(page).status_code == 422 and User.select().count() == before
    repaired = {"lines-0-village": Villages.key(cast.da_xanh), "lines-0-role": "leader",
                "lines-0-phone": "0911111111", "lines-0-languages": "Tày"}
    assert officer.save(page, **repaired).status_code == 303
    assert User.select().count() == before + 2


def test_one_village_is_given_to_every_open_cell_or_to_all(cast, officer):
    page = officer.preview("Họ tên\tThôn\nVõ Na\t\nVõ Nam\tĐá Xanh").text
    said = fields_of(page) | {"fill": "1", "fill_village": Villages.key(cast.cau_van)}
    token = "/people/lists/new"
    page = officer.press("/people/lists/preview", token, **said).text
    assert [fields_of(page)[f"lines-{n}-village"] for n in (0, 1)] == [
        Villages.key(cast.cau_van), Villages.key(cast.da_xanh)]
    page = officer.press("/people/lists/preview", token, **said, fill_where="all").text
    assert fields_of(page)["lines-1-village"] == Villages.key(cast.cau_van)


def test_role_above_the_own_one_is_refused(officer):
    page = officer.preview("Họ tên\tChức vụ\nVõ Na\tChủ tịch UBND xã").text
    assert fates(page) == ["Phải sửa"] and "chỉ chủ tịch mới giao được" in page


def xlsx(rows):
    """Return a workbook of these rows."""
    made, content = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(content)
    return content.getvalue()


def test_workbook_is_read_and_an_unreadable_file_is_told(officer):
    sheet = xlsx([["DANH SÁCH TỔ CÔNG NGHỆ SỐ"], ["STT", "Họ và tên", "Ấp", "Điện thoại"],
                  [1, "Võ Thị Na", "Cầu Ván", 911111111]])
    page = officer.preview(file=(io.BytesIO(sheet), "to.xlsx")).text
    assert fates(page) == ["Mới"] and fields_of(page)["lines-0-phone"] == "911111111"
    for fields, said in (({"file": (io.BytesIO(b"PK\x03\x04rubbish"), "to.xlsx")}, "Không mở được"),
                         ({}, "Chưa có dòng nào"), ({"text": "\n".join(["Võ Na"] * 501)}, "500")):
        answer = officer.preview(**fields)
        assert answer.status_code == 422 and said in answer.text


@pytest.mark.parametrize("text, expected", [
    ("SĐT,Tên,Địa bàn\n0911111111,Võ Na,Cầu Ván", [("Võ Na", "Cầu Ván", "0911111111")]),
    ("Họ và tên đệm;Tên;Ấp\nVõ Thị;Na;Cầu Ván", [("Võ Thị Na", "Cầu Ván", "")]),
    ("1\tVõ Na\tẤp Cầu Ván\tThành viên\t0911111111", [("Võ Na", "Ấp Cầu Ván", "0911111111")]),
    ("Võ Na\nVõ Nam", [("Võ Na", "", ""), ("Võ Nam", "", "")]),
    ("TT\tHọ tên\tSĐT\nI. Ấp Cầu Ván\n1\tVõ Na\t\n\tII. Bon Đá Xanh\n1\tVõ Nam\t",
     [("Võ Na", "Ấp Cầu Ván", ""), ("Võ Nam", "Bon Đá Xanh", "")])])
def test_columns_are_known_by_their_headings_or_their_cells(cast, text, expected):
    found = read_people([Table.of(read_lines(text))], Villages(Village.labelled(cast.hanh)))
    assert [tuple(line.get(name, "") for name in ("name", "village", "phone"))
            for line in found] == expected


@pytest.mark.parametrize("typed, code", [
    ("Ấp Cầu Ván", "V01"), ("cau van", "V01"), ("THÔN CẦU VÁN", "V01"), ("v02", "V02"),
    ("Bon Da Xanh", "V02"), ("Suối Lá", None), ("Ấp 1", "V03"), ("Thôn 1", "V04"), ("1", None)])
def test_villages_are_found_without_accents_and_with_any_unit_type(cast, typed, code):
    cast.village(cast.an_phu, "V03", "ap", "1", 3)
    cast.village(cast.an_phu, "V04", "thon", "1", 4)
    found = Villages(Village.labelled(cast.hanh)).find(typed)
    assert (found and found.code) == code


@pytest.mark.parametrize("typed, role", [
    ("", "member"), ("Tổ trưởng tổ CNSCĐ", "leader"), ("to pho", "member"), ("Bí thư", ""),
    ("Phó chủ tịch", ""), ("Chủ tịch", "chair"), ("Cán bộ tổng hợp", "officer")])
def test_roles_are_known_by_their_words(typed, role):
    assert role_of(typed) == role


def test_languages_are_known_with_or_without_the_word_for_language(app):
    assert Languages().read("tiếng Kinh, S'Tiêng; e de và Mông") == (
        ["hmn", "rad", "sti", "vie"], [])
    assert Languages().read("") == (["vie"], [])


def test_hundred_and_four_lines_take_little_time(officer):
    text = "Họ tên\tThôn\tSĐT\n" + "\n".join(
        f"Nguyễn Văn {'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}\tCầu Ván\t09{n:08}"
        for n in range(104))
    began = time.process_time()
    page = officer.preview(text).text
    assert officer.save(page).location == "/people?added=104"
    assert time.process_time() - began < 4
