"""Matching of a list with the register; see docs/decisions/0035.

It finds the household or person that a row of a list means.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import product
from uuid import UUID

from .. import text
from ..models import Household, Resident, Village
from .parsed import ListedHousehold, ListedPerson

# The order of trying: the same spelling, then a name that differs in its marks; the same year of
# birth, then a year that one side does not know.
SPELLINGS = (text.is_same_name, lambda one, other: text.fold(one) == text.fold(other))
YEARS = (lambda one, other: one == other, lambda one, other: None in (one, other))


class Matcher:
    """A village's registered households with their people, to be matched with those of a list."""

    def __init__(self, village: Village) -> None:
        self.households = list(Household.select().where(Household.village == village)
                           .order_by(Household.number))
        self.people: dict[UUID, dict[str, list[tuple[str, int | None]]]] = {
            household.id: {} for household in self.households}
        rows = (Resident.select(Resident.household, Resident.name, Resident.birth_year)
                .join(Household).where(Household.village == village).tuples())
        for household_id, name, year in rows:
            self.people[household_id].setdefault(text.fold(name), []).append((name, year))
        self.taken = {household.number for household in self.households}
        self.unmatched = defaultdict(list)
        for household in self.households:
            self.unmatched[text.fold(household.head)].append(household)

    def matches(self, listed: list[ListedHousehold]) -> dict[int, Household]:
        """Return the registered household of each line that has one; heads may be respelled."""
        found: dict[int, Household] = {}
        for is_alike in SPELLINGS:
            for household in listed:
                known = None if household.line in found else self._match(household, is_alike)
                if known:
                    found[household.line] = known
        for household in listed:
            known = None if household.line in found else self._match_under_new_head(household)
            if known:
                found[household.line] = known
        return found

    def _match_under_new_head(self, listed: ListedHousehold) -> Household | None:
        """Return the registered household of the same number that has one of the people."""
        known = next((household for household in self.households if listed.number is not None
                      and household.number == listed.number
                      and household in self.unmatched[text.fold(household.head)]), None)
        if known is None or not any(self.has(known, person) for person in listed.people):
            return None
        self.unmatched[text.fold(known.head)].remove(known)
        return known

    def _match(self, listed: ListedHousehold,
               is_alike: Callable[[str, str], bool]) -> Household | None:
        """Return the registered household or None: by number and head, else head and people."""
        unmatched = self.unmatched[text.fold(listed.head)]
        alike = [h for h in unmatched if is_alike(h.head, listed.head)]
        same_number = [h for h in alike if listed.number is not None and h.number == listed.number]
        likely = same_number or sorted(
            (h for h in alike if self._is_same_family(listed, h)),
            key=lambda h: -sum(self.has(h, person) for person in listed.people))
        if not likely:
            return None
        unmatched.remove(likely[0])
        return likely[0]

    def _is_same_family(self, listed: ListedHousehold, known: Household) -> bool:
        """Return True if the heads' years agree and, where both have others, they share one."""
        head, others = listed.people[0], listed.people[1:]
        more_known = sum(map(len, self.people[known.id].values())) > 1
        return self.has(known, head) and (
            not others or not more_known or any(self.has(known, person) for person in others))

    def has(self, known: Household, person: ListedPerson) -> bool:
        """Return True if the household has this person; an unknown year fits any."""
        alike = self.people[known.id].get(text.fold(person.name), [])
        return any(year is None or person.birth_year in (None, year) for _name, year in alike)

    def known_among(self, known: Household, people: list[ListedPerson]) -> set[int]:
        """Return the places of those the household has; each of its people is matched once."""
        left = {key: list(alike) for key, alike in self.people[known.id].items()}
        found: set[int] = set()
        for is_alike, fits in product(SPELLINGS, YEARS):
            for place, person in enumerate(people):
                alike = left.get(text.fold(person.name), [])
                same = next((one for one in alike if is_alike(one[0], person.name)
                             and fits(one[1], person.birth_year)), None)
                if same and place not in found:
                    alike.remove(same)
                    found.add(place)
        return found
