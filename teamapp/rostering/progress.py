"""Progress of a round: its households, who has them, how many need no further visit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, SQL, Case, fn

from ..models import Assignment, Round, User, Visit


@dataclass
class Progress:
    """Numbers of households: all, assigned, and done, which need no further visit."""

    houses: int = 0
    given: int = 0
    done: int = 0
    by_member: dict[int, tuple[int, int]] = field(default_factory=dict)  # id: (households, done)
    gone: set[int] = field(default_factory=set)  # those of them who have left the team
    stranded: int = 0  # households assigned to these that are not done

    @property
    def free(self) -> int:
        """The number of households without an assignee."""
        return self.houses - self.given

    @property
    def assignees(self) -> int:
        """The number of active members with households."""
        return len(self.by_member.keys() - self.gone)

    def count(self, member: int | None, houses: int, done: int, is_active: bool) -> None:
        """Add the households of a member, or those without one (None)."""
        self.houses += houses
        self.done += done
        if member is not None:
            self.given += houses
            self.by_member[member] = (houses, done)
            if not is_active:
                self.gone.add(member)
                self.stranded += houses - done


def is_done(starts_on: Any, ends_on: Any) -> Any:
    """Return the condition “a visit in these days settled this household”.

    The days are dates or columns.
    """
    return fn.EXISTS(Visit.live(SQL("1")).where(
        Visit.household == Assignment.household, Visit.day.between(starts_on, ends_on),
        Visit.outcome.in_(Visit.FINISHED)))


def has_active_assignee() -> Any:
    """Return 1 where an assignment's member (joined) is active in the village's team, else 0."""
    return Case(None, [(Assignment.has_active_assignee(), 1)], 0)


def of_rounds(rounds: Iterable[Round]) -> dict[int, dict[int, Progress]]:
    """Return {round id: {village id: Progress}} of these rounds."""
    found: dict[int, dict[int, Progress]] = {round.id: {} for round in rounds}
    done = fn.SUM(Case(None, [(is_done(Round.starts_on, Round.ends_on), 1)], 0))
    per = (Assignment.round, Assignment.village, Assignment.member)
    rows = (Assignment.select(*per, fn.COUNT(Assignment.id), done, fn.MAX(has_active_assignee()))
            .join(Round).switch(Assignment).join(User, JOIN.LEFT_OUTER)
            .where(Assignment.round.in_(list(found))).group_by(*per).tuples())
    for round_id, village, *counts in rows:
        found[round_id].setdefault(village, Progress()).count(*counts)
    return found


def of_assignments(assignments: Iterable[Assignment]) -> Progress:
    """Return the Progress of assignments selected with `done` and `has_active_assignee`."""
    total = Progress()
    by_member: dict[int | None, tuple[int, int, Any]] = {}
    for assignment in assignments:
        houses, done, _ = by_member.get(assignment.member_id, (0, 0, 0))
        by_member[assignment.member_id] = (
            houses + 1, done + assignment.done, assignment.has_active_assignee)
    for member, counts in by_member.items():
        total.count(member, *counts)
    return total


def summed(parts: Iterable[Progress]) -> Progress:
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
