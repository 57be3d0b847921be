"""The rows behind a figure; their number always equals the figure."""

from collections.abc import Collection, Iterable
from uuid import UUID

from peewee import JOIN, Expression, ModelSelect, fn

from .. import clock
from ..counting.indicators import DOSSIERS, HOUSEHOLDS, VISITS
from ..counting.periods import Span
from ..counting.targets import ACTIVATIONS, COVERAGE
from ..models import (
    AccountKind,
    AccountStatus,
    Filing,
    Household,
    Obstacle,
    Procedure,
    Resident,
    Step,
    User,
    Visit,
)
from ..models.household_summary import ranking
from .queries import first_meetings

KINDS = (ACTIVATIONS, VISITS.code, HOUSEHOLDS.code, DOSSIERS.code, "obstacles", COVERAGE)
STATES = ("done", "not_yet", "unasked")


def of(figure: str, places: Collection[int], span: Span, code: str | None = None,
       state: str = "done") -> ModelSelect:
    """Return the query of the rows behind a figure of some villages (ids), the newest first."""
    if figure == COVERAGE:
        return coverage(places, state)
    if figure == VISITS.code:
        return with_people(visits(places, span))
    if figure == HOUSEHOLDS.code:
        return with_people(first_meetings(Visit.village.in_(places), span))
    if figure == DOSSIERS.code:
        return dossiers(places, span)
    if figure == ACTIVATIONS:
        return steps(places, span, Step.kind == AccountKind.HEADLINE, Step.counted)
    wanted = Step.obstacle == code if code else Step.obstacle.is_null(False)
    return steps(places, span, Step.state == "not_yet", wanted)


def visits(places: Collection[int], span: Span) -> ModelSelect:
    return Visit.live().where(Visit.village.in_(places),
                                Visit.day.between(span.first, span.last))


def with_people(query: ModelSelect) -> ModelSelect:
    """Add the household and the member to a query of visits."""
    return (query.select(Visit, Household, User).join(Household).switch(Visit).join(User)
            .order_by(*ranking(Visit)))


def steps(places: Collection[int], span: Span, *conditions: Expression) -> ModelSelect:
    """Return steps with their visit, household, member, resident (if named) and obstacle."""
    return (Step.live(Step, Visit, Household, User, Resident, Obstacle, AccountKind)
            .join(Visit).join(Household).switch(Visit).join(User)
            .switch(Step).join(Resident, JOIN.LEFT_OUTER)
            .switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step).join(AccountKind)
            .where(Step.village.in_(places), Step.day.between(span.first, span.last), *conditions)
            .order_by(Step.day.desc(), Step.receipt.desc(), Step.id.desc()))


def dossiers(places: Collection[int], span: Span) -> ModelSelect:
    """Return filings with their procedure, household and resident (if named)."""
    return (Filing.live(Filing, Procedure, Household, Resident)
            .join(Procedure).switch(Filing).join(Household)
            .switch(Filing).join(Resident, JOIN.LEFT_OUTER)
            .where(Filing.village.in_(places), Filing.day.between(span.first, span.last))
            .order_by(Filing.day.desc(), Filing.receipt.desc(), Filing.id))


def coverage(places: Collection[int], state: str) -> ModelSelect:
    """Return the people of 14 or older in a state: done, not_yet or unasked."""
    asked = AccountStatus.state == state if state != "unasked" else AccountStatus.state.is_null()
    return (Resident.select(Resident, Household).join(Household).switch(Resident)
            .join(AccountStatus, JOIN.LEFT_OUTER, on=(
                (AccountStatus.resident == Resident.id)
                & (AccountStatus.kind == AccountKind.HEADLINE)))
            .where(Household.village.in_(places), Resident.is_adult_in(clock.today().year), asked)
            .order_by(Household.village, *Household.in_walking_order(), Resident.position,
                      Resident.id))


def done_at(visits: Iterable[Visit]) -> dict[UUID, list[int]]:
    """Return {visit id: [helped, not yet, dossiers]} of these visits."""
    ids = [visit.id for visit in visits]
    found = {id: [0, 0, 0] for id in ids}
    rows = (Step.select(Step.visit, Step.state, fn.COUNT(Step.id)).where(Step.visit.in_(ids))
            .group_by(Step.visit, Step.state).tuples())
    for visit, state, n in rows:
        if state != "had":
            found[visit][0 if state == "helped" else 1] = n
    for visit, n in (Filing.select(Filing.visit, fn.COUNT(Filing.id))
                     .where(Filing.visit.in_(ids)).group_by(Filing.visit).tuples()):
        found[visit][2] = n
    return found
