"""A list as parsed: its households, their people, and its other lines."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from .. import text


@dataclass
class ListedPerson:
    """A person of a household, on one line of the list."""

    line: int
    name: str
    birth_year: int | None = None
    sex: str = ""
    phone: str = ""

    def is_same_as(self, other: "ListedPerson") -> bool:
        """Compare two lines of a household, marks included: twins may be Hùng and Hưng."""
        return self.birth_year == other.birth_year and text.is_same_name(self.name, other.name)


@dataclass
class ListedHousehold:
    """A household of the list with its people, the head first."""

    line: int
    head: str
    raw: dict[str, str]  # the cells head, order, number and house as typed
    village: str = ""  # as the list names it, in a column, a heading or its sheet's name
    number: int | None = None
    cluster: str = ""
    landmark: str = ""
    phone: str = ""
    language: str | None = None
    poverty: str = ""
    elderly_alone: bool = False
    no_smartphone: bool = False
    people: list[ListedPerson] = field(default_factory=list)

    def find_head(self) -> ListedPerson | None:
        """Return the head among the people, or None where no line is the head's."""
        return next((p for p in self.people if text.is_same_name(p.name, self.head)), None)


@dataclass
class Sheet:
    """The whole list: its households, and what became of each other line, cell and column."""

    households: list[ListedHousehold] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)  # line → reason
    refused: dict[int, str] = field(default_factory=dict)  # line → reasons
    notes: dict[int, str] = field(default_factory=dict)  # line → what was left out or assumed
    remarks: list[str] = field(default_factory=list)
    headings: set[str] = field(default_factory=set)  # that name villages

    def refuse(self, line: int, reason: object) -> None:
        """Leave a line out; the others stay."""
        self.refused[line] = "; ".join(filter(None, (self.refused.get(line), str(reason))))

    def note(self, line: int, words: object) -> None:
        """Say what was left out or assumed of a line."""
        self.notes[line] = "; ".join(filter(None, (self.notes.get(line), str(words))))

    def attempt(self, line: int, reader: Callable[..., Any], *values: Any) -> Any:
        """Return what a reader makes of values; None, and a note of the line, if it cannot."""
        try:
            return reader(*values)
        except ValueError as error:
            self.note(line, _("bỏ ô này: %(why)s", why=error))
            return None
