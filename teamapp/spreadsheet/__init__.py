"""A file read as rows of text cells: CSV in any encoding, XLSX, XLS, ODS, tables of web pages."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from flask_babel import gettext as _

from .. import text
from . import old_fonts
from .web_page import read_page
from .workbook import LONGEST_CELL, MOST_ROWS, Rows, read_in_process

LARGEST = 5 * 1024 * 1024  # bytes; the list of a village of 1,500 households is under 1 MB
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
END = "\x1e"  # a line of its own behind a CSV, unless a cell was left open


class UnreadableFile(ValueError):
    """A file that is no table; the message is Vietnamese."""


@dataclass
class Table:
    """The rows of one sheet, of NFC text; row n is the file's line n + 1."""

    rows: Rows
    remarks: list[str] = field(default_factory=list)  # what was done to read them

    @classmethod
    def of(cls, rows: Rows, remarks: Iterable[str] = ()) -> "Table":
        """Return the table of rows as they were typed: in Unicode, without spare spaces."""
        modern, font = old_fonts.converted(rows)
        own = [_("Chữ gõ bằng phông cũ (%(font)s) đã đổi sang Unicode: xem lại tên.",
                     font=font)] if font else []
        return cls([[_tidy(cell) for cell in row] for row in modern], [*remarks, *own])


def read_tables(content: bytes) -> dict[str, Table]:
    """Return {name: Table} of the visible sheets; raise UnreadableFile for another file."""
    if not content.strip():
        raise UnreadableFile(_("Tệp trống."))
    if len(content) > LARGEST:
        raise UnreadableFile(_("Tệp lớn hơn 5 MB, không phải danh sách của một thôn, ấp."))
    _refuse_documents(content)
    if content.startswith(WORKBOOK):
        return _workbook(content)
    page = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000].lower()
    if page.startswith(b"<") and (b"<html" in page or b"<table" in page):
        try:
            return {"": Table.of(read_page(_decoded(content)))}
        except ValueError as error:
            raise UnreadableFile(too_long()) from error
    return {"": Table.of(read_lines(_decoded(content)))}


def _workbook(content: bytes) -> dict[str, Table]:
    found = read_in_process(content)
    if "far" in found:
        raise UnreadableFile(_(
            "Trong tệp có chữ nằm rất xa danh sách, đến tận ô %(cell)s. Xóa chữ đó rồi lưu lại.",
            cell=found["far"]))
    if not found:
        raise UnreadableFile(_("Không mở được tệp Excel này: tệp hỏng, quá lớn hoặc có mật khẩu. "
                               "Mở bằng Excel, lưu lại dạng XLSX rồi nhập lại."))
    return {name: Table.of(rows, _on_hidden(rows, hidden))
            for name, rows, hidden in found["sheets"]}


def _on_hidden(rows: Rows, hidden: list[int]) -> list[str]:
    """Return a remark on the filled rows that a filter hides, if any."""
    filled = [row for row in hidden if row <= len(rows) and any(rows[row - 1])]
    return [_("Có %(n)s dòng đang ẩn trong Excel (bị lọc), vẫn đọc: dòng %(rows)s.",
              n=len(filled), rows=", ".join(map(str, filled[:20])))] if filled else []


def too_long() -> str:
    """Return why a list with more lines or cells than any village has is not read."""
    return _("Danh sách dài quá. Chia thành nhiều tệp, mỗi thôn, ấp một tệp.")


def _refuse_documents(content: bytes) -> None:
    """Refuse a file of another program that people send as a list."""
    other = ("PDF" if content.startswith(b"%PDF") else
             "Word" if content.startswith(b"{\\rtf") or b"word/document.xml" in content
             or "WordDocument".encode("utf-16-le") in content else "")
    if other:
        raise UnreadableFile(_("Đây là tệp %(kind)s, không phải bảng tính. Chép bảng sang Excel, "
                               "lưu dạng XLSX rồi nhập lại.", kind=other))


def _tidy(cell: str) -> str:
    """Return a cell's lines, each with single spaces, without empty ones."""
    lines = text.spelled(cell[:LONGEST_CELL]).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16, or Windows' old Vietnamese code page."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codings = ["utf-16"]
    elif content[1::2].count(0) > len(content) // 4:
        codings = ["utf-16-le"]
    elif content[0::2].count(0) > len(content) // 4:
        codings = ["utf-16-be"]
    else:
        codings = ["utf-8-sig"]
    readings = _readings(content, codings) or _readings(content, ["cp1258", "cp1252"])
    if not readings:
        raise UnreadableFile(_("Không đọc được chữ trong tệp. Lưu lại dạng “CSV UTF-8” hoặc XLSX."))
    return max(readings, key=_likeness)


def _readings(content: bytes, codings: list[str]) -> list[str]:
    readings = []
    for coding in codings:
        with suppress(UnicodeDecodeError):
            readings.append(content.decode(coding))
    return readings


def _likeness(reading: str) -> int:
    """Return how much of the first lines is Vietnamese, in Unicode or after its conversion."""
    start = reading[:10_000]
    return max(old_fonts.syllables(unicodedata.normalize("NFC", one)) for one in (
        start, *(convert(start) for convert in old_fonts.FONTS.values())))


def read_lines(content: str) -> Rows:
    """Return the rows of CSV or of cells copied from Excel, as typed.

    The delimiter is the one that divides the lines most regularly. Rows keep their line numbers:
    a cell of several lines is followed by empty rows. An unclosed quotation is refused: its cell
    would hold all lines that follow.
    """
    if "\0" in content:
        raise UnreadableFile(_("Tệp này không phải bảng tính hay CSV."))
    if content.count("\n") > MOST_ROWS:
        raise UnreadableFile(too_long())
    delimiter = max(";,\t", key=lambda mark: _regularity(content, mark))
    rows: Rows = []
    ended = content.rstrip("\r\n") + "\n" + END
    reader = csv.reader(io.StringIO(ended, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            line = len(rows) + 1
            rows.append(cells)
            rows += [[] for _line in range(reader.line_num - len(rows))]
    except csv.Error as error:
        raise UnreadableFile(_("Tệp CSV bị lỗi ở dòng %(line)s.", line=reader.line_num)) from error
    if cells != [END]:
        raise UnreadableFile(_(
            "Dòng %(line)s mở ngoặc kép mà không đóng: các dòng sau dính vào một ô. Sửa dấu "
            "ngoặc kép rồi nhập lại.", line=line))
    return rows[:-1]


def _regularity(content: str, delimiter: str) -> int:
    """Return the number of delimiters on the lines that have the commonest number of them."""
    counts = [line.count(delimiter) for line in re.split(r"\r?\n|\r", content)[:200]]
    usual = max(set(counts) - {0}, key=counts.count, default=0)
    return usual * counts.count(usual)
