"""A workbook's sheets as rows of text, read by a process of its own.

python-calamine panics on some damaged files, and others swell or never end. So this module is also
a script, started by path, that imports nothing of the program and prints one JSON object:
{"sheets": [[name, rows, hidden line numbers], …]}, or {"far": cell} for a cell far from its list.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from functools import reduce
from html import unescape
from typing import Any

SECONDS, BYTES = 30, 300 * 1024 * 1024  # of the process
MOST_UNPACKED, MOST_ROWS = 50 * 1024 * 1024, 50_000
MOST_CELLS = 2_000_000  # up to the farthest filled one, the empty ones between included
LONGEST_CELL = 2000  # characters; what is longer is cut
ZIP = b"PK\x03\x04"
FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>\s*<(?!/)')
HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d{1,7})"')
ATTRIBUTE = re.compile(r'(?:\w+:)?(\w+)="([^"]*)"')

Rows = list[list[str]]


def read_in_process(content: bytes) -> dict[str, Any]:
    """Return what the script prints of a file; {} where it fails, or exceeds its limits."""
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS + 5, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return {}
    return found


def read_sheets(content: bytes) -> dict[str, Any]:
    """Return the visible sheets, or the cell that stands too far away from its list."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # in the script alone

    far = find_far_cell(content) if content.startswith(ZIP) else None
    if far:
        return {"far": far}
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    hidden = hidden_rows(content) if content.startswith(ZIP) else {}
    return {"sheets": [
        [sheet.name, filled(workbook.get_sheet_by_name(sheet.name)), hidden.get(sheet.name, [])]
        for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]}


def find_far_cell(content: bytes) -> str | None:
    """Return the place of a cell so far away that the table would fill the memory, or None."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise ValueError("unpacked it is larger than a list")
        for name in filter(re.compile(r"xl/worksheets/[^/]+\.xml").fullmatch, parts.namelist()):
            cells = FILLED.findall(parts.read(name))
            column = max({letters for letters, _row in cells}, key=column_number, default=b"")
            row = max((int(row) for _letters, row in cells), default=0)
            if column_number(column) * row > MOST_CELLS or row > MOST_ROWS:
                return f"{column.decode()}{row}"
    return None


def column_number(letters: bytes) -> int:
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def hidden_rows(content: bytes) -> dict[str, list[int]]:
    """Return {sheet: line numbers of the rows that a filter hides} of an XLSX."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = tags("Relationship", parts.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): "xl/" + one.get("Target", "").removeprefix("/xl/")
                   for one in relations}
        paths = {unescape(one.get("name", "")): targets.get(one.get("id"), "")
                 for one in tags("sheet", parts.read("xl/workbook.xml"))}
        return {name: [int(row) for row in HIDDEN.findall(parts.read(path))]
                for name, path in paths.items() if path in names}


def tags(name: str, xml: bytes) -> list[dict[str, str]]:
    """Return the attributes of all tags of a name, without their namespaces."""
    found = re.findall(rf"<(?:\w+:)?{name}\b[^>]*>", xml.decode("utf-8", "replace"))
    return [dict(ATTRIBUTE.findall(tag)) for tag in found]


def filled(sheet: Any) -> Rows:
    """Return a sheet's rows; a cell merged over several rows is repeated in each of them."""
    rows = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        for row in rows[top + 1:bottom + 1] if left == right else []:
            row[left:left + 1] = rows[top][left:left + 1]  # nothing where no cell is filled
    return rows


def cell_text(value: Any) -> str:
    """Return a cell's text; a whole number that Excel stored as a float loses its “.0”."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (date, datetime)):
        value = value.strftime("%d/%m/%Y")
    return "" if value is None else str(value)[:LONGEST_CELL]


def main() -> None:
    """Print the sheets of the file on standard input as JSON, within the limits of the process."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(read_sheets(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
