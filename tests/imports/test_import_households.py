"""The operator imports a village head's list: each line's outcome is printed, all or nothing."""

import re
import unicodedata
import zipfile

import pytest
from openpyxl import Workbook

from teamapp.counting import reconciliation
from teamapp.imports.sheet import read_sheet
from teamapp.models import Counter, Coverage, Household, Resident, VillageStay
from teamapp.spreadsheet import UnreadableFile

CSV, XLSX = "tests/data/ho_gia_dinh_lon_xon.csv", "tests/data/nhan_khau_bon.xlsx"


@pytest.fixture
def import_list(app, cast):
    """Return a function that imports a file into an empty village and returns code and output."""
    village = cast.village(cast.an_phu, "V09", "ap", "Đồng Mới", 9)

    def run(file, commune="99001", village="V09"):
        result = app.test_cli_runner().invoke(
            args=["households", "import", str(file), "--commune", commune, "--village", village])
        return result.exit_code, result.output

    run.village = village
    return run


@pytest.fixture
def write(tmp_path):
    """Return a function that saves lines as a file and returns its path."""

    def save(*lines, coding="utf-8", mark=""):
        path = tmp_path / "danh-sach.csv"
        path.write_bytes((mark + "\n".join(lines)).encode(coding))
        return path

    return save


@pytest.fixture
def workbook(tmp_path):
    """Return a function that saves sheets, each a list of rows, and returns the file's path."""

    def save(*sheets, hidden=(), **cells):
        made = Workbook()
        for place, rows in enumerate(sheets):
            sheet = made.create_sheet(f"Trang {place + 1}", place)
            sheet.sheet_state = "hidden" if place in hidden else "visible"
            for row in rows:
                sheet.append(row)
        for place, value in cells.items():
            made.worksheets[0][place] = value
        made.remove(made.worksheets[-1])
        made.save(tmp_path / "danh-sach.xlsx")
        return tmp_path / "danh-sach.xlsx"

    return save


def houses(village):
    return list(Household.select().where(Household.village == village).order_by(Household.number))


def people(household):
    return [(person.name, person.birth_year, person.sex, person.phone)
            for person in household.residents.order_by(Resident.position)]


def everything():
    return [list(table.select().order_by(*table._meta.get_primary_keys()).tuples())
            for table in (Household, Resident, VillageStay, Coverage, Counter)]


def test_a_messy_csv_becomes_households_with_their_people(import_list):
    code, output = import_list(CSV)
    assert code == 0, output
    bre, hlan, an, binh, namesake, chanh = houses(import_list.village)
    assert (bre.number, bre.head, bre.cluster, bre.phone, bre.poverty) == (
        1, "Điểu Bré", "Cụm 3", "0300345678", "poor")
    assert people(bre) == [
        ("Điểu Bré", 1957, "m", ""), ("Thị Rin", 1961, "f", ""),
        ("Điểu Tơm", 1988, "m", "0310654321"), ("Thị Srây", 2015, "f", "")]
    assert hlan.head == "H'Lan" and hlan.phone == "0300345679"
    assert an.elderly_alone and an.head == "An"
    assert (binh.cluster, binh.cluster_position, binh.poverty) == ("Cụm 4", 4, "near_poor")
    assert people(binh)[1:] == [("Trần Thị Hạnh", 1978, "f", "0301234567"),
                                ("Nguyễn Văn Bình", 2001, "m", "")]
    assert namesake.no_smartphone and people(namesake)[1][0] == "Tống Văn Cường"
    assert (chanh.head, chanh.phone) == ("Thạch Chanh Đa", "0301234567")


def test_prints_the_outcome_of_every_line(import_list):
    _code, output = import_list(CSV)
    lines = dict(line.removeprefix("dòng ").split(": ", 1)
                 for line in output.splitlines() if line.startswith("dòng "))
    assert list(lines) == [str(n) for n in [*range(1, 13), *range(13, 27)]]
    assert lines["5"] == "thêm hộ 1, Điểu Bré; thêm người Điểu Bré, 1957"
    assert lines["9"] == "bỏ trống" and lines["22"] == "dòng tổng"
    assert "thêm 6 hộ, 13 người" in output


