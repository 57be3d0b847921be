"""A member's day page: households of the rounds, appointments and open dossiers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from .. import clock
from ..languages import called
from ..models import (
    Assignment,
    Dossier,
    Filing,
    Household,
    OpenReviews,
    Procedure,
    RejectedEntry,
    Round,
    User,
    Visit,
)
from ..models.household_summary import household_summaries, newest

MISSED_SHOWN_FOR = timedelta(days=7)  # how long a missed appointment stays on the page
PARTS = ("morning", "noon", "afternoon", "evening", "")
FACTS = (Household.id, Household.number, Household.cluster, Household.landmark, Household.head)


@dataclass(slots=True)
class DayHousehold:
    """A household as a row of the day page shows it."""

    id: UUID
    number: int
    cluster: str
    landmark: str
    head: str
    summary: Any = None  # its HouseholdSummary, once it is read
    done_by: tuple[UUID, ...] = ()  # the visits that finish it
    position: int = 0  # in the walk through all rounds of the page

    @property
    def promised_on(self) -> date:
        """The day of the appointment."""
        day: date = self.summary.promise.return_on
        return day

    @property
    def promised_at(self) -> tuple[date, int]:
        """The day and part of the day of the appointment, to sort by."""
        part = self.summary.promise.return_part
        return self.promised_on, PARTS.index(part if part in PARTS else "")


@dataclass
class DayRound:
    """A round and a member's households in it, in walking order."""

    round: Round
    houses: list[DayHousehold]

    @property
    def eve(self) -> Any:
        """The day before the round begins."""
        return clock.days_from(self.round.starts_on, -1)

    @property
    def over_from(self) -> date:
        """The first day after the round."""
        return clock.days_from(self.round.ends_on, 1)

    @property
    def open(self) -> list[DayHousehold]:
        """The households still to visit."""
        return [house for house in self.houses if not house.done_by]

    @property
    def done(self) -> list[DayHousehold]:
        """The households that need no further visit."""
        return [house for house in self.houses if house.done_by]


@dataclass
class Appointments:
    """The appointments of a day; shown on that day and, when missed, for some days after."""

    day: date
    houses: list[DayHousehold]

    @property
    def missed_from(self) -> date:
        """The day after."""
        return clock.days_from(self.day, 1)

    @property
    def until(self) -> date:
        """The last day they are shown."""
        return clock.days_from(self.day, MISSED_SHOWN_FOR.days)


@dataclass(slots=True)
class OpenDossier:
    """An unfinished dossier and its household."""

    household_id: UUID
    head: str
    procedure: str
    due_on: date | None

    @property
    def overdue_from(self) -> date | None:
        """The first day on which it is overdue."""
        return self.due_on and clock.days_from(self.due_on, 1)


def of(user: User) -> dict[str, Any]:
    """Return the context of a person's day page, valid today and on later days."""
    rounds = rounds_of(user)
    promised = promises_to(user)
    households = [*(household for part in rounds for household in part.houses),
                  *promised.values()]
    summaries = household_summaries(
        {household.id for household in households}, clock.today().year)
    for household in households:  # a household may be in two rounds
        household.summary = summaries[household.id]
    for part in rounds:
        mark_done(part)
    return {"rounds": rounds, "appointments": by_day(promised.values()),
            "dossiers": dossiers_of(user), "today": clock.today(),
            "rejected": RejectedEntry.open_count(user), "reviews": OpenReviews.number(user)}


def rounds_of(user: User) -> list[DayRound]:
    """Return the published rounds that are not over, each with this member's households."""
    rows = (Assignment.select(Assignment.round, *FACTS)
            .join(Household, on=(Household.id == Assignment.household)).switch(Assignment)
            .join(Round)
            .where(Assignment.member == user.id, Household.commune == user.commune_id,
                   Household.village == user.village_id, Round.published_at.is_null(False),
                   Round.ends_on >= clock.today())
            .order_by(Round.starts_on, Round.id, Assignment.position, Assignment.id).tuples())
    households = {id: [DayHousehold(*row[1:]) for row in part]
                  for id, part in groupby(rows, key=lambda row: row[0])}
    found = {round.id: round
             for round in Round.visible_to(user).where(Round.id.in_(list(households)))}
    for position, household in enumerate(chain.from_iterable(households.values())):
        household.position = position
    return [DayRound(found[id], part) for id, part in households.items()]


def mark_done(part: DayRound) -> None:
    """Mark the households that a visit within the days of the round finished."""
    ids = [household.id for household in part.houses]
    finished: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for household, id in Visit.live(Visit.household, Visit.id).where(
            Visit.household.in_(ids), Visit.outcome.in_(Visit.FINISHED),
            Visit.day.between(part.round.starts_on, part.round.ends_on)).tuples():
        finished[household].append(id)
    for household in part.houses:
        household.done_by = tuple(finished[household.id])


def promises_to(user: User) -> dict[UUID, DayHousehold]:
    """Return {id: household} of the appointments this member made and no later visit followed."""
    rows = (Household.select(*FACTS).join(Visit, on=(Visit.id == newest()))
            .where(Visit.village == Household.village, Visit.member == user.id,
                   Visit.return_on >= clock.today() - MISSED_SHOWN_FOR,
                   Household.village == user.village_id)
            .order_by(*Household.in_walking_order()).tuples())
    return {row[0]: DayHousehold(*row) for row in rows}


def by_day(households: Iterable[DayHousehold]) -> list[Appointments]:
    """Return the appointments with these households, the first day first."""
    promised = sorted((household for household in households if household.summary.promise),
                      key=lambda household: household.promised_at)
    return [Appointments(day, list(part))
            for day, part in groupby(promised, key=lambda household: household.promised_on)]


def dossiers_of(user: User) -> list[OpenDossier]:
    """Return the unfinished dossiers this member helped to file, the first due first."""
    return [OpenDossier(*row) for row in
            Filing.live(Household.id, Household.head, called(Procedure), Filing.due_on)
            .join(Household).switch(Filing).join(Procedure).switch(Filing).join(Dossier)
            .switch(Filing).join(Visit)
            .where(Filing.village == user.village_id, Household.village == user.village_id,
                   Visit.member == user.id, Dossier.status.not_in(Dossier.CLOSED))
            .order_by(Filing.due_on, Filing.dossier).limit(50).tuples()]
