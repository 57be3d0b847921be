"""The rows behind a figure: of each kind exactly as many as the figure says."""

from peewee import JOIN, fn

from .. import clock
from ..counting.indicators import DOSSIERS, HOUSEHOLDS, VISITS
from ..counting.targets import ACTIVATIONS, COVERAGE
from ..models import (
    AccountKind,
    AccountStatus,
    Dossier,
    Household,
    Obstacle,
    Procedure,
    Resident,
    Step,
    User,
    Visit,
)
from .queries import first_meetings

KINDS = (ACTIVATIONS, VISITS.code, HOUSEHOLDS.code, DOSSIERS.code, "obstacles", COVERAGE)
STATES = ("done", "not_yet", "unasked")


def of(figure, places, span, code=None, state="done"):
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
        return steps(places, span, Step.kind == AccountKind.HEADLINE, Step.state == "helped",
                     Step.counted | Step.resident.is_null())
    wanted = Step.obstacle == code if code else Step.obstacle.is_null(False)
    return steps(places, span, Step.state == "not_yet", wanted)


def visits(places, span):
    """Return the visits of these villages and days."""
    return Visit.select().where(Visit.village.in_(places),
                                Visit.day.between(span.first, span.last))


def with_people(query):
    """Return visits with their house and who was there."""
    return (query.select(Visit, Household, User).join(Household).switch(Visit).join(User)
            .order_by(Visit.visited_at.desc(), Visit.receipt.desc()))


def steps(places, span, *conditions):
    """Return steps with their visit, house, member, person (if named) and difficulty."""
    return (Step.select(Step, Visit, Household, User, Resident, Obstacle, AccountKind)
            .join(Visit).join(Household).switch(Visit).join(User)
            .switch(Step).join(Resident, JOIN.LEFT_OUTER)
            .switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step).join(AccountKind)
            .where(Step.village.in_(places), Step.day.between(span.first, span.last), *conditions)
            .order_by(Step.day.desc(), Step.receipt.desc(), Step.id.desc()))


def dossiers(places, span):
    """Return dossiers with their procedure, house and person (if named)."""
    return (Dossier.select(Dossier, Procedure, Household, Resident)
            .join(Procedure).switch(Dossier).join(Household)
            .switch(Dossier).join(Resident, JOIN.LEFT_OUTER)
            .where(Dossier.village.in_(places), Dossier.day.between(span.first, span.last))
            .order_by(Dossier.day.desc(), Dossier.receipt.desc(), Dossier.id))


def coverage(places, state):
    """Return the people of 14 or older who have the account, have it not, or were not asked."""
    asked = AccountStatus.state == state if state != "unasked" else AccountStatus.state.is_null()
    return (Resident.select(Resident, Household).join(Household).switch(Resident)
            .join(AccountStatus, JOIN.LEFT_OUTER, on=(
                (AccountStatus.resident == Resident.id)
                & (AccountStatus.kind == AccountKind.HEADLINE)))
            .where(Household.village.in_(places), Resident.is_adult_in(clock.today().year), asked)
            .order_by(Household.village, *Household.in_walking_order(), Resident.position,
                      Resident.id))


def done_at(visits):
    """Return {visit id: [helped, not yet, dossiers]} of these visits."""
    ids = [visit.id for visit in visits]
    found = {id: [0, 0, 0] for id in ids}
    rows = (Step.select(Step.visit, Step.state, fn.COUNT(Step.id)).where(Step.visit.in_(ids))
            .group_by(Step.visit, Step.state).tuples())
    for visit, state, n in rows:
        if state != "had":
            found[visit][0 if state == "helped" else 1] = n
    for visit, n in (Dossier.select(Dossier.visit, fn.COUNT(Dossier.id))
                     .where(Dossier.visit.in_(ids)).group_by(Dossier.visit).tuples()):
        found[visit][2] = n
    return found
