"""Values of one line of a list: a household's fields, a person's fields, and their errors."""

import re

from flask_babel import gettext as _

from .. import text
from ..cells import person_name, phone
from . import cells as read
from .columns import Columns
from .parsed import ListedHousehold, ListedPerson, Sheet


class LineReader:
    """Reads cells of a line; a cell it cannot read is an error of the line in the sheet."""

    def __init__(self, sheet: Sheet, columns: Columns, this_year: int,
                 languages: dict[str, str]) -> None:
        self.sheet, self.columns = sheet, columns
        self.this_year, self.languages = this_year, languages

    def household(self, line: int, found: dict[str, str], cluster: str) -> ListedHousehold:
        """Return a household that begins on a line."""
        raw = {"head": found.get("head") or found["name"]} | {
            key: found[key] for key in ("order", "number", "house") if key in found}
        head, _year = (self.sheet.attempt(line, person_name, raw["head"])
                       or (raw["head"], None))
        return ListedHousehold(line, head, raw, cluster=cluster)

    def describe(self, household: ListedHousehold, line: int, found: dict[str, str]) -> None:
        """Set the household's fields a line names; the first line to name one counts."""
        fields = read.from_note(found.get("note", ""))
        fields["poverty"] = (read.poverty(found.get("poverty", ""))
                           or read.poverty(found.get("near_poor", ""), "near_poor")
                           or fields["poverty"])
        for mark in ("elderly_alone", "no_smartphone"):
            fields[mark] = fields[mark] or read.is_marked(found.get(mark, ""))
        if "cluster" in found:
            fields["cluster"] = self.sheet.attempt(line, self._cluster, found["cluster"])
        if "landmark" in found:
            fields["landmark"] = self.sheet.attempt(line, read.words, found["landmark"])
        if "language" in found:
            fields["language"] = self.sheet.attempt(line, self._language, found["language"])
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

    def person(self, line: int, found: dict[str, str]) -> ListedPerson:
        """Return the person of a line."""
        typed = found.get("name") or found["head"]
        name, year = self.sheet.attempt(line, person_name, typed) or (None, None)
        person = ListedPerson(line, name or "?")
        for key in ("male", "female"):
            if key in found:
                person.sex = key[0]
                year = found[key] if re.search(r"\d{4}", found[key]) else year
        year = found.get("birth", year)
        if year:
            person.birth_year = self.sheet.attempt(line, read.birth_year, year, self.this_year)
        if "sex" in found:
            person.sex = self.sheet.attempt(line, read.sex, found["sex"]) or ""
        if "phone" in found:
            person.phone = self.sheet.attempt(line, phone, found["phone"]) or ""
        return person