def test_a_workbook_with_two_header_rows_and_merged_cells_is_read(import_list):
    code, output = import_list(XLSX)
    assert code == 0, output
    krang, ban, brong, le = houses(import_list.village)
    assert (krang.number, krang.cluster, krang.language_id, krang.poverty, krang.phone) == (
        12, "Tổ dân cư 1", "cmo", "poor", "0300345601")
    assert people(krang)[1:] == [("Thị Mlăn", 1965, "f", ""), ("H'Srai", 1991, "f", "0300345602")]
    assert (ban.phone, people(ban)[1][0]) == ("0300345603", "H'Brông")
    assert (brong.head, brong.poverty) == ("Điểu Brông", "near_poor")
    assert (le.phone, people(le)) == ("0304567890", [("Lê", 1948, "f", ""),
                                                     ("Lê An", 2012, "m", "")])


@pytest.mark.parametrize("file", [CSV, XLSX])
def test_the_same_file_again_changes_nothing(import_list, file):
    import_list(file)
    before = everything()
    code, output = import_list(file)
    assert code == 0 and "không thay đổi gì" in output
    assert everything() == before


@pytest.mark.parametrize("file", [CSV, XLSX])
def test_leaves_out_id_numbers_and_ethnicity_and_reports_it(import_list, file):
    _code, output = import_list(file)
    assert "Không lưu, đúng quy định" in output
    assert "0990000" not in output + repr(everything())


def test_counts_the_people_as_listed(import_list, cast):
    import_list(CSV)
    listed = Coverage.select().where(Coverage.village_id == import_list.village.id)
    assert sum(row.count for row in listed) == 13
    assert not reconciliation.differences(cast.an_phu)


def test_a_new_person_of_a_known_household_is_added(import_list, write):
    import_list(CSV)
    code, output = import_list(write("Chủ hộ;Họ và tên;Năm sinh", "Điểu Bré;Điểu Bré;1957",
                               ";Thị Nhơm;2020", ";thi rin;1961"))
    assert code == 0 and "thêm 0 hộ, 1 người" in output
    bre = houses(import_list.village)[0]
    assert people(bre)[-1] == ("Thị Nhơm", 2020, "", "")
    assert bre.cursor == Counter.cursor_of(bre.commune_id)


def test_a_cell_longer_than_its_column_costs_that_cell_a_name_its_line(import_list, write):
    code, output = import_list(write("Cụm,Chủ hộ", f"Cụm {'x' * 40},Lê An", f"3,{'Lê ' * 30}"))
    assert code == 0 and "bỏ ô này: dài hơn 40 chữ" in output
    assert "dòng 3: chưa ghi: dài hơn 80 chữ" in output and "1 dòng chưa ghi" in output
    assert [(house.head, house.cluster) for house in houses(import_list.village)] == [("Lê An", "")]


def test_keeps_a_cluster_with_a_raised_digit_as_typed(import_list, write):
    code, output = import_list(write("Chủ hộ,Cụm", "Lê Văn An,²"))
    assert code == 0, output
    assert houses(import_list.village)[0].cluster == "²"


def test_year_of_birth_before_1900_is_left_out(import_list, write):
    code, output = import_list(write("Chủ hộ,Năm sinh", "Lê An,1900", "Lê Bé,1899"))
    assert code == 0 and "bỏ ô này: năm sinh không hiểu: “1899”" in output
    assert [people(house)[0][1] for house in houses(import_list.village)] == [1900, None]


def test_one_odd_cell_costs_that_cell_and_one_odd_line_that_line(import_list, write):
    code, output = import_list(write("STT,Chủ hộ,Năm sinh,SĐT", "1,Điểu Bré,1957,0300345678",
                               "2,Thị Rin,2957,12345", "3,,1990,"))
    assert code == 0 and "dòng 4: chưa ghi: thiếu tên" in output and "1 dòng chưa ghi" in output
    assert "năm sinh không hiểu: “2957”; bỏ ô này: số điện thoại không đúng" in output
    assert [(house.head, house.phone) for house in houses(import_list.village)] == [
        ("Điểu Bré", "0300345678"), ("Thị Rin", "")]


