"""How a house stands, at a glance: the last call there and what is left to do."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from peewee import JOIN, fn

from .. import clock
from ..statements import Among
from .account_status import AccountStatus
from .catalog import AccountKind
from .household import Household
from .resident import Resident
from .user import User
from .visit import Visit

NEWS = timedelta(days=2)


@dataclass(slots=True)
class Call:
    """A visit as a house's page tells of it; `who` is the member's name."""

    id: object
    outcome: str
    day: date
    visited_at: object
    received_at: object
    return_on: date
    return_part: str
    reason: str
    member_id: int
    who: str

    def is_news_to(self, user_id):
        """Tell whether this person's phone may still show the visit as its own unsent one."""
        return self.member_id == user_id and clock.now() - self.received_at < NEWS


@dataclass(slots=True)
class HouseholdSummary:
    """The last calls at a house, newest first, and how many of 14 and older are not activated."""

    calls: list = field(default_factory=list)
    unactivated: int = 0

    @property
    def last(self):
        """The last call, or None."""
        return self.calls[0] if self.calls else None

    def since(self, day):
        """Return the last call if it was on that day or later, or promised to come back."""
        return self.last if day is None or self.promise or (
            self.last and self.last.day >= day) else None

    @property
    def promise(self):
        """The call that promised to come back, if nobody has been there since."""
        return self.last if self.last and self.last.return_on else None

    @property
    def state(self):
        """What the house is to its team: todo (nobody was there), return, or done."""
        if not self.calls:
            return "todo"
        return "done" if self.last.outcome in Visit.FINISHED and not self.promise else "return"

    @property
    def marks(self):
        """The words a list is filtered by: todo, not (activated), later."""
        found = ((not self.calls, "todo"), (self.has_work, "not"), (self.promise, "later"))
        return " ".join(mark for is_so, mark in found if is_so)

    @property
    def has_work(self):
        """Tell whether somebody who lives here is not activated."""
        return self.unactivated > 0 and not (self.last and self.last.outcome == "moved")


def household_summaries(ids, year, calls=1):
    """Return {household id: Outlook} of those households of whom there is anything to tell.

    `calls` is how many of the last calls to tell of.
    """
    found = defaultdict(HouseholdSummary)
    for household, *facts in last_calls(ids, calls):
        found[household].calls.append(Call(*facts))
    for household, count in unactivated(ids, year):
        found[household].unactivated = count
    return found


def last_calls(ids, count):
    """Return (household, call's facts …) of the newest visits of each house, newest first."""
    return (Household
            .select(Household.id, Visit.id, Visit.outcome, Visit.day, Visit.visited_at,
                    Visit.received_at, Visit.return_on, Visit.return_part, Visit.reason,
                    Visit.member, User.name)
            .join(Visit, on=Visit.id.in_(newest(count))).join(User, on=(User.id == Visit.member))
            .where(Household.id.in_(Among(ids)))
            .order_by(Visit.visited_at.desc(), Visit.receipt.desc()).tuples())


def newest(count):
    """Return the ids of the newest visits of the household that a query is at."""
    visit = Visit.alias()
    return (visit.select(visit.id).where(visit.household == Household.id)
            .order_by(visit.visited_at.desc(), visit.receipt.desc()).limit(count))


def unactivated(ids, year):
    """Return (household, how many of 14 and older are not known to be activated)."""
    known = ((AccountStatus.resident == Resident.id) & (AccountStatus.kind == AccountKind.HEADLINE)
             & (AccountStatus.state == "done"))
    return (Resident.select(Resident.household, fn.COUNT(Resident.id))
            .join(AccountStatus, JOIN.LEFT_OUTER, on=known)
            .where(Resident.household.in_(Among(ids)), AccountStatus.resident.is_null(),
                   Resident.is_adult_in(year))
            .group_by(Resident.household).tuples())
