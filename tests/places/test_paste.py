"""A list copied from a spreadsheet: each line shows its fate before anything is written."""

import re

import pytest

from teamapp import clock
from teamapp.models import Deed, UnitType, Village
from teamapp.places.pasting import Reading

pytestmark = pytest.mark.once  # the result does not depend on the database


@pytest.fixture
def read(app):
    """Return a function that reads a pasted text: [(unit type, name, code, people, signal)]."""
    def lines(pasted, unit_type=""):
        units = list(UnitType.select())
        return [tuple(line[key] for key in ("unit_type", "name", "code", "declared_14plus",
                                            "signal"))
                for line in Reading(pasted, units, unit_type).lines()]
    return lines


CAU_VAN = ("ap", "Cầu Ván", "V01", "1250", "weak")


@pytest.mark.parametrize("pasted", [
    "Ấp Cầu Ván\tV01\t1.250\tyếu", "ấp Cầu Ván, V01, 1250, Yếu", "1\tẤp Cầu Ván\tV01\t1 250\tkém",
    "Ấp Cầu Ván;V01;1.250 người;yếu\n", "\n\n1.\tẤp  Cầu Ván \tV01\t1,250\tyếu\n\t\t\n",
    '"Ấp Cầu\nVán"\tV01\t1250\tyếu', "Ap Cầu Ván\tV01\t1250\tyếu",
    "STT\tTên thôn, ấp\tMã\tSố người từ 14 tuổi\tSóng\n1\tẤp Cầu Ván\tV01\t1.250\tyếu",
    "Mã ấp\tSóng\tSố người\tThôn, ấp\nV01\tyếu\t1250\tẤp Cầu Ván\nTổng cộng\t\t1250\t",
    "Loại\tTên\tMã\t14+\tSóng\nẤp\tCầu Ván\tV01\t1250\tyếu"])
def test_cells_are_read_with_or_without_a_header(read, pasted):
    assert read(pasted) == [CAU_VAN]


@pytest.mark.parametrize(("pasted", "found"), [
    ("Tổ dân phố 3", ("to_dan_pho", "3", "", "", "fair")),
    ("TDP 3\t900", ("to_dan_pho", "3", "", "900", "fair")),
    ("Khu phố Bốn, KP04", ("khu_pho", "Bốn", "KP04", "", "fair")),
    ("Thôn 1\t01\t812", ("thon", "1", "01", "812", "fair")),
    ("Thôn 1\t01", ("thon", "1", "01", "", "fair")),
    ("Bàu Sen", ("", "Bàu Sen", "", "", "fair")),
    ("Ấp", ("", "Ấp", "", "", "fair")),
    ("Apa Chải", ("", "Apa Chải", "", "", "fair")),
    ("Ấp Bàu Sen\tV02\tđông", ("ap", "Bàu Sen", "V02", "", "")),
    ("Xã Bàu Sen\tV02\t1250\ttốt", ("", "Xã Bàu Sen", "V02", "1250", "good"))])
def test_what_is_not_told_stays_open(read, pasted, found):
    assert read(pasted) == [found]


def test_an_open_quotation_is_refused_and_swallows_no_line(browser_of, cast):
    answer = browser_of(cast.hanh).send("/villages/proposal", lines='"Ấp Sen\nẤp Đồi\nẤp Chợ\n')
    assert answer.status_code == 422 and "mở ngoặc kép mà không đóng" in answer.text


def test_common_type_fills_lines_without_one(read):
    assert [line[0] for line in read("Bàu Sen\nThôn Đồi", "ap")] == ["ap", "thon"]


