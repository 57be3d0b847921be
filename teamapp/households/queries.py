"""Queries for a household's row and its page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from peewee import JOIN, ModelSelect

from .. import clock
from ..languages import called
from ..models import (
    AccountKind,
    AccountStatus,
    Consent,
    Dossier,
    Filing,
    Household,
    Language,
    Procedure,
    Receipt,
    Resident,
    User,
    Visit,
)
from ..models.household_summary import Call, HouseholdSummary, household_summaries
from ..models.visit_content import VisitContent, visit_contents
from ..statements import Among
from .changed_visits import ChangedVisit, changed_visits, grouped
from .people import Person

CALLS = 3  # last visits on a household's page
COLUMNS = (Household.id, Household.village, Household.number, Household.cluster,
           Household.cluster_position, Household.landmark, Household.head, Household.phone,
           Household.poverty, Household.elderly_alone, Household.no_smartphone)


class OpenDossier(NamedTuple):
    """An unfinished dossier."""

    household_id: UUID
    procedure: str
    code: str
    day: date
    due_on: date | None
    resident: str | None

    @property
    def overdue_from(self) -> date | None:
        """The first day on which it is overdue."""
        return self.due_on and clock.days_from(self.due_on, 1)


@dataclass(slots=True)
class HouseholdView:
    """A household as its row and its page show it."""

    id: UUID
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
    language: str | None
    language_code: str | None
    summary: HouseholdSummary | None = None
    people: Sequence[Person] = ()
    dossiers: Sequence[OpenDossier] = ()
    past: Mapping[UUID, VisitContent] = field(default_factory=dict)
    changes: Sequence[ChangedVisit] = ()
    found: str | None = None  # the person a search found in it

    @property
    def order(self) -> str:
        """The position in walking order, as text that sorts."""
        return f"{self.cluster_position:05}-{self.number:06}"

    @property
    def speaks(self) -> str | None:
        """The household's language, unless it is Vietnamese."""
        return self.language if self.language_code not in (None, "vie") else ""

    @property
    def people_labels(self) -> str:
        """The names and years of birth of its people, for the search on the device."""
        return "; ".join(person.label for person in self.people)


def households(query: ModelSelect, calls: int = 1) -> list[HouseholdView]:
    """Return the households of a query in its order, each with its summary."""
    rows = query.select(*COLUMNS, called(Language), Household.language).join(
        Language, JOIN.LEFT_OUTER, on=(Language.code == Household.language)).tuples()
    found = [HouseholdView(*row) for row in rows]
    ids = [household.id for household in found]
    summaries = household_summaries(ids, clock.today().year, calls) if found else {}
    for household in found:
        household.summary = summaries[household.id]
    return found


def households_with_people(query: ModelSelect) -> list[HouseholdView]:
    """Return the households of a query with everything their pages show."""
    found = households(query, CALLS)
    if not found:
        return []
    ids = Among([household.id for household in found])
    residents, dossiers = residents_of(ids), open_dossiers(ids)
    statuses, consents = account_statuses(ids), consents_of(ids)
    kinds, year = AccountKind.in_use(), clock.today().year
    calls = [call for household in found if household.summary for call in household.summary.calls]
    name_submitters(calls)
    past = visit_contents([call.id for call in calls], called)
    changes = changed_visits(ids)
    for household in found:
        household.dossiers, household.past = dossiers.get(household.id, ()), past
        household.changes = changes.get(household.id, ())
        household.people = [
            Person(id, name, birth_year, statuses.get(id, {}), consents.get(id), kinds, year)
            for _, id, name, birth_year in residents.get(household.id, ())]
    return found


def name_submitters(calls: Sequence[Call]) -> None:
    """Set the names of those who submitted visits in a file of another person's."""
    if not calls:
        return
    rows = (Receipt.select(Visit.id, User.name)
            .join(Visit, on=(Visit.commune == Receipt.commune) & (Visit.receipt == Receipt.number))
            .join(User, on=(User.id == Receipt.submitted_by))
            .where(Receipt.submitted_by.is_null(False), Receipt.submitted_by != Visit.member,
                   Visit.id.in_(Among([call.id for call in calls]))).tuples())
    names = dict(rows)
    for call in calls:
        call.submitted_by = names.get(call.id, "")


def residents_of(ids: Among) -> dict[UUID, list[Any]]:
    """Return {household id: [(household id, id, name, birth year)]}, in the family's order."""
    rows = (Resident.select(Resident.household, Resident.id, Resident.name, Resident.birth_year)
            .where(Resident.household.in_(ids))
            .order_by(Resident.household, Resident.position, Resident.id).tuples())
    return grouped(rows)


def open_dossiers(ids: Among) -> dict[UUID, list[Any]]:
    """Return {household id: [OpenDossier]}, the first due first."""
    rows = (Filing.live(Filing.household, called(Procedure), Filing.code, Filing.day,
                        Filing.due_on, Resident.name)
            .join(Procedure).switch(Filing).join(Dossier).switch(Filing)
            .join(Resident, JOIN.LEFT_OUTER)
            .where(Filing.household.in_(ids), Dossier.status.not_in(Dossier.CLOSED))
            .order_by(Filing.due_on, Filing.dossier).tuples())
    return grouped(OpenDossier(*row) for row in rows)


def account_statuses(ids: Among) -> dict[UUID, dict[str, str]]:
    """Return {resident id: {kind: state}} of the people of these households."""
    rows = (AccountStatus
            .select(AccountStatus.resident, AccountStatus.kind, AccountStatus.state)
            .join(Resident).where(Resident.household.in_(ids)).tuples())
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    for resident, kind, state in rows:
        found[resident][kind] = state
    return found


def consents_of(ids: Among) -> dict[UUID, bool]:
    """Return {resident id: latest answer} of the people asked for consent to be recorded."""
    rows = (Consent.live(Consent.resident, Consent.given).join(Resident)
            .where(Resident.household.in_(ids), Consent.purpose == "record").tuples())
    return dict(rows)