def test_the_people_of_a_refused_head_are_refused_with_them(import_list, write):
    code, output = import_list(write("Chủ hộ,Họ tên", "123,123", ",Lê Hà", "Lê Bé,Lê Bé"))
    assert code == 0 and "dòng 3: chưa ghi: hộ ở dòng 2 chưa đọc được" in output
    assert [house.head for house in houses(import_list.village)] == ["Lê Bé"]


def test_an_id_number_in_the_wrong_column_is_left_out_without_repeating_it(import_list, write):
    code, output = import_list(write("Chủ hộ,SĐT", "Điểu Bré,099000000001"))
    assert code == 0 and "••••" in output
    assert "099000000001" not in output + repr(everything())


def test_the_same_person_twice_in_a_household_is_stored_once(import_list, write):
    code, output = import_list(write("Chủ hộ,Họ tên,Năm sinh", "Lê An,Lê An,1980", ",Lê Hà,2010",
                               ",LÊ HÀ,2010"))
    assert code == 0 and "dòng 4: trùng với dòng 3, bỏ một" in output
    assert len(people(houses(import_list.village)[0])) == 2


def test_twins_whose_names_differ_in_their_marks_alone_are_two_people(import_list, write):
    lines = ["Chủ hộ,Họ và tên,Năm sinh", "Lê Văn Hòa,Lê Văn Hoà,1970",
             "Lê Văn Hòa,Lê Văn Hùng,2005", "Lê Văn Hòa,Lê Văn Hưng,2005"]
    assert import_list(write(*lines[:3]))[0] == 0
    code, output = import_list(write(*lines))
    assert code == 0 and "dòng 4: thêm người Lê Văn Hưng, 2005, hộ 1" in output
    [house] = houses(import_list.village)
    assert [name for name, *_rest in people(house)] == ["Lê Văn Hoà", "Lê Văn Hùng", "Lê Văn Hưng"]
    _code, output = import_list(write(*lines, "le van hoa,le van hung,2005"))
    assert "dòng 5: trùng với dòng 3, bỏ một" in output


def test_father_and_son_stay_two_where_the_register_has_one_without_a_year(import_list, write):
    header = "Chủ hộ,Họ và tên,Năm sinh"
    assert import_list(write(header, "Lê Văn An,Lê Văn An,"))[0] == 0
    both = write(header, "Lê Văn An,Lê Văn An,1960", "Lê Văn An,Lê Văn An,1990")
    code, output = import_list(both)
    assert code == 0 and "dòng 3: thêm người Lê Văn An, 1990, hộ 1" in output
    assert [year for _name, year, *_rest in people(houses(import_list.village)[0])] == [None, 1990]
    assert "không thay đổi gì" in import_list(both)[1]


def test_heads_whose_names_differ_in_their_marks_alone_are_two_households(import_list, write):
    assert import_list(write("Chủ hộ,Năm sinh", "Lê Văn Hùng,1970", "Lê Văn Hưng,1970"))[0] == 0
    assert [house.head for house in houses(import_list.village)] == ["Lê Văn Hùng", "Lê Văn Hưng"]
    for respelled in (["2,le van hung", "1,Lê Văn Hung"], ["9,Lê Văn Hưng", "1,Lê Văn Húng"]):
        assert "không thay đổi gì" in import_list(write("Số hộ,Chủ hộ", *respelled))[1]


def test_matches_a_person_whose_spelling_changed(import_list, write):
    header, lines = "Chủ hộ,Họ và tên,Năm sinh", ["Lê Văn Hoa,Lê Văn Hoa,1970",
                                                  "Lê Văn Hoa,Lê Thi Mân,2001"]
    assert import_list(write(header, *lines))[0] == 0
    again = [line.replace("Hoa", "Hòa").replace("Thi Mân", "Thị Mận") for line in lines]
    assert "không thay đổi gì" in import_list(write(header, *again))[1]


