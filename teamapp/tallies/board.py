"""The board: each village's figures beside its targets, and the totals of the commune."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .. import clock
from ..counting.coverage import Share, shares
from ..counting.indicators import DOSSIERS, HOUSEHOLDS, VISITS
from ..counting.periods import Span
from ..counting.targets import ACTIVATIONS, COVERAGE, TargetHistory
from ..models import User, Village
from . import queries
from .checklist import Checklist
from .queries import Contact, Figures, Pending

FIGURES = (ACTIVATIONS, VISITS.code, HOUSEHOLDS.code, DOSSIERS.code)


@dataclass
class Line:
    """One row of the board: a village, or the whole commune (village_id 0)."""

    village_id: int
    village: Village | None
    figures: dict[str, int | None]  # None: a figure that cannot be known
    needed: int | None
    due: int | None  # the part of `needed` due by today
    missing: int | None  # of the part due by today; None: without a target or figures
    share: Share  # as of today
    wanted: int | None  # people to activate
    wanted_percent: int | None = None
    is_partial: bool = False  # some villages have no target
    contact: Contact = field(default_factory=Contact)
    leader: User | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it is a closed village, listed for what was done there."""
        return bool(self.village and self.village.closed_on)

    @property
    def reached(self) -> float | None:
        """The percentage of the target, to a tenth, rounded half up; None of a partial one."""
        activations = self.figures[ACTIVATIONS]
        if not activations or not self.needed or self.is_partial:
            return None
        tenths = (2000 * activations + self.needed) // (2 * self.needed)
        return tenths / 10 if tenths % 10 else tenths // 10

    @property
    def is_sum_of_gaps(self) -> bool:
        """Whether `missing` differs from the gap of the sums: villages do not offset each other."""
        return self.missing is not None and self.missing != gap(
            self.due, self.figures[ACTIVATIONS])


@dataclass
class Board:
    """The context of the board's page."""

    span: Span
    pending: Pending
    lines: list[Line]
    total: Line
    difficulties: list[Any]
    left: int | None  # None: no device has ever reported
    silent: list[Line]
    undeclared: list[Village | None]
    checklist: Checklist


def board(user: User, span: Span) -> Board:
    commune = user.commune_id
    found, contacts = queries.figures(commune, span), queries.contacts(commune)
    lines = [line for line in lines_of(Village.labelled(user), commune, span, found, contacts)
             if not line.is_closed or any(line.figures.values())]
    return Board(
        span, queries.pending(user), lines, whole(lines, found),
        queries.difficulties(commune, span), total(contact.left for contact in contacts.values()),
        silent(lines, commune),
        [line.village for line in lines if line.share.all is None], Checklist.of(commune))


def lines_of(villages: list[Village], commune: int, span: Span, found: Figures,
             contacts: dict[int, Contact]) -> list[Line]:
    """Return a line for each village; `found` are the commune's figures of the span."""
    today, targets = clock.today(), TargetHistory(commune)
    share_of = shares(commune, villages)

    def line(village: Village) -> Line:
        contact, share = contacts.get(village.id, Contact()), share_of[village.id]
        figures = known(found, village.id, contact, span)
        needed, due = needs(targets, village, span, today)
        return Line(village.id, village, figures, needed, due, gap(due, figures[ACTIVATIONS]),
                    share, *wanted(targets, village.id, share, today), contact=contact)

    return [line(village) for village in villages]


def silent(lines: list[Line], commune: int) -> list[Line]:
    """Return the lines of the teams to call, each with its leader."""
    found = [line for line in lines
             if not line.is_closed and line.contact.needs_a_call(clock.now())]
    leaders = queries.leaders(commune) if found else {}
    for line in found:
        line.leader = leaders.get(line.village_id)
    return found


def line_of(village: Village, span: Span) -> Line:
    commune = village.commune_id
    [line] = lines_of([village], commune, span, queries.figures(commune, span),
                      queries.contacts(commune))
    line.leader = queries.leaders(commune).get(village.id)
    return line


def known(found: Figures, village_id: int, contact: Contact,
          span: Span) -> dict[str, int | None]:
    """Return the village's figures: all None until a device reports in or after the span."""
    heard = (village_id, VISITS.code) in found or (
        contact.seen_at and clock.day_of(contact.seen_at) >= span.first)
    return {figure: found.get((village_id, figure), 0) if heard else None for figure in FIGURES}


def needs(targets: TargetHistory, village: Village, span: Span,
          today: date) -> tuple[int | None, int | None]:
    """Return the target of activations for the span, and the part of it due by today.

    A closed village has a target until the day it closed.
    """
    end = min(span.last, village.closed_on or span.last)
    due = targets.activations(village.id, span.first, min(end, today))
    return (targets.activations(village.id, span.first, end),
            due if span.first <= today else None)


def gap(due: int | None, activations: int | None) -> int | None:
    """Return how many activations are missing; 0 on schedule, None if either is unknown."""
    return None if due is None or activations is None else max(due - activations, 0)


def wanted(targets: TargetHistory, village_id: int, share: Share,
           today: date) -> tuple[int | None, int | None]:
    """Return the target of coverage in people, and in percent."""
    percent = targets.on(village_id, COVERAGE, today)
    if percent is None or share.all is None:
        return None, percent
    return -(-share.all * percent // 100), percent


def whole(lines: list[Line], found: Figures) -> Line:
    """Return the commune's line: the sums of the villages' known numbers."""
    heard = any(line.figures[VISITS.code] is not None for line in lines)
    return Line(0, None, {figure: found.get((0, figure), 0) if heard else None
                          for figure in FIGURES},
                total(line.needed for line in lines), total(line.due for line in lines),
                total(line.missing for line in lines),
                sum((line.share for line in lines), Share()),
                total(line.wanted for line in lines)
                if all(line.wanted is not None for line in lines) else None,
                is_partial=any(line.needed is None for line in lines))


def total(numbers: Iterable[int | None]) -> int | None:
    """Return the sum of the known numbers, or None when none is known."""
    known_ones = [number for number in numbers if number is not None]
    return sum(known_ones) if known_ones else None
