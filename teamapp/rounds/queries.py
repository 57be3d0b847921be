"""Queries for the commune's screens of rounds."""

from collections.abc import Collection, Iterable

from peewee import JOIN, Case, ModelSelect, fn

from .. import clock
from ..models import Assignment, Household, Round, User, Village
from ..rostering import progress
from ..rostering.selection import CHOICES, candidates
from ..text import sort_key

PAGE = 20


def newest_first(user: User) -> ModelSelect:
    return Round.visible_to(user).order_by(Round.starts_on.desc(), Round.id.desc())


def with_progress(query: ModelSelect) -> list[Round]:
    """Return rounds with their number of households, and running ones with how many are done."""
    rounds, today = list(query), clock.today()
    sizes = dict(Assignment.select(Assignment.round, fn.COUNT(Assignment.id))
                  .where(Assignment.round.in_([round.id for round in rounds]))
                  .group_by(Assignment.round).tuples())
    running = progress.of_rounds([round for round in rounds if not round.is_draft
                                  and round.starts_on <= today <= round.ends_on])
    for round in rounds:
        round.size = sizes.get(round.id, 0)
        parts = running.get(round.id)
        round.done = None if parts is None else progress.summed(parts.values()).done
    return rounds


def village_ids(round: Round, among: Iterable[Village]) -> list[int]:
    """Return the ids of those of some villages that take part."""
    chosen = {row.village_id for row in round.villages}
    return [village.id for village in among if village.id in chosen]


def villages_in(round: Round, user: User) -> list[Village]:
    """Return the villages that take part, in their official order."""
    villages = Village.labelled(user)
    chosen = set(village_ids(round, villages))
    return [village for village in villages if village.id in chosen]


def proposal(round: Round | None, villages: Collection[int], choice: str) -> dict[int, int]:
    """Return {village id: number of households a choice would select or the round would keep}."""
    if round and choice == "keep":
        counts = Assignment.select(Assignment.village, fn.COUNT(Assignment.id)).where(
            Assignment.round == round.id, Assignment.village.in_(list(villages))).group_by(
            Assignment.village)
    elif choice in CHOICES:
        counts = candidates(villages, choice, clock.today().year).select(
            Household.village, fn.COUNT(Household.id)).group_by(Household.village)
    else:
        return {}
    return dict(counts.tuples())


def team(village: Village) -> list[User]:
    """Return the active accounts of a village's team, by name."""
    members = User.select().where(User.village == village.id, User.active,
                                  User.role.in_(User.FIELD))
    return sorted(members, key=lambda member: sort_key(member.name))


def assignments(round: Round, village: Village) -> list[Assignment]:
    """Return assignments in walking order, with household, member and state."""
    done = Case(None, [(progress.is_done(round.starts_on, round.ends_on), 1)], 0).alias("done")
    is_active = progress.has_active_assignee().alias("has_active_assignee")
    return list(round.assignments_in(village)
                .select(Assignment, Household, User, done, is_active)
                .join(Household).switch(Assignment).join(User, JOIN.LEFT_OUTER))


def clusters(assignments: Iterable[Assignment]) -> list[tuple[str, list[Assignment]]]:
    """Return [(cluster, its assignments)] in walking order."""
    found: dict[str, list[Assignment]] = {}
    for assignment in assignments:
        found.setdefault(assignment.household.cluster, []).append(assignment)
    return list(found.items())


def other_households(round: Round, village: Village) -> list[Household]:
    """Return the village's households that are not in the round, in walking order."""
    taken = Assignment.select(Assignment.household).where(Assignment.round == round.id)
    return list(Household.select().where(Household.village == village.id,
                                         Household.id.not_in(taken))
                .order_by(*Household.in_walking_order()))
