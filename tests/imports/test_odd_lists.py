"""Kinds of oddities in lists, each in a few lines; more of them are in `test_cases.py`."""

from time import process_time

import pytest
from openpyxl import Workbook

from teamapp.imports.sheet import read_sheet
from teamapp.models import UnitType, Village
from teamapp.models.village_names import Villages
from teamapp.spreadsheet import UnreadableFile

pytestmark = pytest.mark.once  # the result does not depend on the database


@pytest.fixture
def read(tmp_path, app):
    """Return a function that reads the lines of a CSV."""

    def reading(*lines):
        path = tmp_path / "danh-sach.csv"
        path.write_text("\n".join(lines), "utf-8")
        return read_sheet(path, 2026, {"viet": "vie", "muong": "mtq"})

    return reading


def families(sheet):
    return [[(one.name, one.birth_year) for one in house.people] for house in sheet.households]


@pytest.mark.parametrize(("words", "poverty"), [
    ("Không", ""), ("Có", "poor"), ("x", "poor"), ("K", ""), ("N", "poor"), ("CN", "near_poor"),
    ("HCN", "near_poor"), ("Không thuộc diện hộ nghèo", ""), ("không phải hộ nghèo", ""),
    ("Đã thoát nghèo năm 2024", ""), ("Chưa thoát nghèo", "poor"), ("Mới thoát cận nghèo", ""),
    ("Tái nghèo", "poor"), ("Nghèo đa chiều", "poor"), ("Ra khỏi diện hộ nghèo 2025", ""),
    ("Hộ trung bình", ""), ("Nghèo (ko còn sức LĐ)", "poor"), ("Nghèo: không", ""),
    ("Hộ nghèo không có khả năng lao động", "poor"),
])
def test_reads_every_wording_of_a_class(read, words, poverty):
    [house] = read("Chủ hộ,Diện hộ", f"Lê Ba,{words}").households
    assert house.poverty == poverty


@pytest.mark.parametrize(("typed", "year"), [
    ("1957.0", 1957), ("sinh 1960", 1960), ("12/3/1970", 1970), ("1970-03-12", 1970),
    ("0/0/1955", 1955), ("57", 1957), ("05", 2005), ("10/05/1905", 1957), ("60 tuổi", 1966),
    ("19575", None), ("-", None), ("không nhớ", None), ("2957", None),
])
def test_reads_every_form_of_a_year(read, typed, year):
    [[(_name, found)]] = families(read("Chủ hộ,Năm sinh", f"Lê Ba,{typed}"))
    assert found == year


@pytest.mark.parametrize(("typed", "number"), [
    ("0300.000.009", "0300000009"), ("+84 300 000 001", "0300000001"), ("300000002", "0300000002"),
    ("0300000003 (con)", "0300000003"), ("SĐT: 0300000007", "0300000007"),
    ("0300 000 005/0300000006", "0300000005"), ("không dùng", ""), ("0", ""), ("Không", ""),
    ("01681234567", ""), ("3.00000008E8", ""),
])
def test_reads_a_number_or_leaves_the_cell_out(read, typed, number):
    sheet = read("Chủ hộ,SĐT", f"Lê Ba,{typed}")
    assert not sheet.refused and sheet.households[0].phone == number


@pytest.mark.parametrize("name", ["Y Ñoan Niê", "H'Ñuê Ƀuôn Yă", "Y Ƀlô Ñing", "Ông Văn Minh",
                                  "Lê Văn", "Tống Công Lý", "Lô Văn Khu", "Nguyễn Thị Mất"])
def test_leaves_names_of_other_languages_and_with_odd_words_alone(read, name):
    sheet = read("Chủ hộ,Năm sinh", f"{name},1960", "Lê Ba,1970")
    assert [house.head for house in sheet.households] == [name, "Lê Ba"]


def test_namesakes_on_following_lines_are_two_households(read):
    sheet = read("Chủ hộ,Năm sinh", "Lê Nam,1960", "Lê Nam,1975")
    assert families(sheet) == [[("Lê Nam", 1960)], [("Lê Nam", 1975)]]


def test_titles_before_names_are_left_out(read):
    sheet = read("Chủ hộ,Năm sinh", "Ông Lê Ba,1960", "Bà Trần Tư,1970", "Ông: Y Ban,1955")
    assert [house.head for house in sheet.households] == ["Lê Ba", "Trần Tư", "Y Ban"]


def test_several_people_in_a_cell_are_told_from_words_behind_a_name(read):
    sheet = read("Chủ hộ,Năm sinh", '"Lê An\nTrần Bé","1950\n1955"', "Lê Cư - Trần Dư,1970",
                 "Lê Em (vợ: Trần Y),1980", '"Lê Phú, Trưởng thôn",1975',
                 '"Nguyễn Thị\nHoa",1950')
    assert families(sheet) == [
        [("Lê An", 1950), ("Trần Bé", 1955)], [("Lê Cư", 1970), ("Trần Dư", None)],
        [("Lê Em", 1980)], [("Lê Phú, Trưởng thôn", 1975)], [("Nguyễn Thị Hoa", 1950)]]


def test_who_died_or_moved_away_is_left_out_and_named(read):
    sheet = read("Số hộ,Họ và tên,Quan hệ,Ghi chú", "1,Lê An,Chủ hộ,", "1,Lê Bé,Vợ,Đã mất",
                 "1,Lê Cư,Con,chuyển đi 2023", "1,Lê Dư,Con,đi làm ăn xa", "1,Lê Em,Con,mất CCCD",
                 "2,Trần Phú (chết),Chủ hộ,", "2,Trần Gia,Vợ,chồng mất 2019",
                 "2,Trần Huy (mất sức),Con,đã mất thẻ BHYT")
    assert [[name for name, _year in people] for people in families(sheet)] == [
        ["Lê An", "Lê Dư", "Lê Em"], ["Trần Phú", "Trần Gia", "Trần Huy"]]
    assert sheet.notes.keys() == {3, 4, 7}


