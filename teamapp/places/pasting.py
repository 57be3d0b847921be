"""Reading of a pasted list of villages: which cell is what; nothing is checked here."""

import re
from collections.abc import Iterator

from ..models import UnitType
from ..models.village_names import SHORT_UNITS
from ..spreadsheet import Table, read_lines
from ..text import fold, name

NAME = re.compile(r"(?:(?:ten|thon|xom|ap|lang|ban|buon|bon|khu pho|to dan pho|don vi|dia ban|va"
                  r"|hoac)\b[\s,/;-]*)+")
CODE, UNIT = re.compile(r"ma\b"), re.compile(r"loai\b")
NUMBERING = re.compile(r"(?:stt|tt|so tt|so thu tu)\W*")
SUM = re.compile(r"(?:tong|cong)\b")
SIGNALS = {"tot": "good", "manh": "good", "vua": "fair", "kha": "fair", "trung binh": "fair",
           "": "fair", "yeu": "weak", "kem": "weak", "khong": "weak", "khong co": "weak",
           "good": "good", "fair": "fair", "weak": "weak"}
DIGITS = re.compile(r"\d[\d.,\s]*(?:nguoi)?")
SHORT = {"to": "tổ dân phố"} | SHORT_UNITS  # as people write them

Line = dict[str, str]  # the values of a line's fields, and the line as typed


class Reading:
    """A pasted text being read, with the unit types it may name."""

    def __init__(self, pasted: str, units: list[UnitType], unit_type: str = "") -> None:
        self.pasted, self.unit_type = pasted, unit_type
        labels = [(fold(unit.label), unit) for unit in units if unit.prefix]
        self.units = {unit.label.casefold(): unit.code for _, unit in labels}
        self.units |= {label: unit.code for label, unit in labels if label not in self.units}
        self.units |= {short: self.units[unit.casefold()] for short, unit in SHORT.items()
                       if unit.casefold() in self.units}

    def lines(self) -> Iterator[Line]:
        """Yield each village's line; headers, sums and empty lines are left out."""
        columns: list[str] | None = None
        for cells in self.rows():
            if found := columns_of(cells):
                columns = found
            elif not SUM.match(fold(next(filter(None, cells)))):
                yield self.line(cells, columns)

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of each line that is not empty; raise UnreadableFile."""
        for row in Table.of(read_lines(self.pasted)).rows:
            cells = [name(cell) for cell in row]
            if any(cells):
                yield cells

    def line(self, cells: list[str], columns: list[str] | None) -> Line:
        """Return the values of a line, by the header's columns or by what the cells look like."""
        found = dict(zip(columns, cells)) if columns else guessed(cells)
        unit, own_name = self.unit_and_name(found.get("name", ""))
        if told := found.get("unit_type", ""):
            unit = self.units.get(told.casefold(), "")
        return {"unit_type": unit, "name": own_name, "code": found.get("code", ""),
                "signal": SIGNALS.get(fold(found.get("signal", "")), ""),
                "declared_14plus": number_in(found.get("declared_14plus", "")),
                "pasted": ", ".join(filter(None, cells))}

    def unit_and_name(self, words: str) -> tuple[str, str]:
        """Split “Ấp Cầu Ván” into its unit type and its name; a type without marks counts too."""
        folded = words.casefold()
        for label in sorted(self.units, key=len, reverse=True):
            rest = folded.removeprefix(label)
            if rest != folded and rest.strip(" .:") and not rest[0].isalpha():
                return self.units[label], words[len(label):].strip(" .:")
        return self.unit_type, words


def columns_of(cells: list[str]) -> list[str] | None:
    """Return the field of each column if the cells are a header."""
    found = [column_of(fold(cell)) for cell in cells]
    known = {column for column in found if column}
    is_header = "name" in known and (len(known) > 1 or fold(
        cells[found.index("name")]).startswith("ten"))
    return found if is_header else None


def column_of(words: str) -> str:
    if NUMBERING.fullmatch(words):
        return "numbering"
    if "14" in words or "nguoi" in words.split():
        return "declared_14plus"
    if "song" in words.split():
        return "signal"
    if CODE.match(words):
        return "code"
    if UNIT.match(words):
        return "unit_type"
    return "name" if NAME.fullmatch(words) else ""


def guessed(cells: list[str]) -> Line:
    """Return the fields of a line without header: a name, then code, people, signal."""
    has_number_first = len(cells) > 1 and cells[0].rstrip(".").isdecimal() and any(
        letter.isalpha() for letter in cells[1]) and not re.fullmatch(
        r"[A-Za-z]{1,4}[.\-]?\d+", cells[1])
    first, *rest = cells[has_number_first:]
    found: Line = {"name": first}
    numbers = [cell for cell in rest if DIGITS.fullmatch(fold(cell))]
    for cell in filter(None, rest):
        if fold(cell) in SIGNALS:
            found["signal"] = cell
        elif cell not in numbers or (cell is numbers[0] and is_code(numbers)):
            found["code" if "code" not in found else "signal"] = cell
        else:
            found["declared_14plus"] = cell
    return found


def is_code(numbers: list[str]) -> bool:
    """Whether the first of a line's numbers is its code: there are two, or it is “01”."""
    return len(numbers) > 1 or numbers[0].startswith("0")


def number_in(cell: str) -> str:
    """Return the digits of “1.250 người”; other text as it is, to be refused."""
    return re.sub(r"\D", "", cell) if DIGITS.fullmatch(fold(cell)) else cell


def as_form(lines: list[Line], codes: Iterator[str], **common: str) -> list[tuple[str, str]]:
    """Return the fields of the form of lines, each line without a code with the next free one."""
    told = {line["code"].casefold() for line in lines}
    free = (code for code in codes if code.casefold() not in told)
    pairs = list(common.items())
    for place, line in enumerate(lines):
        filled = line | {"code": line["code"] or next(free, "")}
        pairs += [(f"lines-{place}-{key}", value) for key, value in filled.items()]
    return pairs
