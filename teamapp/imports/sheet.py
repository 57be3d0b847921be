"""Parser of a village head's list into households and their people, without the database."""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from .. import text
from . import cells as read
from .columns import Columns, find_columns
from .lines import LineFilter
from .parsed import ListedHousehold, ListedPerson, Sheet
from .table import UnreadableFile, read_tables


def read_sheet(path: Path | str, this_year: int,
               languages: dict[str, str] | None = None) -> Sheet:
    """Return the Sheet of a file; `languages` are codes by folded name without spaces.

    The first sheet with a household counts. Raises UnreadableFile when there is none.
    """
    tables, is_empty = read_tables(path), False
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
    def __init__(self, rows: list[list[str]], columns: Columns, this_year: int,
                 languages: dict[str, str]) -> None:
        self.rows, self.columns = rows, columns
        self.this_year, self.languages = this_year, languages
        self.sheet, self.filter = Sheet(), LineFilter(columns)
        self.household: ListedHousehold | None = None  # the one the current line belongs to
        self.order_is_of_household = self._is_order_of_household()
        if not self._separates_households():
            raise UnreadableFile(_(
                "Không rõ ai cùng một hộ. Cần một trong các cột: Chủ hộ, Số nhà, Quan hệ với chủ "
                "hộ, STT."))

    def parse(self) -> Sheet:
        for index, row in enumerate(self.rows):
            self._line(index, row)
        self._reject_split()
        for household in self.sheet.households:
            self._settle(household)
        self._number()
        self._remark()
        return self.sheet

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
            household = self.household = self._open(line, found)
        self._describe(household, line, found)
        if "name" in found or household.line == line:
            household.people.append(self._person(line, found))

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
        keys = ("number", "house") + (("order",) if self.order_is_of_household else ())
        return any(key in found and found[key] != current.raw.get(key) for key in keys)

    def _open(self, line: int, found: dict[str, str]) -> ListedHousehold:
        raw = {"head": found.get("head") or found["name"]} | {
            key: found[key] for key in ("order", "number", "house") if key in found}
        head, _year = self._try(line, read.person_name, raw["head"]) or (raw["head"], None)
        household = ListedHousehold(line, head, raw, cluster=self.filter.cluster)
        self.sheet.households.append(household)
        return household

    def _describe(self, household: ListedHousehold, line: int, found: dict[str, str]) -> None:
        """Set the household's fields a line names; the first line to name one counts."""
        fields = read.from_note(found.get("note", ""))
        fields["poverty"] = (read.poverty(found.get("poverty", ""))
                           or read.poverty(found.get("near_poor", ""), "near_poor")
                           or fields["poverty"])
        for mark in ("elderly_alone", "no_smartphone"):
            fields[mark] = fields[mark] or read.is_marked(found.get(mark, ""))
        if "cluster" in found:
            fields["cluster"] = self._try(line, self._cluster, found["cluster"])
        if "landmark" in found:
            fields["landmark"] = self._try(line, read.words, found["landmark"])
        if "language" in found:
            fields["language"] = self._try(line, self._language, found["language"])
        for name, value in fields.items():
            if value and (not getattr(household, name)
                          or name == "cluster" and household.line == line):
                setattr(household, name, value)

    def _cluster(self, value: str) -> str:
        label = self.columns.label("cluster")
        if value.isdecimal():
            value = f"{'Cụm' if 'cum' in text.fold(label) else 'Tổ dân cư'} {int(value)}"
        return read.words(value, read.LONGEST_CLUSTER)

    def _language(self, value: str) -> str:
        key = text.fold(value).removeprefix("tieng ").replace(" ", "")
        if key not in self.languages:
            raise ValueError(_("chưa có thứ tiếng “%(name)s” trong danh mục", name=value))
        return self.languages[key]

    def _person(self, line: int, found: dict[str, str]) -> ListedPerson:
        name, year = (self._try(line, read.person_name, found.get("name") or found["head"])
                      or (None, None))
        person = ListedPerson(line, name or "?")
        for key in ("male", "female"):
            if key in found:
                person.sex = key[0]
                year = found[key] if re.search(r"\d{4}", found[key]) else year
        year = found.get("birth", year)
        if year:
            person.birth_year = self._try(line, read.birth_year, year, self.this_year)
        if "sex" in found:
            person.sex = self._try(line, read.sex, found["sex"]) or ""
        if "phone" in found:
            person.phone = self._try(line, read.phone, found["phone"]) or ""
        return person

    def _try(self, line: int, reader: Callable[..., Any], *values: Any) -> Any:
        try:
            return reader(*values)
        except ValueError as error:
            self.sheet.add_error(line, error)
            return None

    def _reject_split(self) -> None:
        """Reject a household whose lines do not stand together: it would become several.

        The number marks it as the same, or a head who is listed among the first lines only.
        """
        first: dict[tuple[str | None, ...], ListedHousehold] = {}
        for one in self.sheet.households:
            numbers = [one.raw.get(key) for key in ("number", "house")]
            before = first.setdefault((text.fold(one.head), one.cluster, *numbers), one)
            if before is not one and text.is_same_name(before.head, one.head) and (
                    any(numbers) or before.find_head() and not one.find_head()):
                self.sheet.add_error(one.line, _("cùng hộ với dòng %(line)s nhưng không đứng liền",
                                                 line=before.line))

    def _settle(self, household: ListedHousehold) -> None:
        """Put the head first and their phone on the household; reject people listed twice."""
        head = household.find_head() or ListedPerson(household.line, household.head)
        household.people = [head] + [one for one in household.people if one is not head]
        household.phone, head.phone = head.phone, ""
        seen: defaultdict[tuple[str, int | None], list[ListedPerson]] = defaultdict(list)
        for person in household.people:
            person.phone = "" if person.phone == household.phone else person.phone
            alike = seen[text.fold(person.name), person.birth_year]
            twin = next(filter(person.is_same_as, alike), None)
            if twin:
                self.sheet.add_error(person.line, _("trùng với dòng %(line)s", line=twin.line))
            alike.append(person)

    def _number(self) -> None:
        """Give the households the first kind of number that is whole and different for each."""
        households = self.sheet.households
        chosen = None
        for key in ("house", "number") + (("order",) if self.order_is_of_household else ()):
            values = [one.raw[key] for one in households if key in one.raw]
            if values and len(set(values)) == len(values) and all(map(_is_number, values)):
                chosen = key
                break
        for one in households:
            if chosen in one.raw:
                one.number = int(one.raw[chosen])
            if chosen != "house" and "house" in one.raw and not one.landmark:
                one.landmark = self._try(one.line, read.words, _(
                    "số nhà %(number)s", number=one.raw["house"])) or ""

    def _remark(self) -> None:
        columns, remarks = self.columns, self.sheet.remarks
        if columns.never_kept:
            remarks.append(_("Không lưu, đúng quy định: %(names)s.",
                             names=", ".join(columns.never_kept)))
        if columns.unknown:
            remarks.append(_("Không dùng đến: %(names)s.", names=", ".join(columns.unknown)))
        if "note" in columns.places:
            remarks.append(_("Ghi chú: chỉ đọc hộ nghèo, cận nghèo, neo đơn, không có điện thoại "
                             "thông minh."))


def _is_number(value: str) -> bool:
    return re.fullmatch(r"0*[1-9]\d{0,5}", value) is not None
