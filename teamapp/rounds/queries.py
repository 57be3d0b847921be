"""What the commune's screens show of rounds; only reading."""

from dataclasses import dataclass, field

from peewee import JOIN, SQL, Case, fn

from .. import clock
from ..models import Assignment, Household, Round, User, Village, Visit
from ..models.choosing import CHOICES, candidates
from ..text import sort_key


@dataclass
class Progress:
    """How many houses there are, who has them, and how many need no more visit."""

    houses: int = 0
    given: int = 0
    done: int = 0
    by_member: dict = field(default_factory=dict)  # member id → (houses, done)
    gone: set = field(default_factory=set)  # those of them who are of the team no more
    stranded: int = 0  # houses they have that are not done

    @property
    def free(self):
        """How many houses nobody has yet."""
        return self.houses - self.given

    @property
    def goers(self):
        """How many members go."""
        return len(self.by_member.keys() - self.gone)

    def count(self, member, houses, done, is_there):
        """Add a member's houses, or nobody's (None); the member may be of the team no more."""
        self.houses += houses
        self.done += done
        if member is not None:
            self.given += houses
            self.by_member[member] = (houses, done)
            if not is_there:
                self.gone.add(member)
                self.stranded += houses - done


def is_done(starts_on, ends_on):
    """Return the condition “in these days a visit ended the matter at this house”."""
    return fn.EXISTS(Visit.select(SQL("1")).where(
        Visit.household == Assignment.household, Visit.day.between(starts_on, ends_on),
        Visit.outcome.in_(Visit.FINISHED)))


def is_there():
    """Return 1 where the member of an assignment, joined, is of the village's team, else 0."""
    return Case(None, [(Assignment.has_goer(), 1)], 0)


def progress(rounds):
    """Return {round id: {village id: Progress}} of these rounds."""
    found = {round.id: {} for round in rounds}
    done = fn.SUM(Case(None, [(is_done(Round.starts_on, Round.ends_on), 1)], 0))
    per = (Assignment.round, Assignment.village, Assignment.member)
    rows = (Assignment.select(*per, fn.COUNT(Assignment.id), done, fn.MAX(is_there()))
            .join(Round).switch(Assignment).join(User, JOIN.LEFT_OUTER)
            .where(Assignment.round.in_(list(found))).group_by(*per).tuples())
    for round_id, village, *counts in rows:
        found[round_id].setdefault(village, Progress()).count(*counts)
    return found


def progress_of(assignments):
    """Return the Progress of assignments that know whether they are done."""
    total, by_member = Progress(), {}
    for assignment in assignments:
        houses, done, _ = by_member.get(assignment.member_id, (0, 0, 0))
        by_member[assignment.member_id] = (
            houses + 1, done + assignment.done, assignment.is_there)
    for member, counts in by_member.items():
        total.count(member, *counts)
    return total


def summed(parts):
    """Return one Progress of several villages."""
    total = Progress()
    for part in parts:
        total.houses += part.houses
        total.given += part.given
        total.done += part.done
        total.by_member |= part.by_member
        total.gone |= part.gone
        total.stranded += part.stranded
    return total


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
    running = progress([round for round in rounds if not round.is_draft
                        and round.starts_on <= today <= round.ends_on])
    for round in rounds:
        round.size = houses.get(round.id, 0)
        round.done = summed(running[round.id].values()).done if round.id in running else None
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
    done = Case(None, [(is_done(round.starts_on, round.ends_on), 1)], 0).alias("done")
    there = is_there().alias("is_there")
    return list(round.assignments_in(village)
                .select(Assignment, Household, User, done, there)
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
