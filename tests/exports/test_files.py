"""The files of an export: all rows of the own commune, described, and harmless in a spreadsheet."""

import re
import threading
from datetime import date
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from peewee import AutoField

from teamapp import clock
from teamapp.exports import archive, tables
from teamapp.exports.archive import described, headings, write_archive
from teamapp.exports.cells import cell, harmless
from teamapp.exports.tables import CATALOGUE, FILES, LEFT_OUT, LEFT_OUT_FIELDS
from teamapp.models import (
    CATALOGUES,
    TABLES,
    Change,
    Companion,
    Deed,
    Gathering,
    Household,
    LivePeriod,
    LostPhone,
    Resident,
    Visit,
)
from teamapp.visits import forms
from tests import deeds
from tests.standing.test_borders import stands_in, words_of


def test_every_table_is_exported_or_listed_with_the_reason():
    exported = {file.table for file in FILES} | set(CATALOGUES)
    assert not {table._meta.table_name for table in exported} & set(LEFT_OUT)
    assert {table._meta.table_name for table in TABLES} == {
        table._meta.table_name for table in exported} | set(LEFT_OUT)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_field_is_exported_or_listed_with_the_reason(file):
    fields = {name for name, field in file.table._meta.fields.items()
              if not isinstance(field, AutoField)} - {"commune"}
    left_out = fields - set(file.columns.split())
    assert left_out <= set(LEFT_OUT_FIELDS), left_out - set(LEFT_OUT_FIELDS)


def test_every_column_is_described_in_both_languages():
    told = {}
    for name, heading, field, vi, en in described()[1:]:
        told.setdefault(name, []).append(field)
        assert vi and en and (heading or name == "(mọi tệp)"), (name, field)
    of_files = {file.name: file.columns.split() for file in FILES}
    assert {name: fields for name, fields in told.items() if name in of_files} == of_files
    assert set(told) == {*of_files, CATALOGUE, "mo_ta", "(mọi tệp)"}
    for name, row in headings().items():
        assert name == "(mọi tệp)" or len(set(row)) == len(row), name


@pytest.mark.parametrize("name, field, codes", [
    ("luot", "outcome", dict(forms.OUTCOMES)), ("luot", "return_part", dict(forms.PARTS)),
    ("viec", "state", dict(forms.STATES)), ("viec", "mode", dict(forms.MODES)),
    ("ho_so_nop", "channel", dict(forms.CHANNELS)), ("sua_huy", "reason", Change.REASONS),
    ("sua_huy", "asked_by", Change.ASKED_BY)])
def test_description_names_every_code(name, field, codes):
    [vi] = [row[3] for row in described() if (row[0], row[2]) == (name, field)]
    assert set(re.findall(r"(\w+): ", vi)) == set(codes)


@pytest.fixture
def planted(busy):
    """Return the cast of two communes that both have rows in every exported table."""
    for by, member, second, house in ((busy.son, busy.lan, busy.binh, busy.van),
                                      (busy.chau, busy.kien, busy.kien, busy.kin)):
        commune, now = by.commune, clock.now()
        visit = deeds.visit(member, house)
        Companion.insert(visit=visit, user=second).execute()
        LivePeriod.create(visit=visit, since=1)
        Gathering.create(id=uuid4(), commune=commune, kind="hall", held_on=clock.today())
        Change.create(id=uuid4(), commune=commune, village=member.village, visit=visit, by=member,
                      reason="mistake", recorded_at=now, received_at=now, receipt=1,
                      state="waiting")
        LostPhone.create(commune=commune, user=member, reported_by=by, reported_at=now)
        Deed.record("card_issued", by, commune, user=member)
    return busy


def test_archive_holds_every_row_of_the_own_commune_and_none_of_another(planted, export):
    own, other = export(planted.son), export(planted.chau)
    assert own.names == ["mo_ta", CATALOGUE, *(file.name for file in FILES)]
    for file in FILES:
        ours, theirs = len(own.rows(file.name)), len(other.rows(file.name))
        late = 2 * (file.table is Deed)  # both exports were recorded after they were written
        assert ours and theirs, f"{file.name}: both communes have rows"
        assert ours + theirs + late == file.table.select().count(), file.name
    for word in words_of(planted.binh_loc) - words_of(planted.an_phu):
        assert not stands_in(word, own.text), word
    for word in words_of(planted.an_phu):
        assert stands_in(word.replace('"', '""'), own.text), word


