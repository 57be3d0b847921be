"""A list of people, pasted or uploaded: which column holds what, and the cells of each line."""

import re
from collections.abc import Callable, Iterable

from .. import text
from ..cells import header_key, phone
from ..models.village_names import Villages
from ..spreadsheet import Rows, Table
from .words import ROLES, Languages, role_of

HEADERS = {
    "surname": r"^ho( (va )?(ten |chu )?(dem|lot))?$",
    "name": r"^ho( va)?( chu dem)? ten\b|^ten( thanh vien| nguoi| can bo| to vien)?$"
            r"|^(full )?name$",
    "phone": r"\b(dien thoai|sdt|dt|dtdd|di dong|zalo|phone|mobile)\b",
    "languages": r"\b(ngon ngu|tieng|languages?)\b",
    "role": r"\b(chuc vu|chuc danh|vai tro|nhiem vu|role)\b",
    "village": r"\b(thon|ap|ban|buon|bon|soc|phum|xom|lang|khom|khu pho|to dan pho|dia ban|noi o"
               r"|noi lam|don vi|village)\b",
}
HEADER_WITHIN = 30  # rows
MOST_COLUMNS = 50
ENOUGH = 200  # cells tell what a column holds

Columns = dict[str, int]


def read_people(tables: Iterable[Table], villages: Villages) -> list[dict[str, str]]:
    """Return the cells of every line that names a person, by field, from all sheets."""
    return [line for table in tables for line in read_sheet(table.rows, villages)]


def read_sheet(rows: Rows, villages: Villages) -> list[dict[str, str]]:
    """Return the cells of a sheet's lines; a line with a village alone is a heading."""
    first, columns = header_of(rows) or (0, columns_by_content(rows, villages))
    lines, heading = [], ""
    for row in rows[first:]:
        cells = {field: row[place] if place < len(row) else "" for field, place in columns.items()}
        words = [cell for cell in row if cell and not re.fullmatch(r"[\dIVX]+[.)]?", cell)]
        title = re.sub(r"^[\dIVX]+[.)]\s*", "", words[0]) if len(words) == 1 else ""
        if len(columns) > 1 and villages.find(title):
            heading = title
        elif any(cells.values()):
            name = f"{cells.pop('surname', '')} {cells.get('name', '')}".strip()
            lines.append({"village": heading} | {k: v for k, v in cells.items() if v}
                         | {"name": name})
    return lines


def header_of(rows: Rows) -> tuple[int, Columns] | None:
    """Return the first row below the header, and its columns; None without a header."""
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        columns: Columns = {}
        for place, cell in enumerate(row):
            key = header_key(cell)
            field = next((field for field, words in HEADERS.items() if re.search(words, key)), "")
            if key and field:
                columns.setdefault(field, place)
        if "name" in columns:
            return index + 1, columns
    return None


def columns_by_content(rows: Rows, villages: Villages) -> Columns:
    """Return the columns of a list without a header, by what most of their cells look like."""
    languages = Languages()
    looks: dict[str, Callable[[str], bool]] = {
        "phone": is_phone,
        "village": lambda cell: bool(re.search(r"[^\W\d]", cell) and villages.find(cell)),
        "role": lambda cell: role_of(cell) in ROLES,
        "languages": lambda cell: not languages.read(cell)[1],
        "name": lambda cell: not re.search(r"\d", cell) and bool(text.fold(cell))}
    columns: Columns = {}
    for place in range(min(max(map(len, rows), default=0), MOST_COLUMNS)):
        cells = [row[place] for row in rows if place < len(row) and row[place]][:ENOUGH]
        field = next((field for field, fits in looks.items() if field not in columns
                      and sum(map(fits, cells)) * 2 > len(cells)), "")
        if field:
            columns[field] = place
    return columns


def is_phone(cell: str) -> bool:
    try:
        return bool(phone(cell))
    except ValueError:
        return False
