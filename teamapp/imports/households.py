"""Import of a list's households into a village: all that are new, or none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

from flask_babel import gettext as _

from .. import text
from ..models import Household, Resident, Village
from ..models.commune import WriteTransaction
from .matching import Matcher
from .parsed import ListedHousehold, ListedPerson, Sheet


@dataclass
class Plan:
    """The result of an import, line by line, decided before anything is written."""

    outcomes: dict[int, str] = field(default_factory=dict)  # line → sentence
    new_households: list[tuple[ListedHousehold, int]] = field(default_factory=list)  # with number
    new_people: dict[Household, list[ListedPerson]] = field(default_factory=dict)
    known_households: int = 0
    known_people: int = 0

    @property
    def is_empty(self) -> bool:
        """True if the register has all of the list already."""
        return not self.new_households and not self.new_people


def plan_import(sheet: Sheet, village: Village) -> Plan:
    """Return the Plan of a Sheet without errors for a village."""
    plan, matcher = Plan(), Matcher(village)
    known = matcher.matches(sheet.households)
    wanted = {listed.number for listed in sheet.households}
    free = (number for number in count(max(matcher.taken, default=0) + 1) if number not in wanted)
    for listed in sheet.households:
        if listed.line in known:
            _plan_known(plan, matcher, listed, known[listed.line])
        else:
            _plan_new(plan, matcher, listed, free)
    return plan


def _plan_known(plan: Plan, matcher: Matcher, listed: ListedHousehold, known: Household) -> None:
    plan.known_households += 1
    _note(plan, listed.line, _("đã có hộ %(number)s, %(head)s", number=known.number,
                              head=known.head))
    if text.fold(known.head) != text.fold(listed.head):
        _note(plan, listed.line, _("danh sách ghi chủ hộ là %(head)s, sổ giữ như cũ",
                                   head=listed.head))
    there = matcher.known_among(known, listed.people)
    for place, person in enumerate(listed.people):
        if place in there:
            plan.known_people += 1
            _note(plan, person.line, _("đã có %(who)s", who=_who(person)))
        else:
            plan.new_people.setdefault(known, []).append(person)
            _note(plan, person.line, _("thêm người %(who)s, hộ %(number)s", who=_who(person),
                                       number=known.number))


def _plan_new(plan: Plan, matcher: Matcher, listed: ListedHousehold, free: Iterator[int]) -> None:
    number = listed.number
    if number is None or number in matcher.taken:
        number = next(free)
    matcher.taken.add(number)
    plan.new_households.append((listed, number))
    _note(plan, listed.line, _("thêm hộ %(number)s, %(head)s", number=number, head=listed.head))
    if listed.number not in (None, number):
        _note(plan, listed.line, _("số %(number)s đã có hộ khác", number=listed.number))
    for person in listed.people:
        _note(plan, person.line, _("thêm người %(who)s", who=_who(person)))


def _note(plan: Plan, line: int, outcome: object) -> None:
    plan.outcomes[line] = "; ".join(filter(None, (plan.outcomes.get(line), str(outcome))))


def _who(person: ListedPerson) -> str:
    return f"{person.name}, {person.birth_year}" if person.birth_year else person.name


def import_households(sheet: Sheet, village: Village) -> Plan:
    """Add the households and people the village lacks, in one transaction; return the Plan.

    Those it has are left unchanged; importing the same list twice writes nothing the second time.
    """
    plan = plan_import(sheet, village)
    if plan.is_empty:
        return plan
    with village.commune.write() as tx:
        plan = plan_import(sheet, village)  # again, now that nobody else writes
        _add_households(tx, village, plan.new_households)
        _add_people(tx, village, plan.new_people)
    return plan


def _add_households(tx: WriteTransaction, village: Village,
                    new_households: list[tuple[ListedHousehold, int]]) -> None:
    places = _cluster_places(village)
    for listed, number in new_households:
        household = {
            "id": uuid4(), "village": village.id, "number": number, "head": listed.head,
            "cluster": listed.cluster, "cluster_position": _place(places, listed.cluster),
            "landmark": listed.landmark, "phone": listed.phone, "language": listed.language,
            "poverty": listed.poverty, "elderly_alone": listed.elderly_alone,
            "no_smartphone": listed.no_smartphone,
        }
        Household.enlist(tx, [household])
        _add_residents(tx, village, household["id"], enumerate(listed.people))


def _add_people(tx: WriteTransaction, village: Village,
                new_people: dict[Household, list[ListedPerson]]) -> None:
    """Add people to registered households, after those they have."""
    for known, people in new_people.items():
        there = Resident.select().where(Resident.household == known).count()
        _add_residents(tx, village, known.id, enumerate(people, there))
        Household.update(cursor=tx.cursor).where(Household.id == known.id).execute()


def _add_residents(tx: WriteTransaction, village: Village, household_id: UUID,
                   placed_people: Iterable[tuple[int, ListedPerson]]) -> None:
    Resident.enlist(tx, [
        {"id": uuid4(), "village": village.id, "household": household_id, "name": person.name,
         "birth_year": person.birth_year, "sex": person.sex, "phone": person.phone,
         "position": place} for place, person in placed_people])


def _cluster_places(village: Village) -> dict[str, int]:
    rows = (Household.select(Household.cluster, Household.cluster_position)
            .where(Household.village == village, Household.cluster != "").distinct().tuples())
    return {text.fold(cluster): place for cluster, place in rows}


def _place(places: dict[str, int], cluster: str) -> int:
    """Return a cluster's place in the walking order: by its number, else after the others."""
    if not cluster:
        return 0
    digits = re.search(r"\d{1,4}", cluster)
    last = max(places.values(), default=0)
    return places.setdefault(text.fold(cluster), int(digits[0]) if digits else last + 1)
