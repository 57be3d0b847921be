"""The board: each village's figures beside what was wanted, and what the commune has of it all."""

from dataclasses import dataclass

from .. import clock
from ..counting.indicators import DOSSIERS, HOUSEHOLDS, VISITS
from ..counting.periods import Span
from ..counting.targets import ACTIVATIONS, COVERAGE, Aims
from ..models import Village
from . import queries
from .queries import Contact, Share

FIGURES = (ACTIVATIONS, VISITS.code, HOUSEHOLDS.code, DOSSIERS.code)


@dataclass
class Line:
    """One row of the board: a village, or the whole commune (village_id 0)."""

    village_id: int
    village: object
    figures: dict  # a figure that cannot be known is None
    needed: int | None
    due: int | None  # of what is needed, by today
    share: Share
    wanted: int | None  # people who are to be activated
    wanted_percent: int | None = None
    contact: Contact = None
    leader: object = None

    @property
    def missing(self):
        """How many activations are missing today; 0 when in time, None without a target."""
        activations = self.figures[ACTIVATIONS]
        return None if None in (self.due, activations) else max(self.due - activations, 0)


@dataclass
class Board:
    """What one look at the board needs."""

    span: Span
    lines: list
    total: Line
    difficulties: list
    left: int | None  # None while no phone was ever heard of
    silent: list
    undeclared: list


def board(user, span):
    """Return the board of this person's commune for some days."""
    commune = user.commune_id
    found, contacts = queries.figures(commune, span), queries.contacts(commune)
    lines = lines_of(Village.labelled(user), commune, span, found, contacts)
    return Board(
        span, lines, whole(lines, found), queries.difficulties(commune, span),
        total(contact.left for contact in contacts.values()),
        silent(lines, commune),
        [line.village for line in lines if line.share.all is None])


def lines_of(villages, commune, span, found, contacts):
    """Return a line for each village; `found` are the commune's figures of the days."""
    shares, aims, today = queries.coverage(commune, villages), Aims(commune), clock.today()
    nothing = Contact()
    return [Line(
        village.id, village, known(found, village.id, contacts.get(village.id, nothing), span),
        *needs(aims, village.id, span, today), shares[village.id],
        *wanted(aims, village.id, shares[village.id], today),
        contacts.get(village.id, nothing)) for village in villages]


def silent(lines, commune):
    """Return the lines of the teams not heard of, each with its leader."""
    found = [line for line in lines if line.contact.is_silent(clock.now())]
    leaders = queries.leaders(commune) if found else {}
    for line in found:
        line.leader = leaders.get(line.village_id)
    return found


def line_of(village, span):
    """Return one village's line."""
    commune = village.commune_id
    [line] = lines_of([village], commune, span, queries.figures(commune, span),
                      queries.contacts(commune))
    line.leader = queries.leaders(commune).get(village.id)
    return line


def known(found, village_id, contact, span):
    """Return the village's figures: none at all while nothing was heard of these days."""
    heard = (village_id, VISITS.code) in found or (
        contact.seen_at and clock.day_of(contact.seen_at) >= span.first)
    return {figure: found.get((village_id, figure), 0) if heard else None for figure in FIGURES}


def needs(aims, village_id, span, today):
    """Return how many activations the days need, and how many of these by today."""
    last = min(span.last, today)
    return (aims.activations(village_id, span.first, span.last),
            aims.activations(village_id, span.first, last) if span.first <= today else None)


def wanted(aims, village_id, share, today):
    """Return how many people are to be activated, and which percentage that is."""
    percent = aims.on(village_id, COVERAGE, today)
    return (None if None in (percent, share.all) else -(-share.all * percent // 100)), percent


def whole(lines, found):
    """Return the commune's line: the sums of what is known of the villages."""
    heard = any(line.figures[VISITS.code] is not None for line in lines)
    return Line(0, None, {figure: found.get((0, figure), 0) if heard else None
                          for figure in FIGURES},
                total(line.needed for line in lines), total(line.due for line in lines),
                sum((line.share for line in lines), Share()), total(
                    line.wanted for line in lines))


def total(numbers):
    """Return the sum of the numbers that are known, or None when none is."""
    known_ones = [number for number in numbers if number is not None]
    return sum(known_ones) if known_ones else None