@pytest.mark.parametrize("lines", [
    ["Hộ,Họ tên,Quan hệ", "1,Lê An,Chủ hộ", "1,Lê Bé,Vợ", "2,Trần Cư,Chủ hộ"],
    ["Số hộ,Họ tên,QH với chủ hộ", "1,Lê An,1", "1,Lê Bé,2", "2,Trần Cư,01"],
    ["STT,Họ tên,Quan hệ với CH", "1,Lê An,Chủ hộ (mới)", "2,Lê Bé,vợ chủ hộ", "3,Trần Cư,C.hộ"],
    ["STT,Thông tin chủ hộ,,Thành viên", ",Họ và tên,SĐT,", "1,Lê An,,Lê Bé", "2,Trần Cư,,"],
    ["STT,Ho,Ten,Quan he", "1,Le,An,Chu ho", "2,Le,Be,Vo", "3,Tran,Cu,Chu ho"],
    ["STT,Họ,Đệm,Tên,Quan hệ", "1,Lê,,An,Chủ hộ", "2,Lê,,Bé,Vợ", "3,Trần,,Cư,Chủ hộ"],
])
def test_finds_households_under_every_kind_of_header(read, lines):
    from teamapp import text
    sheet = read(*lines)
    assert [[text.fold(one.name) for one in house.people] for house in sheet.households] == [
        ["le an", "le be"], ["tran cu"]]


def test_the_class_of_a_section_holds_for_its_households(read):
    sheet = read("STT,Chủ hộ,Năm sinh", "I. HỘ NGHÈO (1 hộ),,", "1,Lê An,1950",
                 "II/ Hộ cận nghèo: 1 hộ,,", "1,Lê Bé,1944", "III,Các hộ còn lại,", "1,Lê Cư,1960")
    assert [house.poverty for house in sheet.households] == ["poor", "near_poor", ""]


def test_rows_dragged_down_below_the_last_name_are_empty(read):
    sheet = read("STT,Chủ hộ,Thôn,Cụm", "1,Lê An,Bình An,Cụm 1", "2,,Bình An,Cụm 1", "3,,Bình An,")
    assert len(sheet.households) == 1 and not sheet.refused


def test_rows_hidden_by_a_filter_are_read_and_named(tmp_path, app):
    made = Workbook()
    for row in (["Chủ hộ", "Năm sinh"], ["Lê An", 1950], ["Lê Bé", 1960]):
        made.active.append(row)
    made.active.row_dimensions[3].hidden = True
    made.save(tmp_path / "loc.xlsx")
    sheet = read_sheet(tmp_path / "loc.xlsx", 2026)
    assert len(sheet.households) == 2 and "dòng 3" in sheet.remarks[0]


def test_a_swollen_workbook_is_refused_within_its_limits(tmp_path, app):
    import zipfile
    path = tmp_path / "phinh.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(UnreadableFile, match="quá lớn"):
        read_sheet(path, 2026)


def test_villages_are_found_with_and_without_unit_type_marks_and_zeros(cast):
    cast.village(cast.an_phu, "T2", "thon", "2", 9)
    known = Villages(Village.select(Village, UnitType).join(UnitType).where(
        Village.commune == cast.an_phu))
    assert {known.find(name) for name in ("Ấp Cầu Ván", "CAU VAN", "ấp cầu ván", "V01")} == {
        cast.cau_van}
    assert known.find("Thôn 02") and known.find("Cầu") is None


def test_a_household_listed_twice_line_for_line_is_stored_once(read):
    sheet = read("Chủ hộ,Năm sinh,SĐT", "Lê Tám,1955,0300000001", "lê tám,1955,300000001",
                 "Lê Tám,1955,")
    assert [house.line for house in sheet.households] == [2, 4]
    assert "giống hộ ở dòng 2" in sheet.notes[3]


@pytest.mark.parametrize("typed", ["lê văn tám", "LÊ VĂN TÁM", "Lê Văn Tám"])
def test_a_name_in_one_case_gets_its_capitals(read, typed):
    assert read("Chủ hộ,Năm sinh", f"{typed},1960").households[0].head == "Lê Văn Tám"


@pytest.mark.parametrize("cell", ["a" + " " * 3000 + "b", "," * 10_000, "(" * 20_000, "- " * 9000,
                                  "a (" * 2000, "đã mất " * 2000])
def test_a_long_cell_costs_no_time(read, cell):
    started = process_time()
    sheet = read("Chủ hộ,SĐT,Ghi chú", f'"{cell}","{cell}","{cell}"', f'Lê Ba,,"{cell}"')
    assert not sheet.refused.keys() - {2} and process_time() - started < 2


@pytest.mark.parametrize("wide", ["0", "1000", "9" * 5000, "x"])
def test_a_web_page_with_odd_spans_is_read(tmp_path, app, wide):
    path = tmp_path / "trang.xls"
    path.write_text(f"<table><tr><td>STT</td><td>Chủ hộ</td><td colspan={wide}>Năm sinh</td></tr>"
                    "<tr><td>1</td><td>Lê An</td><td>1950</td></tr></table>", "utf-8")
    assert read_sheet(path, 2026).households[0].head == "Lê An"