@pytest.mark.parametrize("lines", [
    ["Số hộ,Chủ hộ,Họ và tên", "1,Lê Văn Ba,Lê Văn Ba", "2,Trần Tư,Trần Tư", "1,Lê Văn Ba,Lê Năm"],
    ["Chủ hộ,Họ và tên", "Lê Văn Ba,Lê Văn Ba", "Trần Tư,Trần Tư", "Lê Văn Ba,Lê Năm"],
])
def test_joins_a_household_whose_lines_do_not_stand_together(import_list, write, lines):
    code, output = import_list(write(*lines))
    assert code == 0 and "cùng hộ với dòng 2, đã ghép" in output
    assert [[name for name, *_rest in people(house)] for house in houses(import_list.village)] == [
        ["Lê Văn Ba", "Lê Năm"], ["Trần Tư"]]


def test_reads_a_spreadsheet_checkbox_as_a_mark(write, workbook):
    lines = ["Chủ hộ,Hộ nghèo,Cận nghèo,Neo đơn,Không có smartphone",
             "Lê Ba,TRUE,FALSE,TRUE,FALSE", "Trần Tư,FALSE,TRUE,FALSE,TRUE"]
    boxes = {"TRUE": True, "FALSE": False}
    rows = [[boxes.get(cell, cell) for cell in line.split(",")] for line in lines]
    for file in (write(*lines), workbook(rows)):
        marks = [(house.poverty, house.elderly_alone, house.no_smartphone)
                 for house in read_sheet(file, 2026).households]
        assert marks == [("poor", True, False), ("near_poor", False, True)]


def test_a_header_repeated_on_each_printed_page_is_no_household(import_list, write):
    header = "STT,Chủ hộ,Cụm"
    code, output = import_list(write(header, "1,Lê Văn Ba,Cụm 1", header, "2,Trần Tư,Cụm 2"))
    assert code == 0 and "dòng 3: tiêu đề" in output
    assert [house.head for house in houses(import_list.village)] == ["Lê Văn Ba", "Trần Tư"]


def test_reads_on_after_the_total_of_a_cluster(import_list, write):
    code, output = import_list(write(
        "Chủ hộ,Họ và tên,Năm sinh", "Lê Văn Ba,Lê Văn Ba,1970", "Cộng cụm 1: 1 hộ,,",
        "Trần Tư,Trần Tư,1966", ",Trần Năm,", "Cộng cụm 2: 1 hộ,,", ",Nguyễn Văn Ký,"))
    assert code == 0, output
    assert [len(people(house)) for house in houses(import_list.village)] == [1, 2]


@pytest.mark.parametrize("signed", [
    ["Tổng cộng: 2 hộ,,,", ",,,\"Lộc Mây, ngày 12 tháng 11 năm 2026\"",
     "NGƯỜI LẬP BIỂU,,TRƯỞNG ẤP,", "\"(Ký, ghi rõ họ tên)\",,\"(Ký tên, đóng dấu)\",", ",,,",
     "Lê Văn Mẫu,,Phạm Văn Trưởng,"],
    ["Người lập,Trưởng thôn,,", "(đã ký),(đã ký),,", "Lê Văn Mẫu,Phạm Văn Trưởng,,"],
    ["Bằng chữ: hai hộ,,,", "TM. UBND XÃ,,,", "KT. CHỦ TỊCH,,,", "Lê Văn Mẫu,,,"],
    ["Người lập,\"Lộc Mây, ngày 12 tháng 11 năm 2026\",,", "Lê Văn Mẫu,,Trưởng ấp,"],
])
def test_a_signer_under_the_table_is_no_household(write, signed):
    sheet = read_sheet(write("Chủ hộ,Năm sinh,Hộ nghèo,Ghi chú", "Lê Văn Ba,1970,,Trưởng ấp",
                             "Trương Bản,1966,x,", *signed), 2026)
    assert not sheet.refused
    assert [house.head for house in sheet.households] == ["Lê Văn Ba", "Trương Bản"]


