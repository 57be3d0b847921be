"""Parser of a village head's list into households and their people, without the database."""

from pathlib import Path

from flask_babel import gettext as _

from .. import text
from ..spreadsheet import UnreadableFile, read_tables
from .columns import Columns, find_columns
from .line_values import LineReader
from .lines import LineFilter
from .parsed import ListedHousehold, Sheet
from .whole_list import give_numbers, reject_split, remarks_on, settle


def read_sheet(path: Path | str, this_year: int,
               languages: dict[str, str] | None = None) -> Sheet:
    """Return the Sheet of a file; `languages` are codes by folded name without spaces.

    The first sheet with a household counts. Raises UnreadableFile when there is none.
    """
    tables, is_empty = read_tables(Path(path).read_bytes()), False
    for name, rows in tables.items():
        columns = find_columns(rows)
        if columns:
            sheet = _Parser(rows, columns, this_year, languages or {}).parse()
            if sheet.households or sheet.errors:
                if sum(map(bool, tables.values())) > 1:
                    sheet.remarks.append(_("Tệp có nhiều trang tính, chỉ đọc trang “%(name)s”.",
                                           name=name))
                return sheet
            is_empty = True
    if is_empty:
        raise UnreadableFile(_("Dưới dòng tiêu đề không có hộ nào."))
    raise UnreadableFile(_("Không thấy dòng tiêu đề. Cần cột “Chủ hộ” hoặc “Họ và tên” và ít nhất "
                       "một cột nữa, như “Năm sinh”."))


class _Parser:
    """Decides of each line whether it continues the household above."""

    def __init__(self, rows: list[list[str]], columns: Columns, this_year: int,
                 languages: dict[str, str]) -> None:
        self.rows, self.columns = rows, columns
        self.sheet, self.filter = Sheet(), LineFilter(columns)
        self.reader = LineReader(self.sheet, columns, this_year, languages)
        self.household: ListedHousehold | None = None  # the one the current line belongs to
        self.order_is_of_household = self._is_order_of_household()
        if not self._separates_households():
            raise UnreadableFile(_(
                "Không rõ ai cùng một hộ. Cần một trong các cột: Chủ hộ, Số nhà, Quan hệ với chủ "
                "hộ, STT."))

    def parse(self) -> Sheet:
        for index, row in enumerate(self.rows):
            self._line(index, row)
        reject_split(self.sheet)
        for household in self.sheet.households:
            settle(self.sheet, household)
        give_numbers(self.sheet, self._number_columns)
        self.sheet.remarks += remarks_on(self.columns)
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
        data = [self.columns.cells(row) for row in self.rows[self.columns.first_row:]]
        pairs = zip(data, data[1:], strict=False)
        return not any("head" in a and a.get("head") == b.get("head")
                       and a.get("order") != b.get("order") for a, b in pairs)

    def _line(self, index: int, row: list[str]) -> None:
        line, found = index + 1, self.columns.cells(row)
        reason = self.filter.skip_reason(index, row, found)
        if reason:
            self.sheet.skipped[line] = reason
        elif not found.keys() & {"head", "name"}:
            self.sheet.add_error(line, _("thiếu tên"))
        else:
            self._data(line, found)

    def _data(self, line: int, found: dict[str, str]) -> None:
        household = self.household
        if household is None or self._starts_household(household, found):
            household = self.household = self.reader.household(line, found, self.filter.cluster)
            self.sheet.households.append(household)
        self.reader.describe(household, line, found)
        if "name" in found or household.line == line:
            household.people.append(self.reader.person(line, found))

    def _starts_household(self, current: ListedHousehold, found: dict[str, str]) -> bool:
        if self._is_head(found):
            return True
        if "head" in found:
            return (not text.is_same_name(found["head"], current.raw["head"])
                    or self._has_other_number(current, found))
        if self.columns.places.keys() & {"head", "relation"}:
            return False
        return self._has_other_number(current, found)

    @staticmethod
    def _is_head(found: dict[str, str]) -> bool:
        return text.fold(found.get("relation")) in ("chu ho", "ch", "la chu ho")

    def _has_other_number(self, current: ListedHousehold, found: dict[str, str]) -> bool:
        return any(key in found and found[key] != current.raw.get(key)
                   for key in self._number_columns)
