"""A file read as rows of text cells: CSV in any encoding, XLSX, XLS, ODS."""

import csv
import io
import re
import unicodedata
import zipfile
from datetime import date, datetime
from functools import reduce
from typing import Any

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

LARGEST = 10 * 1024 * 1024  # bytes; the list of a village of 1,500 households is under 1 MB
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
END = "\x1e"  # a line of its own behind a CSV, unless a cell was left open
MOST_CELLS = 5_000_000  # up to the farthest filled one, the empty ones between included
FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>\s*<(?!/)')

Rows = list[list[str]]


class UnreadableFile(ValueError):
    """A file that is no table; the message is Vietnamese."""


def read_tables(content: bytes) -> dict[str, Rows]:
    """Return {name: rows of NFC text} of the visible sheets; row n is the file's line n + 1.

    Raises UnreadableFile.
    """
    if not content.strip():
        raise UnreadableFile(_("Tệp trống."))
    if len(content) > LARGEST:
        raise UnreadableFile(_("Tệp lớn hơn 10 MB, không phải danh sách của một thôn, ấp."))
    if content.startswith(WORKBOOK):
        return _workbook(content)
    return {"": read_lines(_decoded(content))}


def _workbook(content: bytes) -> dict[str, Rows]:
    try:
        _refuse_far_cells(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {sheet.name: _filled(workbook.get_sheet_by_name(sheet.name))
                for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible}
    except UnreadableFile:
        raise
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise UnreadableFile(
            _("Không mở được tệp Excel này: tệp hỏng hoặc có mật khẩu.")) from error


def _refuse_far_cells(content: bytes) -> None:
    """Refuse an XLSX with a cell far away from its list: read as a table it fills the memory."""
    if not content.startswith(WORKBOOK[0]):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in filter(re.compile(r"xl/worksheets/[^/]+\.xml").fullmatch, parts.namelist()):
            cells = FILLED.findall(parts.read(name))
            column = max({letters for letters, _row in cells}, key=_column_number, default=b"")
            row = max((int(row) for _letters, row in cells), default=0)
            if _column_number(column) * row > MOST_CELLS:
                raise UnreadableFile(_(
                    "Trong tệp có chữ nằm rất xa danh sách, đến tận ô %(cell)s. Xóa chữ đó rồi "
                    "lưu lại.", cell=f"{column.decode()}{row}"))


def _column_number(letters: bytes) -> int:
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def _filled(sheet: Any) -> Rows:
    """Return a sheet's rows; a cell merged over several rows is repeated in each of them."""
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        for row in rows[top + 1:bottom + 1] if left == right else []:
            row[left:left + 1] = rows[top][left:left + 1]  # nothing where no cell is filled
    return rows


def _cell(value: Any) -> str:
    """Return a cell's text; a whole number that Excel stored as a float loses its “.0”."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (date, datetime)):
        value = value.strftime("%d/%m/%Y")
    return _tidy("" if value is None else str(value))


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text.replace("\ufeff", "")).split())


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16, or Windows' old Vietnamese code page."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codings = ["utf-16"]
    elif content[1::2].count(0) > len(content) // 4:
        codings = ["utf-16-le"]
    elif content[0::2].count(0) > len(content) // 4:
        codings = ["utf-16-be"]
    else:
        codings = ["utf-8-sig", "cp1258"]
    for coding in codings:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("Không đọc được chữ trong tệp. Lưu lại dạng “CSV UTF-8” hoặc XLSX."))


def read_lines(content: str) -> Rows:
    """Return the rows of CSV or of cells copied from Excel.

    The delimiter is the one that divides the lines most regularly. Rows keep their line numbers:
    a cell of several lines is followed by empty rows. An unclosed quotation is refused: its cell
    would hold all lines that follow.
    """
    if "\0" in content:
        raise UnreadableFile(_("Tệp này không phải bảng tính hay CSV."))
    delimiter = max(";,\t", key=lambda mark: _regularity(content, mark))
    rows: Rows = []
    ended = content.rstrip("\r\n") + "\n" + END
    reader = csv.reader(io.StringIO(ended, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            line = len(rows) + 1
            rows.append([_tidy(cell) for cell in cells])
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