def test_withdrawn_name_is_gone_from_the_help_and_stays_on_the_list(cast, export):
    rin = cast.resident("Thị Rin")
    for days_ago, consent in ((2, "yes"), (0, ""), (1, "no")):
        deeds.visit(cast.lan, cast.bre, days_ago=days_ago,
                    people=[deeds.step(rin, "not_yet", consent=consent)])
    found = export(cast.son)
    assert [row["Mã người"] for row in found.rows("viec")] == [str(rin.id), "", ""]
    assert {row["Họ tên"]: row["Đã bỏ tên"] for row in found.rows("nhan_khau")}["Thị Rin"] == "1"


def test_others_write_while_an_export_reads_one_moment(app, cast, monkeypatch):
    """What is written meanwhile is not held up, and is not in the files."""
    write_file, done = archive.write_file, threading.Event()

    def record():
        with app.extensions["database"].connection_context():
            deeds.visit(cast.lan, cast.bre)
        done.set()

    def write_and_record(archive, name, rows):
        write_file(archive, name, rows)
        if name == "xa":
            threading.Thread(target=record).start()
            assert done.wait(20), "a visit waits for the export"

    monkeypatch.setattr(archive, "write_file", write_and_record)
    write_archive(cast.son, target := BytesIO())
    assert done.is_set() and Visit.select().count() == 1
    assert ZipFile(target).read("luot.csv").count(b"\n") == 1


def test_people_and_villages_are_named_by_what_does_not_change(busy, export):
    [visit] = export(busy.son).rows("luot")
    assert (visit["Người ghi"], visit["Thôn, ấp"], visit["Kết quả"]) == ("lan", "V01", "met")
    assert visit["Mã hộ"] == str(busy.bre.id) and visit["Còn hiệu lực"] == "1"
    commune = {row["Số liệu"]: row["Số"] for row in export(busy.son).rows("so_dem")
               if (row["Kỳ"], row["Thôn, ấp"]) == ("A", "")}
    assert commune["visits"] == "1" and commune["houses"] == "1"


def test_struck_versions_are_exported_and_told(cast, export):
    id = deeds.visit(cast.lan, cast.bre)
    with cast.an_phu.write():
        Visit.update(is_live=False).where(Visit.id == id).execute()
    assert [row["Còn hiệu lực"] for row in export(cast.son).rows("luot")] == ["0"]


def test_no_secret_is_exported(cast, export):
    text = export(cast.son).text
    assert cast.son.secret_hash not in text and "argon2" not in text
    assert cast.bre.search_key not in text


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


def test_formula_in_a_name_reaches_the_file_harmless(cast, export):
    with cast.an_phu.write():
        Household.update(head='=HYPERLINK("http://x","a")').where(
            Household.id == cast.bre.id).execute()
        Resident.update(name="-Lan").where(Resident.id == cast.resident("Thị Rin").id).execute()
    found = export(cast.son)
    assert found.rows("ho")[0]["Chủ hộ"] == '\'=HYPERLINK("http://x","a")'
    assert "'-Lan" in {row["Họ tên"] for row in found.rows("nhan_khau")}


@pytest.mark.parametrize("value, said", [
    (None, ""), (True, 1), (0, 0), (date(2026, 3, 5), "2026-03-05"), ("H'Lan", "H'Lan"),
    (clock.parse_local("2026-03-05T15:10"), "2026-03-05 15:10:00"), (-3, -3)])
def test_cell_reads_as_described(value, said):
    assert cell(value) == said


def test_file_opens_as_utf_8(cast, export):
    found = export(cast.son)
    for name in found.names:
        assert found.bytes(name).startswith(b"\xef\xbb\xbf"), name
    assert "Điểu Bré".encode() in found.bytes("ho")


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_rows_are_read_a_few_at_a_time_and_each_once(busy, export, monkeypatch, chunk):
    whole = {name: export(busy.son).bytes(name) for name in ("ho", "nhan_khau", "so_dem", "ty_le",
                                                              "dot_thon", "nhan_su_noi_tieng")}
    monkeypatch.setattr(tables.File, "CHUNK", chunk)
    found = export(busy.son)
    assert {name: found.bytes(name) for name in whole} == whole
