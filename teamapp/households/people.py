"""A person of a household as the house's page and the visit form show them."""

from ..models import AccountKind, Resident

REGISTERED = "VNEID_2_DK"


class Person:
    """A resident, what is known of their accounts, and what the next step is."""

    __slots__ = ("birth_year", "consent", "id", "is_child", "ladder", "name", "next", "rest",
                 "state")

    def __init__(self, id, name, birth_year, stands, consent, kinds, year):
        self.id, self.name, self.birth_year, self.consent = id, name, birth_year, consent
        age = year - birth_year if birth_year else None
        self.is_child = age is not None and age < Resident.ADULT
        self.state = "child" if self.is_child else stands.get(AccountKind.HEADLINE) or (
            "not_yet" if stands.get(REGISTERED) else "unasked")
        self.ladder = [(kind, stands[kind.code]) for kind in kinds if kind.code in stands]
        open_kinds = [] if self.is_child else [
            kind for kind in kinds if stands.get(kind.code) != "done"
            and (age is None or age >= kind.needs_age)]
        self.next = self._next(open_kinds, stands)
        self.rest = [kind for kind in open_kinds if kind is not self.next]

    def _next(self, kinds, stands):
        """Return the first open step; being activated, or unasked, stands for being registered."""
        passed = REGISTERED if stands.get(REGISTERED) != "not_yet" or stands.get(
            AccountKind.HEADLINE) == "done" else None
        return next((kind for kind in kinds if kind.code != passed), None)

    @property
    def known(self):
        """What is known, in short: the same for all whose ladders look alike."""
        return "".join(f" {kind.code} {state}" for kind, state in self.ladder)

    @property
    def open(self):
        """What is open, in short: the same for all whose steps look alike."""
        return " ".join(kind.code for kind in (self.next, *self.rest) if kind)

    @property
    def label(self):
        """The name with the year of birth, which tells two of the same name apart."""
        return f"{self.name}, {self.birth_year}" if self.birth_year else self.name