def fields_of(page):
    """Return the fields of the preview as a browser would post them."""
    form = page.split('<form id="lines"')[1].split("</form>")[0]
    found = dict(re.findall(
        r'<input(?![^>]*checkbox)[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="(\w*)"', options)
        found[name] = chosen[1] if chosen else ""
    ticked = re.findall(r'<input checked[^>]*name="([\w-]+)"', form)
    return found | dict.fromkeys(ticked, "y")


PASTED = "Ấp Bàu Sen\tV03\t800\ttốt\nThôn Đồi\t\t\t\nẤp Suối Đá\tV03\t700\nKhóm Chợ\tV09\tđông"


def test_preview_shows_each_line_and_writes_nothing(browser_of, cast):
    officer = browser_of(cast.hanh)
    answer = officer.send("/villages/proposal", lines=PASTED)
    assert answer.status_code == 200
    assert Village.select().count() == 3 and not Deed.select().exists()
    rows = answer.text.split("<tbody>")[1].split("<tr>")[1:]
    assert "sẽ thêm" in rows[0] and "sẽ thêm" in rows[1]
    assert 'value="V04"' in rows[1], "a free code is proposed"
    assert "cần sửa" in rows[2] and "Mã này đã có: dòng 1." in rows[2]
    assert "cần sửa" in rows[3] and "Chọn tốt, vừa hay yếu." in rows[3]
    assert "2 dòng cần sửa trước." in answer.text


def test_repaired_lines_are_written_together(browser_of, cast, villages, deeds):
    officer = browser_of(cast.hanh)
    fields = fields_of(officer.send("/villages/proposal", lines=PASTED).text)
    assert officer.send("/villages/list", **fields).status_code == 422
    assert Village.select().count() == 3 and not Deed.select().exists()
    fields |= {"lines-2-code": "V05", "lines-3-skipped": "y", "declared_source": "Công an xã"}
    assert officer.send("/villages/list", **fields).status_code == 303
    assert villages(cast.an_phu)[2:] == ["Ấp Bàu Sen", "Thôn Đồi", "Ấp Suối Đá"]
    assert [(row.code, row.declared_14plus, row.declared_on, row.declared_source, row.signal)
            for row in Village.select().where(Village.position > 2).order_by(Village.position)] == [
        ("V03", 800, clock.today(), "Công an xã", "good"), ("V04", None, None, "", "fair"),
        ("V05", 700, clock.today(), "Công an xã", "fair")]
    assert [deed[:3] for deed in deeds(cast.an_phu)] == [
        ("village_created", "hanh", code) for code in ("V03", "V04", "V05")]


def test_same_list_again_adds_nothing(browser_of, cast):
    officer = browser_of(cast.hanh)
    answer = officer.send("/villages/proposal", lines="ấp cầu ván\nBon Đá Xanh\tV02\nẤp Mới")
    assert answer.text.count("đã có, bỏ qua") == 2
    officer.send("/villages/list", **fields_of(answer.text))
    assert Village.select().where(Village.commune == cast.an_phu).count() == 3


@pytest.mark.parametrize(("pasted", "words"), [
    ("Ấp Sen\nấp  SEN\tV09", "Tên này đã có: dòng 1."),
    ("Ấp Sen\tV01", "Mã này đã có: Ấp Cầu Ván."),
    ("Cầu Ván Mới\tV09", "Chưa rõ là thôn, ấp hay bản. Chọn loại."),
    ("Ấp Sen\tV09\t9999999", "Ghi số từ 0 đến 100.000."),
    ("\tV09\t12", "Ghi tên.")])
def test_doubt_stands_beside_its_field(browser_of, cast, pasted, words):
    answer = browser_of(cast.hanh).send("/villages/proposal", lines=pasted)
    assert words in answer.text.split("<tbody>")[1]


@pytest.mark.parametrize(("pasted", "words"), [
    ("", "Dán danh sách vào đây."), (" \n\t", "Dán danh sách vào đây."),
    ("Tên\tMã", "Không thấy thôn, ấp nào trong đó."),
    ("Ấp Sen\n" * 6000, "Danh sách dài quá. Dán từng phần.")])
def test_list_without_a_village_is_refused(browser_of, cast, pasted, words):
    answer = browser_of(cast.hanh).send("/villages/proposal", lines=pasted)
    assert answer.status_code == 422 and words in answer.text


def test_too_many_lines_are_told(browser_of, cast):
    officer = browser_of(cast.hanh)
    answer = officer.send("/villages/proposal", lines="\n".join(f"Ấp Số {n}" for n in range(600)))
    assert "Mỗi lần nhiều nhất 200 dòng." in answer.text
    assert officer.send("/villages/list", **fields_of(answer.text)).status_code == 422
    assert Village.select().count() == 3


def test_code_taken_meanwhile_stops_all_lines(browser_of, cast, fields):
    officer = browser_of(cast.hanh)
    proposed = fields_of(officer.send("/villages/proposal", lines="Ấp Sen\nẤp Súng").text)
    officer.send("/villages", **fields)
    answer = officer.send("/villages/list", **proposed)
    assert answer.status_code == 422 and "Mã này đã có: Ấp Bàu Sen." in answer.text
    assert Village.select().count() == 4
