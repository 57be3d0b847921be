"""The summary of a household that a list row shows: last visits and remaining work."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from peewee import JOIN, ModelSelect, fn

from .. import clock
from ..statements import Among
from .account_status import AccountStatus
from .change import Change
from .household import Household
from .ladder import ACTIVATED, REGISTERED
from .resident import Resident
from .user import User
from .visit import Visit

NEWS = timedelta(days=2)


@dataclass(slots=True)
class Call:
    """A visit as the household's page shows it; `who` is the member's name."""

    id: UUID
    outcome: str
    day: date
    visited_at: datetime
    received_at: datetime
    return_on: date | None
    return_part: str
    reason: str
    member_id: int
    who: str
    submitted_by: str = ""  # the name of another person, who submitted it in a file

    @property
    def missed_from(self) -> date | None:
        """The first day on which its appointment is overdue."""
        return self.return_on and clock.days_from(self.return_on, 1)

    def is_changed_by(self, user: User) -> bool:
        """Check whether the user may open the visit to correct it, its author or a leader."""
        return (self.member_id == user.id or user.role == "leader") \
            and clock.now() - self.received_at < Change.LEADER_LIMIT

    def is_news_to(self, user_id: int) -> bool:
        """Check whether the user's phone may still show the visit as an unsent one."""
        return self.member_id == user_id and clock.now() - self.received_at < NEWS


@dataclass(slots=True)
class HouseholdSummary:
    """A household's last visits, newest first, and its residents (14+) not known to be activated.

    `unactivated` of them are known not to be, `unasked` were not asked yet.
    """

    headline: ClassVar[str] = ACTIVATED
    calls: list[Call] = field(default_factory=list)
    unactivated: int = 0
    unasked: int = 0

    @property
    def last(self) -> Call | None:
        return self.calls[0] if self.calls else None

    def since(self, day: date | None) -> Call | None:
        """Return the last visit if it was on that day or later, or has a return date."""
        return self.last if day is None or self.promise or (
            self.last and self.last.day >= day) else None

    @property
    def promise(self) -> Call | None:
        """The last visit if it has a return date."""
        return self.last if self.last and self.last.return_on else None

    @property
    def state(self) -> str:
        """`todo` without a visit, `done` after a final outcome, else `return`."""
        if self.last is None:
            return "todo"
        return "done" if self.last.outcome in Visit.FINISHED and not self.promise else "return"

    @property
    def marks(self) -> str:
        """The filter words of a list row: todo, not (activated), unasked, later."""
        found = ((not self.calls, "todo"), (self.has_work and self.unactivated, "not"),
                 (self.has_work and self.unasked, "unasked"), (self.promise, "later"))
        return " ".join(mark for is_so, mark in found if is_so)

    @property
    def has_work(self) -> bool:
        """Whether a resident who lives here is not activated."""
        has_moved = self.last is not None and self.last.outcome == "moved"
        return self.unactivated + self.unasked > 0 and not has_moved


def household_summaries(ids: Collection[UUID], year: int,
                        calls: int = 1) -> defaultdict[UUID, HouseholdSummary]:
    """Return {household id: summary}; a household without facts gets an empty one.

    `calls` is the number of last visits in each summary.
    """
    found: defaultdict[UUID, HouseholdSummary] = defaultdict(HouseholdSummary)
    for household, *facts in last_calls(ids, calls):
        found[household].calls.append(Call(*facts))
    for household, known_not, unasked in unactivated(ids, year):
        found[household].unactivated, found[household].unasked = known_not, unasked
    return found


def last_calls(ids: Iterable[UUID], count: int) -> ModelSelect:
    """Return (household, fields of Call …) of each household's latest visits, newest first.

    One pass over the visits of these households: PostgreSQL would run a correlated subquery for
    each pair of a household and a visit.
    """
    visit = Visit.alias()
    place = fn.ROW_NUMBER().over(partition_by=[visit.household], order_by=ranking(visit))
    ranked = visit.select(visit.id, place.alias("place")).where(
        visit.household.in_(Among(ids)), visit.is_live).alias("ranked")
    return (Visit.select(Visit.household, Visit.id, Visit.outcome, Visit.day, Visit.visited_at,
                         Visit.received_at, Visit.return_on, Visit.return_part, Visit.reason,
                         Visit.member, User.name)
            .join(ranked, on=(ranked.c.id == Visit.id))
            .switch(Visit).join(User).where(ranked.c.place <= count)
            .order_by(*ranking(Visit)).tuples())


def newest() -> ModelSelect:
    """Return the correlated subquery of the id of a household's latest visit."""
    visit = Visit.alias()
    return (visit.select(visit.id).where(visit.household == Household.id, visit.is_live)
            .order_by(*ranking(visit)).limit(1))


def ranking(visit: Any) -> list[Any]:
    """Return the order of visits, newest first: a phone's clock ahead pins no household.

    A correction has the place of the first version.
    """
    return [visit.happened_at.desc(),
            fn.COALESCE(visit.first_receipt, visit.receipt).desc()]


def unactivated(ids: Iterable[UUID], year: int) -> ModelSelect:
    """Return (household, residents known not to be activated, not asked yet), of 14 and older."""
    residents, known = unactivated_residents(year)
    return (residents.select(Resident.household, fn.COUNT(known),
                             fn.COUNT(Resident.id) - fn.COUNT(known))
            .where(Resident.household.in_(Among(ids)))
            .group_by(Resident.household).tuples())


def unactivated_residents(year: int) -> tuple[ModelSelect, Any]:
    """Return the query of residents of 14 and older not known to be activated, and what is known.

    NULL is known of who was not asked yet: neither about activation nor about registration.
    """
    activation, registration = AccountStatus.alias(), AccountStatus.alias()
    query = Resident.select()
    for status, kind in ((activation, ACTIVATED), (registration, REGISTERED)):
        query = query.join_from(Resident, status, JOIN.LEFT_OUTER, on=(
            (status.resident == Resident.id) & (status.kind == kind)))
    return query.where(
        Resident.is_adult_in(year), activation.state.is_null() | (activation.state != "done"),
    ), fn.COALESCE(activation.state, registration.state)
