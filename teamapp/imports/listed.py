"""What a list says: its households, their people, and its other lines."""

from dataclasses import dataclass, field

from .. import text


@dataclass
class Person:
    """A person of a household, on one line of the list."""

    line: int
    name: str
    birth_year: int | None = None
    sex: str = ""
    phone: str = ""

    def is_same_as(self, other):
        """Tell whether two lines of a household are the same person; twins may be Hùng and Hưng."""
        return self.birth_year == other.birth_year and text.is_same_name(self.name, other.name)


@dataclass
class House:
    """A household of the list with its people, the head first."""

    line: int
    head: str
    written: dict  # the cells order, number and house as they stand
    number: int | None = None
    cluster: str = ""
    landmark: str = ""
    phone: str = ""
    language: str | None = None
    poverty: str = ""
    elderly_alone: bool = False
    no_smartphone: bool = False
    people: list = field(default_factory=list)

    def find_head(self):
        """Return the head among the people, or None where no line tells of the head."""
        return next((p for p in self.people if text.is_same_name(p.name, self.head)), None)


@dataclass
class Sheet:
    """The whole list: its households, and for each other line why it was passed over."""

    houses: list = field(default_factory=list)
    passed: dict = field(default_factory=dict)  # line → why
    errors: dict = field(default_factory=dict)  # line → what is wrong
    remarks: list = field(default_factory=list)

    def fault(self, line, reason):
        """Note an error of a line beside those it may have."""
        self.errors[line] = "; ".join(filter(None, (self.errors.get(line), str(reason))))
