"""How much waits for the look of a leader, officer or chair."""

from dataclasses import asdict, astuple, dataclass
from typing import Any, Self

from peewee import SQL, ModelSelect, fn

from .change import Change
from .rejected_entry import RejectedEntry
from .user import User
from .visit import Visit


@dataclass(frozen=True)
class OpenReviews:
    """The numbers of open reviews that one person sees, by kind."""

    rejected: int = 0  # entries
    changes: int = 0  # versions of visits with changes that wait
    duplicates: int = 0  # pairs of a household and a day
    days: int = 0  # visits dated ahead or long back

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the numbers, in one query; none for a person who leads nobody."""
        if not user.leads:
            return cls()
        pairs = duplicate_pairs(user)
        counts: tuple[Any, ...] = (
            RejectedEntry.open(RejectedEntry.visible_to(user)).order_by()
            .select(fn.COUNT(RejectedEntry.id)),
            Change.waiting(Change.visible_to(user)).order_by()
            .select(fn.COUNT(Change.visit.distinct())),
            Visit.select(fn.COUNT(SQL("1"))).from_(pairs.alias("pairs")),
            Visit.oddly_dated(Visit.visible_to(user)).select(fn.COUNT(Visit.id)))
        return cls(*User.select(*counts).where(User.id == user.id).tuples().get())

    @classmethod
    def number(cls, user: User) -> int:
        """Return the number of all open reviews."""
        return cls.of(user).total

    @property
    def first(self) -> str:
        """The first kind with something open, else that of changes."""
        return next((kind for kind, number in asdict(self).items() if number), "changes")

    @property
    def total(self) -> int:
        return sum(astuple(self))


def duplicate_pairs(user: User) -> ModelSelect:
    """Return (household, day) of the possible duplicates a person sees."""
    return (Visit.duplicates(Visit.visible_to(user)).select(Visit.household, Visit.day)
            .group_by(Visit.household, Visit.day))
