"""A village head's list, read as households and their people; knows nothing of the database."""

import re
from collections import defaultdict

from flask_babel import gettext as _

from .. import text
from . import cells as read
from .columns import find_columns
from .lines import LineJudge
from .listed import House, Person, Sheet
from .table import Unreadable, read_tables


def read_sheet(path, this_year, languages=None):
    """Return the Sheet of a file; `languages` are codes by folded name without spaces.

    The first sheet with a household counts. Raises Unreadable when there is none.
    """
    tables, is_empty = read_tables(path), False
    for name, rows in tables.items():
        columns = find_columns(rows)
        if columns:
            sheet = _Reading(rows, columns, this_year, languages or {}).done()
            if sheet.houses or sheet.errors:
                if sum(map(bool, tables.values())) > 1:
                    sheet.remarks.append(_("Tệp có nhiều trang tính, chỉ đọc trang “%(name)s”.",
                                           name=name))
                return sheet
            is_empty = True
    if is_empty:
        raise Unreadable(_("Dưới dòng tiêu đề không có hộ nào."))
    raise Unreadable(_("Không thấy dòng tiêu đề. Cần cột “Chủ hộ” hoặc “Họ và tên” và ít nhất "
                       "một cột nữa, như “Năm sinh”."))


class _Reading:
    def __init__(self, rows, columns, this_year, languages):
        self.rows, self.columns = rows, columns
        self.this_year, self.languages = this_year, languages
        self.sheet, self.house, self.judge = Sheet(), None, LineJudge(columns)
        self.order_is_of_house = self._is_order_of_house()
        if not self._tells_houses_apart():
            raise Unreadable(_("Không rõ ai cùng một hộ. Cần một trong các cột: Chủ hộ, Số nhà, "
                               "Quan hệ với chủ hộ, STT."))

    def done(self):
        """Return what was read, line by line."""
        for index, row in enumerate(self.rows):
            self._line(index, row)
        self._refuse_torn()
        for house in self.sheet.houses:
            self._settle(house)
        self._number()
        self._remark()
        return self.sheet

    def _tells_houses_apart(self):
        return self.order_is_of_house or self.columns.places.keys() & {
            "head", "relation", "number", "house"}

    def _is_order_of_house(self):
        """STT counts households, unless the same head stands beside two numbers in a row."""
        places = self.columns.places
        if "order" not in places or ("relation" in places and "head" not in places):
            return False
        if "name" not in places or "head" not in places:
            return not places.keys() & {"number", "house"} or "name" not in places
        data = [self.columns.cells(row) for row in self.rows[self.columns.first_row:]]
        pairs = zip(data, data[1:], strict=False)
        return not any("head" in a and a.get("head") == b.get("head")
                       and a.get("order") != b.get("order") for a, b in pairs)

    def _line(self, index, row):
        line, found = index + 1, self.columns.cells(row)
        why = self.judge.why_passed(index, row, found)
        if why:
            self.sheet.passed[line] = why
        elif not found.keys() & {"head", "name"}:
            self.sheet.fault(line, _("thiếu tên"))
        else:
            self._data(line, found)

    def _data(self, line, found):
        if self._starts_house(found):
            self._open(line, found)
        self._describe(line, found)
        if "name" in found or self.house.line == line:
            self._person(line, found)

    def _starts_house(self, found):
        if self.house is None or self._is_head(found):
            return True
        if "head" in found:
            return (not text.is_same_name(found["head"], self.house.written["head"])
                    or self._is_numbered_otherwise(found))
        if self.columns.places.keys() & {"head", "relation"}:
            return False
        return self._is_numbered_otherwise(found)

    @staticmethod
    def _is_head(found):
        return text.fold(found.get("relation")) in ("chu ho", "ch", "la chu ho")

    def _is_numbered_otherwise(self, found):
        of_house = ("number", "house") + (("order",) if self.order_is_of_house else ())
        return any(key in found and found[key] != self.house.written.get(key) for key in of_house)

    def _open(self, line, found):
        written = {"head": found.get("head") or found["name"]} | {
            key: found[key] for key in ("order", "number", "house") if key in found}
        head, _year = self._try(line, read.person_name, written["head"]) or (written["head"], None)
        self.house = House(line, head, written, cluster=self.judge.cluster)
        self.sheet.houses.append(self.house)

    def _describe(self, line, found):
        """Note what a line says of its household; the first that says it counts."""
        house, told = self.house, read.from_note(found.get("note", ""))
        told["poverty"] = (read.poverty(found.get("poverty", ""))
                           or read.poverty(found.get("near_poor", ""), "near_poor")
                           or told["poverty"])
        for mark in ("elderly_alone", "no_smartphone"):
            told[mark] = told[mark] or read.is_marked(found.get(mark, ""))
        if "cluster" in found:
            told["cluster"] = self._try(line, self._cluster, found["cluster"])
        if "landmark" in found:
            told["landmark"] = self._try(line, read.words, found["landmark"])
        if "language" in found:
            told["language"] = self._try(line, self._language, found["language"])
        for name, value in told.items():
            if value and (not getattr(house, name) or name == "cluster" and house.line == line):
                setattr(house, name, value)

    def _cluster(self, value):
        label = self.columns.label("cluster")
        if value.isdecimal():
            value = f"{'Cụm' if 'cum' in text.fold(label) else 'Tổ dân cư'} {int(value)}"
        return read.words(value, read.LONGEST_CLUSTER)

    def _language(self, value):
        key = text.fold(value).removeprefix("tieng ").replace(" ", "")
        if key not in self.languages:
            raise ValueError(_("chưa có thứ tiếng “%(name)s” trong danh mục", name=value))
        return self.languages[key]

    def _person(self, line, found):
        name, year = (self._try(line, read.person_name, found.get("name") or found["head"])
                      or (None, None))
        person = Person(line, name or "?")
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
        self.house.people.append(person)

    def _try(self, line, reader, *values):
        try:
            return reader(*values)
        except ValueError as error:
            self.sheet.fault(line, error)
            return None

    def _refuse_torn(self):
        """Refuse a household whose lines do not stand together: it would become several.

        That it is the same is told by its number, or by a head who is listed in the first alone.
        """
        first = {}
        for house in self.sheet.houses:
            numbers = [house.written.get(key) for key in ("number", "house")]
            before = first.setdefault((text.fold(house.head), house.cluster, *numbers), house)
            if before is not house and text.is_same_name(before.head, house.head) and (
                    any(numbers) or before.find_head() and not house.find_head()):
                self.sheet.fault(house.line, _("cùng hộ với dòng %(line)s nhưng không đứng liền",
                                               line=before.line))

    def _settle(self, house):
        """Put the head first, the head's phone on the house, and find who stands there twice."""
        head = house.find_head() or Person(house.line, house.head)
        house.people = [head] + [person for person in house.people if person is not head]
        house.phone, head.phone = head.phone, ""
        seen = defaultdict(list)
        for person in house.people:
            person.phone = "" if person.phone == house.phone else person.phone
            alike = seen[text.fold(person.name), person.birth_year]
            twin = next(filter(person.is_same_as, alike), None)
            if twin:
                self.sheet.fault(person.line, _("trùng với dòng %(line)s", line=twin.line))
            alike.append(person)

    def _number(self):
        """Give the households the first kind of number that is whole and different for each."""
        houses = self.sheet.houses
        chosen = None
        for key in ("house", "number") + (("order",) if self.order_is_of_house else ()):
            values = [house.written[key] for house in houses if key in house.written]
            if values and len(set(values)) == len(values) and all(map(_is_number, values)):
                chosen = key
                break
        for house in houses:
            if chosen in house.written:
                house.number = int(house.written[chosen])
            if chosen != "house" and "house" in house.written and not house.landmark:
                house.landmark = self._try(house.line, read.words, _(
                    "số nhà %(number)s", number=house.written["house"])) or ""

    def _remark(self):
        columns, remarks = self.columns, self.sheet.remarks
        if columns.never_kept:
            remarks.append(_("Không lưu, đúng quy định: %(names)s.",
                             names=", ".join(columns.never_kept)))
        if columns.unknown:
            remarks.append(_("Không dùng đến: %(names)s.", names=", ".join(columns.unknown)))
        if "note" in columns.places:
            remarks.append(_("Ghi chú: chỉ đọc hộ nghèo, cận nghèo, neo đơn, không có điện thoại "
                             "thông minh."))


def _is_number(value):
    return re.fullmatch(r"0*[1-9]\d{0,5}", value) is not None
