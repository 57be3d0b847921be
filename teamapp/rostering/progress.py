"""How far a round has come: its households, who has them, how many need no further visit."""

from dataclasses import dataclass, field

from peewee import JOIN, SQL, Case, fn

from ..models import Assignment, Round, User, Visit


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
    def assignees(self):
        """How many members go."""
        return len(self.by_member.keys() - self.gone)

    def count(self, member, houses, done, is_active):
        """Add the households of a member, or of nobody (None)."""
        self.houses += houses
        self.done += done
        if member is not None:
            self.given += houses
            self.by_member[member] = (houses, done)
            if not is_active:
                self.gone.add(member)
                self.stranded += houses - done


def is_done(starts_on, ends_on):
    """Return the condition “in these days a visit ended the matter at this house”."""
    return fn.EXISTS(Visit.select(SQL("1")).where(
        Visit.household == Assignment.household, Visit.day.between(starts_on, ends_on),
        Visit.outcome.in_(Visit.FINISHED)))


def has_active_assignee():
    """Return 1 where an assignment's member (joined) is active in the village's team, else 0."""
    return Case(None, [(Assignment.has_active_assignee(), 1)], 0)


def of_rounds(rounds):
    """Return {round id: {village id: Progress}} of these rounds."""
    found = {round.id: {} for round in rounds}
    done = fn.SUM(Case(None, [(is_done(Round.starts_on, Round.ends_on), 1)], 0))
    per = (Assignment.round, Assignment.village, Assignment.member)
    rows = (Assignment.select(*per, fn.COUNT(Assignment.id), done, fn.MAX(has_active_assignee()))
            .join(Round).switch(Assignment).join(User, JOIN.LEFT_OUTER)
            .where(Assignment.round.in_(list(found))).group_by(*per).tuples())
    for round_id, village, *counts in rows:
        found[round_id].setdefault(village, Progress()).count(*counts)
    return found


def of_assignments(assignments):
    """Return the Progress of assignments that know whether they are done."""
    total, by_member = Progress(), {}
    for assignment in assignments:
        houses, done, _ = by_member.get(assignment.member_id, (0, 0, 0))
        by_member[assignment.member_id] = (
            houses + 1, done + assignment.done, assignment.has_active_assignee)
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
