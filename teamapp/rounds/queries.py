"""What the commune's screens show of rounds; only reading."""

from peewee import JOIN, Case, fn

from .. import clock
from ..models import Assignment, Household, Round, User, Village
from ..rostering import progress
from ..rostering.selection import CHOICES, candidates
from ..text import sort_key

PAGE = 20


def index(user, number):
    """Return a page of the commune's rounds, the newest first, and whether more follow.

    Each knows how many houses it has, and those that run today how many are done.
    """
    found = list(Round.visible_to(user).order_by(Round.starts_on.desc(), Round.id.desc())
                 .offset((number - 1) * PAGE).limit(PAGE + 1))
    rounds, today = found[:PAGE], clock.today()
    houses = dict(Assignment.select(Assignment.round, fn.COUNT(Assignment.id))
                  .where(Assignment.round.in_([round.id for round in rounds]))
                  .group_by(Assignment.round).tuples())
    running = progress.of_rounds([round for round in rounds if not round.is_draft
                        and round.starts_on <= today <= round.ends_on])
    for round in rounds:
        round.size = houses.get(round.id, 0)
        parts = running.get(round.id)
        round.done = None if parts is None else progress.summed(parts.values()).done
    return rounds, len(found) > PAGE


def village_ids(round):
    """Return the ids of the villages that take part."""
    return [row.village_id for row in round.villages]


def villages_in(round, user):
    """Return the villages that take part, in their official order."""
    chosen = set(village_ids(round))
    return [village for village in Village.labelled(user) if village.id in chosen]


def proposal(round, villages, choice):
    """Return {village id: how many houses a choice would take, or the round would keep}."""
    if round and choice == "keep":
        houses = Assignment.select(Assignment.village, fn.COUNT(Assignment.id)).where(
            Assignment.round == round.id, Assignment.village.in_(list(villages))).group_by(
            Assignment.village)
    elif choice in CHOICES:
        houses = candidates(villages, choice, clock.today().year).select(
            Household.village, fn.COUNT(Household.id)).group_by(Household.village)
    else:
        return {}
    return dict(houses.tuples())


def team(village):
    """Return the open accounts of a village's team, as people are listed."""
    members = User.select().where(User.village == village.id, User.active,
                                  User.role.in_(User.FIELD))
    return sorted(members, key=lambda member: sort_key(member.name))


def assignments(round, village):
    """Return a village's assignments in walking order, each with its house, member and state."""
    done = Case(None, [(progress.is_done(round.starts_on, round.ends_on), 1)], 0).alias("done")
    is_active = progress.has_active_assignee().alias("has_active_assignee")
    return list(round.assignments_in(village)
                .select(Assignment, Household, User, done, is_active)
                .join(Household).switch(Assignment).join(User, JOIN.LEFT_OUTER))


def clusters(assignments):
    """Return [(cluster, its assignments)] in walking order."""
    found = {}
    for assignment in assignments:
        found.setdefault(assignment.household.cluster, []).append(assignment)
    return list(found.items())


def other_houses(round, village):
    """Return the village's households the round has not taken in, in walking order."""
    taken = Assignment.select(Assignment.household).where(Assignment.round == round.id)
    return list(Household.select().where(Household.village == village.id,
                                         Household.id.not_in(taken))
                .order_by(*Household.in_walking_order()))