def test_reads_on_after_a_signature_and_after_its_word_in_a_note(write):
    sheet = read_sheet(write("Chủ hộ,Quan hệ,Họ tên,Ghi chú", "Lê Ba,Chủ hộ,Lê Ba,Trưởng ấp",
                             "Trương Bản,Chủ hộ,Trương Bản,"), 2026)
    assert [house.head for house in sheet.households] == ["Lê Ba", "Trương Bản"]
    sheet = read_sheet(write("Chủ hộ,Năm sinh", "Lê Ba,1970", "Người lập,Trưởng ấp",
                             "Lê Mẫu,Phạm Trưởng", "Trần Tư,1966"), 2026)
    assert [house.head for house in sheet.households] == ["Lê Ba", "Trần Tư"]


def test_ignores_empty_merged_cells_beside_the_list(import_list, tmp_path):
    path = tmp_path / "danh-sach.xlsx"
    with zipfile.ZipFile(XLSX) as source, zipfile.ZipFile(path, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"<mergeCells" in content
                content = re.sub(rb"(<mergeCells[^>]*>)", rb'\1<mergeCell ref="AZ4:AZ6"/>', content)
            made.writestr(name, content)
    assert str(read_sheet(path, 2026)) == str(read_sheet(XLSX, 2026))


def test_namesakes_in_two_houses_stay_two_households(import_list, write):
    file = write("STT,Chủ hộ,Năm sinh", "1,Lê An,1980", "2,Lê An,1955", "3,Lê An,")
    assert import_list(file)[0] == 0
    assert len(houses(import_list.village)) == 3
    before = everything()
    assert import_list(file)[0] == 0
    assert everything() == before


def test_a_taken_number_gives_way_to_the_next_free_one(import_list, write):
    import_list(write("Số nhà,Chủ hộ", "1,Điểu Bré", "2,Lê An"))
    file = write("Số nhà,Chủ hộ", "2,Thị Rin", "3,Y Ban")
    code, output = import_list(file)
    assert code == 0 and "số 2 đã có hộ khác" in output
    assert [(h.number, h.head) for h in houses(import_list.village)] == [
        (1, "Điểu Bré"), (2, "Lê An"), (3, "Y Ban"), (4, "Thị Rin")]
    before = everything()
    import_list(file)
    assert everything() == before


@pytest.mark.parametrize(
    ("coding", "mark"),
    [("utf-8", "\ufeff"), ("utf-8", ""), ("utf-16", ""), ("utf-16-le", ""), ("utf-16-be", "")])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_usual_coding_and_delimiter_is_read(write, coding, mark, form, delimiter):
    lines = ["Ghi chú|Năm sinh|HỌ TÊN CHỦ HỘ", "|1957|Điểu Bré", "|1990|H’Lan"]
    file = write(*(unicodedata.normalize(form, line).replace("|", delimiter) for line in lines),
                 coding=coding, mark=mark)
    sheet = read_sheet(file, 2026)
    assert [(h.head, h.people[0].birth_year) for h in sheet.households] == [
        ("Điểu Bré", 1957), ("H'Lan", 1990)]


def test_windows_old_vietnamese_code_page_is_read(write):
    # cp1258 holds â ê ô ơ ư đ whole and the tones as marks behind them
    line = "Năm sinh;Chu\u0309 hô\u0323\n1957;Điê\u0309u Bré"
    sheet = read_sheet(write(line, coding="cp1258"), 2026)
    assert sheet.households[0].head == "Điểu Bré"


@pytest.mark.parametrize("lines", [
    ["Chủ hộ,Họ tên,STT", "Lê An,Lê An,1", "Lê An,Lê Hà,2", "Lê Bình,Lê Bình,3"],
    ["Họ tên,Quan hệ với chủ hộ", "Lê An,Chủ hộ", "Lê Hà,Con", "Lê Bình,chủ hộ"],
    ["Số hộ,Họ tên", "1,Lê An", ",Lê Hà", "2,Lê Bình"],
    ["TT,Họ tên", "1,Lê An", ",- Lê Hà", "2,Lê Bình"],
    ["Chủ hộ,Thành viên", "Lê An,Lê Hà", "Lê Bình,"],
])
def test_separates_households_in_every_usual_layout(write, lines):
    sheet = read_sheet(write(*lines), 2026)
    assert not sheet.refused
    assert [(h.head, [p.name for p in h.people]) for h in sheet.households] == [
        ("Lê An", ["Lê An", "Lê Hà"]), ("Lê Bình", ["Lê Bình"])]


def test_the_year_may_stand_in_columns_named_after_the_sexes(write):
    sheet = read_sheet(write("Chủ hộ,Nam,Nữ", "Lê An,1980,", "Lê Hà,,1990"), 2026)
    assert [(h.people[0].sex, h.people[0].birth_year) for h in sheet.households] == [
        ("m", 1980), ("f", 1990)]


def test_a_house_number_that_is_no_number_becomes_the_landmark(write):
    sheet = read_sheet(write("STT,Số nhà,Chủ hộ", "1,12/3A,Lê An", "2,12/5,Lê Hà"), 2026)
    assert [(h.number, h.landmark) for h in sheet.households] == [
        (1, "số nhà 12/3A"), (2, "số nhà 12/5")]


def test_tong_the_surname_is_no_total(write):
    sheet = read_sheet(write("Chủ hộ,Năm sinh", "Tống Công Lý,1970", "Tổng cộng,1 hộ"), 2026)
    assert [h.head for h in sheet.households] == ["Tống Công Lý"]


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "trống"),
    (b"PK\x03\x04 not a workbook", "Excel"),
    ("Tên,Việc\nLan,Họp".encode(), "tiêu đề"),
    ("Họ tên,Năm sinh\nLê An,1980".encode(), "cùng một hộ"),
    (b"\x00\x01\x02\x03" * 9 + b"a", ""),
])
def test_rejects_a_file_that_is_no_list_in_plain_words(tmp_path, content, reason):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refusal:
        read_sheet(path, 2026)
    assert reason in str(refusal.value)


