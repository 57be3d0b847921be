"""Who of a village a list means; see docs/decisions/0035."""

from collections import defaultdict
from itertools import product

from .. import text
from ..models import Household, Resident

# Who is meant: first who is called just so, then who was spelled otherwise; first who was born in
# that very year, then where one of the years is not known.
SPELLINGS = (text.is_same_name, lambda one, other: text.fold(one) == text.fold(other))
YEARS = (lambda one, other: one == other, lambda one, other: None in (one, other))


class Roll:
    """The households a village has, with their people, to find those of a list among them."""

    def __init__(self, village):
        self.houses = list(Household.select().where(Household.village == village)
                           .order_by(Household.number))
        self.people = {house.id: {} for house in self.houses}
        rows = (Resident.select(Resident.household, Resident.name, Resident.birth_year)
                .join(Household).where(Household.village == village).tuples())
        for house_id, name, year in rows:
            self.people[house_id].setdefault(text.fold(name), []).append((name, year))
        self.taken = {house.number for house in self.houses}
        self.unmatched = defaultdict(list)
        for house in self.houses:
            self.unmatched[text.fold(house.head)].append(house)

    def matches(self, houses):
        """Return {line: household} of those a list means; a head may be respelled by now."""
        found = {}
        for is_alike in SPELLINGS:
            for house in houses:
                known = None if house.line in found else self._match(house, is_alike)
                if known:
                    found[house.line] = known
        return found

    def _match(self, house, is_alike):
        """Return the household a list means, or None: by number and head, else head and people."""
        unmatched = self.unmatched[text.fold(house.head)]
        alike = [h for h in unmatched if is_alike(h.head, house.head)]
        same_number = [h for h in alike if house.number is not None and h.number == house.number]
        likely = same_number or sorted(
            (h for h in alike if self._is_same_family(house, h)),
            key=lambda h: -sum(self.has(h, person) for person in house.people))
        if not likely:
            return None
        unmatched.remove(likely[0])
        return likely[0]

    def _is_same_family(self, house, known):
        """The heads' years do not differ, and where both list others, somebody is in both."""
        head, others = house.people[0], house.people[1:]
        more_known = sum(map(len, self.people[known.id].values())) > 1
        return self.has(known, head) and (
            not others or not more_known or any(self.has(known, person) for person in others))

    def has(self, known, person):
        """Tell whether a household already has this person; an unknown year fits any."""
        alike = self.people[known.id].get(text.fold(person.name), [])
        return any(year is None or person.birth_year in (None, year) for _name, year in alike)

    def known_among(self, known, people):
        """Return the places of those a household already has; each of its people is found once."""
        left = {key: list(alike) for key, alike in self.people[known.id].items()}
        found = set()
        for is_alike, fits in product(SPELLINGS, YEARS):
            for place, person in enumerate(people):
                alike = left.get(text.fold(person.name), [])
                same = next((one for one in alike if is_alike(one[0], person.name)
                             and fits(one[1], person.birth_year)), None)
                if same and place not in found:
                    alike.remove(same)
                    found.add(place)
        return found
