"""The columns of a village head's list, known by their headers in any order and case."""

import re

from ..cells import header_key
from .headers import NEVER_KEPT, field_of

_SEXES = {"male", "female"}
NAMES = {"head", "name", "head_start", "name_start"}
SPREAD = {"cluster", "village"}  # fields that one merged cell gives to many rows


class Columns:
    """The place of each field in a row, the first row of data, and the columns left out."""

    def __init__(self, header: list[list[str]], first: int, labels: list[str]) -> None:
        self.header = header  # its rows, as they may stand again on each printed page
        self.first_row = first  # index of the first row under the header
        self.labels = labels
        self.places: dict[str, int] = {}
        self.never_kept: list[str] = []
        self.unknown: list[str] = []
        for place, label in enumerate(labels):
            self._take(place, label)
        self._settle_male_and_female()
        self._settle_name_in_parts()

    def _take(self, place: int, label: str) -> None:
        key, field = header_key(label), field_of(label)
        if not key:
            return
        if field and field not in self.places:
            self.places[field] = place
        elif NEVER_KEPT.search(key):
            self.never_kept.append(label)
        else:
            self.unknown.append(label)

    def _settle_male_and_female(self) -> None:
        """Read “Nam” without a “Nữ” beside it as short for the year of birth."""
        if "male" in self.places and "female" not in self.places:
            place = self.places.pop("male")
            self.places.setdefault("birth", place)

    def _settle_name_in_parts(self) -> None:
        """Read the first part of a name that has no second one as the whole.

        “Ho” beside a whole name is a household's number.
        """
        start, whole = (header_key(self.labels[self.places[field]]) if field in self.places else ""
                        for field in ("name_start", "name"))
        if start == "ho" and whole not in ("", "ten"):
            self.places.setdefault("number", self.places.pop("name_start"))
        for start, field in (("name_start", "name"), ("head_start", "head")):
            if start in self.places and field not in self.places:
                self.places[field] = self.places.pop(start)

    def label(self, field: str) -> str:
        """Return the header of a field's column as typed."""
        return self.labels[self.places[field]]

    def cells(self, row: list[str]) -> dict[str, str]:
        """Return the row's filled cells by field; a name in several columns is joined."""
        filled = ((field, row[place]) for field, place in self.places.items() if place < len(row))
        found = {field: value for field, value in filled if value}
        for field, parts in (("name", ("name_start", "name_middle", "name")),
                             ("head", ("head_start", "head"))):
            whole = " ".join(found.pop(part) for part in parts if part in found)
            if whole:
                found[field] = whole
        return found

    def spread(self, rows: list[list[str]]) -> None:
        """Fill the empty cells under a merged one: each filled cell stands for those below.

        Where a format does not tell which cells are merged, values that all differ tell it.
        """
        for place in (self.places[field] for field in SPREAD & self.places.keys()):
            column = [row for row in rows[self.first_row:]
                      if place < len(row) and self.cells(row).keys() & NAMES]
            values = [row[place] for row in column if row[place]]
            if not values or len(values) == len(column) or len(set(values)) < len(values):
                continue
            above = ""
            for row in column:
                above = row[place] = row[place] or above


def find_columns(rows: list[list[str]]) -> Columns | None:
    """Return the columns of the first header among the top 30 rows, or None.

    A header may stand over two rows (“Năm sinh” over “Nam” and “Nữ”).
    """
    for index, row in enumerate(rows[:30]):
        fields, below = _fields(row), _fields(rows[index + 1]) if index + 1 < len(rows) else set()
        is_group = bool(fields) and bool(below & NAMES) and not any(
            re.search(r"\d", cell) for cell in row)  # “STT” beside “Thông tin chủ hộ”
        if len(fields) >= 2 and fields & NAMES or is_group and len(fields | below) >= 2:
            return _with_second_row(rows, index)
    return None


def _fields(row: list[str]) -> set[str]:
    return {field for field in map(field_of, row) if field}


def _with_second_row(rows: list[list[str]], index: int) -> Columns:
    labels, below = list(rows[index]), rows[index + 1] if index + 1 < len(rows) else []
    labels += [""] * (len(below) - len(labels))
    new = {place: cell for place, cell in enumerate(below) if cell and cell != labels[place]}
    is_header = (any(map(field_of, new.values()))
                 and not any(re.search(r"\d", cell) for cell in new.values())
                 and not any(field_of(labels[place]) in NAMES and field_of(cell) not in NAMES
                             for place, cell in new.items()))
    if not is_header:
        return Columns(rows[index:index + 1], index + 1, labels)
    above = ""
    for place, label in enumerate(list(labels)):
        above = label or above
        if place in new:
            labels[place] = _under(above, new[place])
    return Columns(rows[index:index + 2], index + 2, labels)


def _under(above: str, below: str) -> str:
    """Return the label of a column whose header has two rows."""
    field = field_of(below)
    if field in _SEXES and field_of(above) not in ("birth", "sex"):
        return f"{above} {below}".strip()  # “Số nhân khẩu” over “Nữ”
    if field == "name" and "chu ho" in header_key(above):
        return f"{below} chủ hộ"
    return below
