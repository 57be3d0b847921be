"""A resident as the household's page and the visit form show them."""

from uuid import UUID

from ..models import AccountKind, Resident
from ..models.ladder import ACTIVATED, REGISTERED, next_step, open_steps, usual_rest


def label(name: str, birth_year: int | None) -> str:
    """Return the name with the year of birth, which distinguishes people of one name."""
    return f"{name}, {birth_year}" if birth_year else name


class Person:
    """A resident with the states of their accounts and the next step."""

    __slots__ = ("birth_year", "consent", "id", "is_child", "ladder", "name", "next", "rest",
                 "rest_is_usual", "state")
    headline = ACTIVATED  # the kind `state` is about

    def __init__(self, id: UUID, name: str, birth_year: int | None, statuses: dict[str, str],
                 consent: bool | None, kinds: list[AccountKind], year: int) -> None:
        self.id, self.name, self.birth_year, self.consent = id, name, birth_year, consent
        age = year - birth_year if birth_year else None
        self.is_child = age is not None and age < Resident.ADULT
        self.state = "child" if self.is_child else statuses.get(ACTIVATED) or (
            "not_yet" if statuses.get(REGISTERED) else "unasked")
        self.ladder = [(kind, statuses[kind.code]) for kind in kinds if kind.code in statuses]
        steps = [] if self.is_child else open_steps(kinds, statuses, age)
        self.next = next_step(steps, statuses)
        self.rest = [kind for kind in steps if kind is not self.next]
        self.rest_is_usual = (self.next is not None and bool(self.rest)
                              and self.rest == usual_rest(self.next, kinds))

    @property
    def known(self) -> str:
        """A key that is equal for people whose ladders look alike."""
        return "".join(f" {kind.code} {state}" for kind, state in self.ladder)

    @property
    def open(self) -> str:
        """A key that is equal for people whose open steps look alike."""
        return " ".join(kind.code for kind in (self.next, *self.rest) if kind)

    @property
    def label(self) -> str:
        return label(self.name, self.birth_year)