def test_rejects_an_unclosed_quotation(write):
    lines = ["Chủ hộ,Năm sinh,Ghi chú", 'Lê Ba,1970,"hai\ndòng"', 'Trần Tư,1966,"mở',
             "Lê Năm,1980,"]
    with pytest.raises(UnreadableFile) as refusal:
        read_sheet(write(*lines), 2026)
    assert "Dòng 4 mở ngoặc kép" in str(refusal.value)
    whole = read_sheet(write(*lines[:2], 'Trần "Tư,1966,"""mở"" "', lines[3], ""), 2026)
    assert [house.head for house in whole.households] == ["Lê Ba", 'Trần "Tư', "Lê Năm"]


def test_of_several_sheets_the_first_that_shows_a_household_is_read_and_named(workbook):
    header, old = ["Chủ hộ", "Năm sinh"], [["Chủ hộ", "Năm sinh"], ["Người Cũ", 1950]]
    file = workbook(old, [["Bìa"]], [header], [header, ["Lê Ba", 1970]], old, hidden={0})
    sheet = read_sheet(file, 2026)
    assert [house.head for house in sheet.households] == ["Lê Ba"]
    assert sheet.remarks == ["Tệp có nhiều trang tính, chỉ đọc trang “Trang 4”."]
    with pytest.raises(UnreadableFile) as refusal:
        read_sheet(workbook([header]), 2026)
    assert "không có hộ nào" in str(refusal.value)


def test_rejects_a_cell_far_away_from_the_list_with_its_place(workbook):
    rows = [["Chủ hộ", "Năm sinh"], ["Lê Ba", 1970]]
    with pytest.raises(UnreadableFile) as refusal:
        read_sheet(workbook(rows, XFD1048576="x"), 2026)
    assert "XFD1048576" in str(refusal.value)
    assert len(read_sheet(workbook(rows, Z3000=" "), 2026).households) == 1


def test_an_unknown_commune_or_village_is_named(import_list):
    assert "Không có xã mang mã 12345" in import_list(CSV, commune="12345")[1]
    code, output = import_list(CSV, village="V77")
    assert code == 1 and "không có thôn, ấp mang mã V77" in output


def test_another_commune_s_village_is_not_found(import_list, cast):
    cast.village(cast.binh_loc, "V50", "ap", "Xa", 50)
    assert import_list(CSV, village="V50")[0] == 1
