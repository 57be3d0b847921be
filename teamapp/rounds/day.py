"""What a member's day page shows: the houses of the rounds, appointments, waiting dossiers."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from .. import clock
from ..languages import called
from ..models import Assignment, Dossier, Household, Procedure, RejectedEntry, Round, Visit
from ..models.household_summary import HouseholdSummary, household_summaries, newest

FORGOTTEN = timedelta(days=7)  # how long a promise that nobody kept is still shown
PARTS = ("morning", "noon", "afternoon", "evening", "")
FACTS = (Household.id, Household.number, Household.cluster, Household.landmark, Household.head)


@dataclass(slots=True)
class DayHouse:
    """A house as the day page's row shows it."""

    id: object
    number: int
    cluster: str
    landmark: str
    head: str
    summary: HouseholdSummary = None
    is_done: bool = False

    @property
    def promised_on(self):
        """The day somebody promised to come back."""
        return self.summary.promise.return_on

    @property
    def promised_at(self):
        """The day and part of the day, to sort by."""
        return self.promised_on, PARTS.index(self.summary.promise.return_part)


@dataclass
class DayRound:
    """A round and a member's houses in it, in walking order."""

    round: Round
    houses: list

    @property
    def eve(self):
        """The day before it begins."""
        return self.round.starts_on - timedelta(days=1)

    @property
    def over_from(self):
        """The first day after it."""
        return clock.days_from(self.round.ends_on, 1)

    @property
    def open(self):
        """The houses somebody is still to go to."""
        return [house for house in self.houses if not house.is_done]

    @property
    def done(self):
        """The houses nobody needs to go to again."""
        return [house for house in self.houses if house.is_done]


@dataclass
class Appointments:
    """The houses promised for a day; shown on that day and, if missed, for some days after."""

    day: date
    houses: list

    @property
    def missed_from(self):
        """The day after."""
        return clock.days_from(self.day, 1)

    @property
    def until(self):
        """The last day they are shown."""
        return clock.days_from(self.day, FORGOTTEN.days)


@dataclass(slots=True)
class Waiting:
    """A dossier that waits, and the house it belongs to."""

    household_id: object
    head: str
    procedure: str
    due_on: date

    @property
    def overdue_from(self):
        """The day from which it is late."""
        return clock.days_from(self.due_on, 1)


def of(user):
    """Return what the day page shows this person, good for today and every later day."""
    given = rounds_of(user)
    promised = promises_to(user)
    houses = [*(house for part in given for house in part.houses), *promised.values()]
    views = household_summaries({house.id for house in houses}, clock.today().year)
    for house in houses:  # one house may stand in two rounds
        house.summary = views[house.id]
    for part in given:
        mark_done(part)
    return {"rounds": given, "appointments": by_day(promised.values()),
            "dossiers": dossiers_of(user), "today": clock.today(),
            "rejected": RejectedEntry.open_count(user)}


def rounds_of(user):
    """Return the published rounds that are not over, each with this member's houses."""
    rows = (Assignment.select(Assignment.round, *FACTS)
            .join(Household, on=(Household.id == Assignment.household)).switch(Assignment)
            .join(Round)
            .where(Assignment.member == user.id, Household.commune == user.commune_id,
                   Household.village == user.village_id, Round.published_at.is_null(False),
                   Round.ends_on >= clock.today())
            .order_by(Round.starts_on, Round.id, Assignment.position, Assignment.id).tuples())
    houses = {id: [DayHouse(*row[1:]) for row in part]
              for id, part in groupby(rows, key=lambda row: row[0])}
    found = {round.id: round for round in Round.visible_to(user).where(Round.id.in_(list(houses)))}
    return [DayRound(found[id], part) for id, part in houses.items()]


def mark_done(part):
    """Mark the houses where a visit in the days of the round ended the matter."""
    ids = [house.id for house in part.houses]
    finished = {row[0] for row in Visit.select(Visit.household).where(
        Visit.household.in_(ids), Visit.outcome.in_(Visit.FINISHED),
        Visit.day.between(part.round.starts_on, part.round.ends_on)).tuples()}
    for house in part.houses:
        house.is_done = house.id in finished


def promises_to(user):
    """Return {id: house} of those this member promised to come back to and nobody went since."""
    rows = (Household.select(*FACTS).join(Visit, on=(Visit.id == newest(1)))
            .where(Visit.village == Household.village, Visit.member == user.id,
                   Visit.return_on >= clock.today() - FORGOTTEN,
                   Household.village == user.village_id)
            .order_by(*Household.in_walking_order()).tuples())
    return {row[0]: DayHouse(*row) for row in rows}


def by_day(houses):
    """Return the appointments of these houses, the first day first."""
    kept = sorted((house for house in houses if house.summary.promise),
                  key=lambda house: house.promised_at)
    return [Appointments(day, list(part))
            for day, part in groupby(kept, key=lambda house: house.promised_on)]


def dossiers_of(user):
    """Return the unfinished dossiers this member helped to file, the first due first."""
    return [Waiting(*row) for row in
            Dossier.select(Household.id, Household.head, called(Procedure), Dossier.due_on)
            .join(Household).switch(Dossier).join(Procedure).switch(Dossier).join(Visit)
            .where(Dossier.village == user.village_id, Household.village == user.village_id,
                   Visit.member == user.id, Dossier.status.not_in(Dossier.CLOSED))
            .order_by(Dossier.due_on, Dossier.id).limit(50).tuples()]
