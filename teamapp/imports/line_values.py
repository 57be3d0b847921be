"""Values of one line of a list: a household's fields, its people, and what was left out."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _

from .. import text
from ..cells import NOTHING, person_name, phone
from . import cells as read
from .columns import Columns
from .lines import LineFilter
from .parsed import ListedHousehold, ListedPerson, Sheet

VIETNAMESE = {"kinh", "phothong", "viet", "quocngu", "vietnam"}


class LineReader:
    """Reads cells of a line; a cell it cannot read is left out, with a note of the line."""

    def __init__(self, sheet: Sheet, columns: Columns, this_year: int,
                 languages: dict[str, str], is_titled: bool) -> None:
        self.sheet, self.columns = sheet, columns
        self.this_year, self.languages, self.is_titled = this_year, languages, is_titled

    def household(self, line: int, found: dict[str, str], section: LineFilter) -> ListedHousehold:
        """Return a household that begins on a line of a section."""
        raw = {"head": found.get("head") or found["name"]} | {
            key: found[key] for key in ("order", "number", "house") if key in found}
        name = read.people_in(raw["head"])[0]
        try:
            head, _year = person_name(name, self.is_titled)
        except ValueError as error:
            self.sheet.refuse(line, error)
            head = name
        return ListedHousehold(line, head, raw, section.village, cluster=section.cluster,
                               poverty=section.poverty)

    def describe(self, household: ListedHousehold, line: int, found: dict[str, str]) -> None:
        """Set the household's fields a line names; the first line to name one counts."""
        fields = read.from_note(found.get("note", ""))
        fields["poverty"] = (read.poverty(found.get("poverty", ""))
                           or read.poverty(found.get("near_poor", ""), "near_poor")
                           or fields["poverty"])
        for mark in ("elderly_alone", "no_smartphone"):
            fields[mark] = fields[mark] or read.is_marked(found.get(mark, ""))
        for name, reader in (("cluster", self._cluster), ("landmark", read.words),
                             ("language", self._language)):
            if name in found and text.fold(found[name]) not in NOTHING:
                fields[name] = self.sheet.attempt(line, reader, found[name])
        fields["village"] = found.get("village", "")
        for name, value in fields.items():
            if value and (not getattr(household, name)
                          or name in ("cluster", "village", "poverty") and household.line == line):
                setattr(household, name, value)

    def _cluster(self, value: str) -> str:
        label = self.columns.label("cluster")
        if value.isdecimal():
            value = f"{self._cluster_word(label)} {int(value)}"
        return read.words(value, read.LONGEST_CLUSTER)

    @staticmethod
    def _cluster_word(label: str) -> str:
        """Return the word for a numbered cluster under a column's header."""
        folded = text.fold(label)
        for key, word in (("cum", "Cụm"), ("doi", "Đội"), ("xom", "Xóm"), ("lien gia", "Liên gia")):
            if key in folded:
                return word
        return "Tổ dân cư"

    def _language(self, value: str) -> str:
        key = text.fold(value).removeprefix("tieng ").replace(" ", "")
        if key in VIETNAMESE:
            key = "viet"
        if key not in self.languages:
            raise ValueError(_("chưa có thứ tiếng “%(name)s” trong danh mục", name=value))
        return self.languages[key]

    def people(self, line: int, found: dict[str, str], household: ListedHousehold,
               ) -> Iterator[ListedPerson]:
        """Yield the people of a line; a cell may hold several."""
        names = read.people_in(found.get("name") or found["head"])
        if len(names) > 1:
            self.sheet.note(line, _("nhiều người trong một ô, đã tách: %(names)s",
                                    names=", ".join(names)))
        years = found.get("birth", "").split("\n")
        for place, typed in enumerate(names):
            own = found if place == 0 else {}
            year = years[place] if len(years) == len(names) else years[0] if place == 0 else ""
            person = self._person(line, typed, own | {"birth": year} if year else own)
            if person and not self._has_left(line, person, typed, found, household):
                yield person

    def _has_left(self, line: int, person: ListedPerson, typed: str, found: dict[str, str],
                  household: ListedHousehold) -> bool:
        """Return True for a person who died or moved away; a head stays, with a note."""
        words = read.fate(typed) or read.fate(found.get("note", ""))
        if not words:
            return False
        if text.is_same_name(person.name, household.head):
            self.sheet.note(line, _("chủ hộ “%(words)s”: xem lại ai là chủ hộ", words=words))
            return False
        self.sheet.note(line, _("bỏ người này: “%(words)s”", words=words))
        return True

    def _person(self, line: int, typed: str, found: dict[str, str]) -> ListedPerson | None:
        try:
            name, year = person_name(typed, self.is_titled)
        except ValueError as error:
            self.sheet.refuse(line, error)
            return None
        person = ListedPerson(line, name)
        for key in ("male", "female"):
            if text.fold(found.get(key)) not in NOTHING:
                person.sex = key[0]
                year = found[key] if re.search(r"\d{2}", found[key]) else year
        if found.get("age", "").isdecimal():
            year = f"{found['age']} tuổi"
        year = found.get("birth", year)
        if year:
            person.birth_year = self.sheet.attempt(line, read.birth_year, year, self.this_year)
            if person.birth_year and str(person.birth_year) not in year:
                self.sheet.note(line, _("năm sinh “%(text)s” hiểu là %(year)s", text=year,
                                        year=person.birth_year))
        if "sex" in found:
            person.sex = self.sheet.attempt(line, read.sex, found["sex"]) or ""
        if "phone" in found:
            person.phone = self.sheet.attempt(line, phone, found["phone"]) or ""
        return person
