"""Parser of a village head's list into households and their people, without the database."""

import re
from pathlib import Path

from flask_babel import gettext as _

from .. import text
from ..models.village_names import Villages
from ..spreadsheet import UnreadableFile, read_tables
from . import cells as read
from .columns import Columns, find_columns
from .line_values import LineReader
from .lines import LineFilter
from .parsed import ListedHousehold, Sheet
from .whole_list import (
    drop_refused,
    drop_repeated,
    give_numbers,
    join_split,
    leave_out_others,
    remarks_on,
    settle,
)

HEAD = re.compile(r"(la )?(chu|chu ho|c ho|chu nha|chu gia dinh|ch|ban than|dung ten|0?1)"
                  r"( (moi|cu|ho))?|0?1 chu ho")


def read_sheet(path: Path | str, this_year: int, languages: dict[str, str] | None = None,
               villages: Villages | None = None, own: int | None = None) -> Sheet:
    """Return the Sheet of a file for the village `own` (its id).

    `languages` are codes by folded name without spaces. Of several sheets the one named after the
    village counts, else the first with a household; households of other villages are left out.
    Raises UnreadableFile when there is none.
    """
    tables, known = read_tables(Path(path).read_bytes()), villages or Villages()
    sheets: dict[str, Sheet] = {}
    is_empty = False
    for name, table in tables.items():
        columns = find_columns(table.rows)
        if columns is None:
            continue
        is_empty = True
        sheet = _Parser(table.rows, columns, this_year, languages or {}, known).parse()
        if sheet.households or sheet.refused:
            sheet.remarks = table.remarks + sheet.remarks
            sheets[name] = sheet
    if sheets:
        sheet = _chosen(sheets, known, own, sum(bool(table.rows) for table in tables.values()))
        leave_out_others(sheet, known, own)
        return sheet
    if is_empty:
        raise UnreadableFile(_("Dưới dòng tiêu đề không có hộ nào."))
    raise UnreadableFile(_("Không thấy dòng tiêu đề. Cần cột “Chủ hộ” hoặc “Họ và tên” và ít nhất "
                       "một cột nữa, như “Năm sinh”."))


def _chosen(sheets: dict[str, Sheet], villages: Villages, own: int | None, count: int) -> Sheet:
    """Return the sheet of the village, else the first one; refuse sheets of other villages."""
    of_village = {name: villages.find(name) for name in sheets}
    name = next((name for name, village in of_village.items() if village and village.id == own),
                None)
    if name is None and len(sheets) > 1 and any(of_village.values()):
        raise UnreadableFile(_("Mỗi trang tính là một thôn, ấp (%(names)s), không trang nào mang "
                               "tên thôn, ấp này.", names=", ".join(sheets)))
    name = name or next(iter(sheets))
    if count > 1:
        sheets[name].remarks.append(
            _("Tệp có nhiều trang tính, chỉ đọc trang “%(name)s”.", name=name))
    return sheets[name]


class _Parser:
    """Decides of each line whether it continues the household above."""

    def __init__(self, rows: list[list[str]], columns: Columns, this_year: int,
                 languages: dict[str, str], villages: Villages) -> None:
        columns.spread(rows)
        self.rows, self.columns = rows, columns
        self.sheet, self.filter = Sheet(), LineFilter(columns, villages)
        self.data = [columns.cells(row) for row in rows[columns.first_row:]]
        is_titled = read.is_titled(found.get("head") or found.get("name") or ""
                                   for found in self.data)
        self.reader = LineReader(self.sheet, columns, this_year, languages, is_titled)
        self.household: ListedHousehold | None = None  # the one the current line belongs to
        self.order_is_of_household = self._is_order_of_household()
        if not self._separates_households():
            raise UnreadableFile(_(
                "Không rõ ai cùng một hộ. Cần một trong các cột: Chủ hộ, Số nhà, Quan hệ với chủ "
                "hộ, STT."))

    def parse(self) -> Sheet:
        for index, row in enumerate(self.rows):
            self._line(index, row)
        join_split(self.sheet)
        drop_refused(self.sheet)
        for household in self.sheet.households:
            settle(self.sheet, household)
        drop_repeated(self.sheet)
        give_numbers(self.sheet, self._number_columns)
        self.sheet.remarks += remarks_on(self.columns)
        self.sheet.headings = self.filter.headings
        return self.sheet

    @property
    def _number_columns(self) -> tuple[str, ...]:
        """The columns that number households, the preferred one first."""
        return ("house", "number") + (("order",) if self.order_is_of_household else ())

    def _separates_households(self) -> bool:
        return self.order_is_of_household or bool(self.columns.places.keys() & {
            "head", "relation", "number", "house"})

    def _is_order_of_household(self) -> bool:
        """Return True if STT counts households: no head stands beside two numbers in a row."""
        places = self.columns.places
        if "order" not in places or ("relation" in places and "head" not in places):
            return False
        if "name" not in places or "head" not in places:
            return not places.keys() & {"number", "house"} or "name" not in places
        pairs = zip(self.data, self.data[1:], strict=False)
        return not any("head" in a and a.get("head") == b.get("head")
                       and a.get("order") != b.get("order") for a, b in pairs)

    def _line(self, index: int, row: list[str]) -> None:
        line, found = index + 1, self.columns.cells(row)
        reason = self.filter.skip_reason(index, row, found)
        if reason:
            self.sheet.skipped[line] = reason
        elif not found.keys() & {"head", "name"}:
            self.sheet.refuse(line, _("thiếu tên"))
        else:
            self._data(line, found)

    def _data(self, line: int, found: dict[str, str]) -> None:
        household = self.household
        if household is None or self._starts_household(household, found):
            household = self.household = self.reader.household(line, found, self.filter)
            self.sheet.households.append(household)
            if self._names_no_head(found):
                self.sheet.note(line, _("không ghi ai là chủ hộ, lấy người đầu của hộ"))
        self.reader.describe(household, line, found)
        if "name" in found or household.line == line:
            household.people += self.reader.people(line, found, household)

    def _names_no_head(self, found: dict[str, str]) -> bool:
        return ("relation" in self.columns.places and "head" not in found
                and not self._is_head(found))

    def _starts_household(self, current: ListedHousehold, found: dict[str, str]) -> bool:
        if self._is_head(found) or "head" in found and "name" not in self.columns.places:
            return True
        if "head" in found:
            return (not text.is_same_name(found["head"], current.raw["head"])
                    or self._has_other_number(current, found))
        if "head" in self.columns.places:
            return False
        return self._has_other_number(current, found)

    @staticmethod
    def _is_head(found: dict[str, str]) -> bool:
        relation = " ".join(re.sub(r"[^a-z0-9]", " ", text.fold(found.get("relation"))).split())
        return HEAD.fullmatch(relation) is not None

    def _has_other_number(self, current: ListedHousehold, found: dict[str, str]) -> bool:
        return any(key in found and found[key] != current.raw.get(key)
                   for key in self._number_columns)
