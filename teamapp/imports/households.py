"""Households of a list, compared with the village's and added: all of them or none."""

import re
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from flask_babel import gettext as _

from .. import text
from ..models import Household, Resident
from .roll import Roll


@dataclass
class Plan:
    """What an import would do, line by line, decided before anything is written."""

    fates: dict = field(default_factory=dict)  # line → what becomes of it
    new_houses: list = field(default_factory=list)  # (House, number)
    new_people: dict = field(default_factory=dict)  # Household already there → Persons
    known_houses: int = 0
    known_people: int = 0

    @property
    def is_empty(self):
        """Tell whether all of it is in the database already."""
        return not self.new_houses and not self.new_people


def plan_import(sheet, village):
    """Return the Plan of a faultless Sheet for a village."""
    plan, roll = Plan(), Roll(village)
    known = roll.matches(sheet.houses)
    wanted = {house.number for house in sheet.houses}
    free = (number for number in count(max(roll.taken, default=0) + 1) if number not in wanted)
    for house in sheet.houses:
        if house.line in known:
            _plan_known(plan, roll, house, known[house.line])
        else:
            _plan_new(plan, roll, house, free)
    return plan


def _plan_known(plan, roll, house, known):
    plan.known_houses += 1
    _tell(plan, house.line, _("đã có hộ %(number)s, %(head)s", number=known.number,
                              head=known.head))
    there = roll.known_among(known, house.people)
    for place, person in enumerate(house.people):
        if place in there:
            plan.known_people += 1
            _tell(plan, person.line, _("đã có %(who)s", who=_who(person)))
        else:
            plan.new_people.setdefault(known, []).append(person)
            _tell(plan, person.line, _("thêm người %(who)s, hộ %(number)s", who=_who(person),
                                       number=known.number))


def _plan_new(plan, roll, house, free):
    number = house.number
    if number is None or number in roll.taken:
        number = next(free)
    roll.taken.add(number)
    plan.new_houses.append((house, number))
    _tell(plan, house.line, _("thêm hộ %(number)s, %(head)s", number=number, head=house.head))
    if house.number not in (None, number):
        _tell(plan, house.line, _("số %(number)s đã có hộ khác", number=house.number))
    for person in house.people:
        _tell(plan, person.line, _("thêm người %(who)s", who=_who(person)))


def _tell(plan, line, fate):
    plan.fates[line] = "; ".join(filter(None, (plan.fates.get(line), str(fate))))


def _who(person):
    return f"{person.name}, {person.birth_year}" if person.birth_year else person.name


def import_households(sheet, village):
    """Add what the village does not have yet, in one transaction, and return the Plan.

    What is already there is left as it is; the same list again writes nothing at all.
    """
    plan = plan_import(sheet, village)
    if plan.is_empty:
        return plan
    with village.commune.write() as tx:
        plan = plan_import(sheet, village)  # again, now that nobody else writes
        _add_houses(tx, village, plan.new_houses)
        _add_people(tx, village, plan.new_people)
    return plan


def _add_houses(tx, village, new_houses):
    places = _cluster_places(village)
    for house, number in new_houses:
        household = {
            "id": uuid4(), "village": village.id, "number": number, "head": house.head,
            "cluster": house.cluster, "cluster_position": _place(places, house.cluster),
            "landmark": house.landmark, "phone": house.phone, "language": house.language,
            "poverty": house.poverty, "elderly_alone": house.elderly_alone,
            "no_smartphone": house.no_smartphone, "people": [p.name for p in house.people],
        }
        Household.enlist(tx, [household])
        _add_residents(tx, village, household["id"], enumerate(house.people))


def _add_people(tx, village, new_people):
    """Add persons to households that are there already, after those they have."""
    for known, people in new_people.items():
        names = [name for name, in Resident.select(Resident.name)
                 .where(Resident.household == known).order_by(Resident.position).tuples()]
        _add_residents(tx, village, known.id, enumerate(people, len(names)))
        names += [person.name for person in people]
        Household.update(
            cursor=tx.cursor,
            search_key=Household.key_of(known.head, known.cluster, known.number, names),
        ).where(Household.id == known.id).execute()


def _add_residents(tx, village, household_id, placed_people):
    Resident.enlist(tx, [
        {"id": uuid4(), "village": village.id, "household": household_id, "name": person.name,
         "birth_year": person.birth_year, "sex": person.sex, "phone": person.phone,
         "position": place} for place, person in placed_people])


def _cluster_places(village):
    rows = (Household.select(Household.cluster, Household.cluster_position)
            .where(Household.village == village, Household.cluster != "").distinct().tuples())
    return {text.fold(cluster): place for cluster, place in rows}


def _place(places, cluster):
    """Return where a cluster stands in the walking order: by its number, else after the others."""
    if not cluster:
        return 0
    digits = re.search(r"\d{1,4}", cluster)
    last = max(places.values(), default=0)
    return places.setdefault(text.fold(cluster), int(digits[0]) if digits else last + 1)
