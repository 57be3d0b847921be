"""What a house's row and its page show; only reading."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from peewee import JOIN

from .. import clock
from ..languages import called
from ..models import (
    AccountKind,
    AccountStatus,
    Consent,
    Dossier,
    Household,
    Language,
    Procedure,
    Resident,
)
from ..models.household_summary import HouseholdSummary, household_summaries
from ..statements import Among
from .people import Person

CALLS = 3  # last calls a house's page tells of
HOUSE = (Household.id, Household.village, Household.number, Household.cluster,
         Household.cluster_position, Household.landmark, Household.head, Household.phone,
         Household.poverty, Household.elderly_alone, Household.no_smartphone)


class Filing(NamedTuple):
    """A dossier that is not finished."""

    household_id: object
    procedure: str
    code: str
    day: date
    due_on: date
    resident: str

    @property
    def overdue_from(self):
        """The day from which it is late."""
        return clock.days_from(self.due_on, 1)


@dataclass(slots=True)
class House:
    """A house as its row and its page show it."""

    id: object
    village_id: int
    number: int
    cluster: str
    cluster_position: int
    landmark: str
    head: str
    phone: str
    poverty: str
    elderly_alone: bool
    no_smartphone: bool
    language: str
    language_code: str
    summary: HouseholdSummary = None
    people: list = ()
    dossiers: list = ()

    @property
    def order(self):
        """Where the row stands in walking order, as text that sorts."""
        return f"{self.cluster_position:05}-{self.number:06}"

    @property
    def speaks(self):
        """The language it needs, when that is not Vietnamese."""
        return self.language if self.language_code not in (None, "vie") else ""

    @property
    def people_words(self):
        """The names and years of its people, for the search on the phone."""
        words = " ".join(f"{person.name} {person.birth_year or ''}" for person in self.people)
        return words if self.language_code in (None, "vie") else f"{words} {self.language}"


def houses(query, calls=1):
    """Return the houses of a household query in its order, each with its outlook."""
    rows = query.select(*HOUSE, called(Language), Household.language).join(
        Language, JOIN.LEFT_OUTER, on=(Language.code == Household.language)).tuples()
    found = [House(*row) for row in rows]
    ids = [house.id for house in found]
    views = household_summaries(ids, clock.today().year, calls) if found else {}
    for house in found:
        house.summary = views[house.id]
    return found


def peopled(query):
    """Return the houses of a household query with all that their pages show."""
    found = houses(query, CALLS)
    if not found:
        return []
    ids = Among([house.id for house in found])
    residents, dossiers = residents_of(ids), open_dossiers(ids)
    statuses, consents = account_statuses(ids), consents_of(ids)
    kinds, year = AccountKind.in_use(), clock.today().year
    for house in found:
        house.dossiers = dossiers.get(house.id, ())
        house.people = [
            Person(id, name, birth_year, statuses.get(id, {}), consents.get(id), kinds, year)
            for _, id, name, birth_year in residents.get(house.id, ())]
    return found


def residents_of(ids):
    """Return {household id: [(household, id, name, birth year)]}, as each family is listed."""
    rows = (Resident.select(Resident.household, Resident.id, Resident.name, Resident.birth_year)
            .where(Resident.household.in_(ids))
            .order_by(Resident.household, Resident.position, Resident.id).tuples())
    return grouped(rows)


def open_dossiers(ids):
    """Return {household id: [Filing …]}, the first due first."""
    rows = (Dossier.select(Dossier.household, called(Procedure), Dossier.code, Dossier.day,
                           Dossier.due_on, Resident.name)
            .join(Procedure).switch(Dossier).join(Resident, JOIN.LEFT_OUTER)
            .where(Dossier.household.in_(ids), Dossier.status.not_in(Dossier.CLOSED))
            .order_by(Dossier.due_on, Dossier.id).tuples())
    return grouped(Filing(*row) for row in rows)


def account_statuses(ids):
    """Return {resident id: {kind: state}} of the people of these houses."""
    rows = (AccountStatus
            .select(AccountStatus.resident, AccountStatus.kind, AccountStatus.state)
            .join(Resident).where(Resident.household.in_(ids)).tuples())
    found = defaultdict(dict)
    for resident, kind, state in rows:
        found[resident][kind] = state
    return found


def consents_of(ids):
    """Return {resident id: given} of those who were asked whether they may be named."""
    rows = (Consent.select(Consent.resident, Consent.given).join(Resident)
            .where(Resident.household.in_(ids), Consent.purpose == "record")
            .order_by(Consent.asked_at, Consent.id).tuples())
    return dict(rows)


def grouped(rows):
    """Return {first value: [row …]}."""
    found = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found
