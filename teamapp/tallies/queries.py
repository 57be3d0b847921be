"""The board's figures, read from the summary tables; free days of some from the facts."""

from dataclasses import dataclass
from datetime import timedelta

from peewee import JOIN, Case, Value, fn

from .. import clock
from ..counting.indicators import DOSSIERS, HELPED, HOUSEHOLDS, OBSTACLES, VISITS
from ..counting.periods import day_key, month_key
from ..counting.targets import ACTIVATIONS
from ..languages import called
from ..models import (
    AccountKind,
    Coverage,
    Device,
    Obstacle,
    Resident,
    Tally,
    User,
    Village,
    Visit,
)

# indicator as the tallies hold it: the board's name for it
ADDITIVE = {HELPED.key(AccountKind.HEADLINE): ACTIVATIONS, VISITS.key(): VISITS.code,
            DOSSIERS.key(): DOSSIERS.code}


@dataclass
class Share:
    """People of 14 or older by what is known of an account; `all` is None while not declared."""

    done: int = 0
    not_yet: int = 0
    all: int | None = 0

    @property
    def unasked(self):
        """How many nobody asked yet, or None when it is not known how many there are."""
        return None if self.all is None else max(self.all - self.done - self.not_yet, 0)

    @property
    def percent(self):
        """How many of a hundred have it, cut and not rounded; or None."""
        return min(self.done * 100 // self.all, 100) if self.all else None

    def __add__(self, other):
        whole = None if None in (self.all, other.all) else self.all + other.all
        return Share(self.done + other.done, self.not_yet + other.not_yet, whole)


@dataclass
class Contact:
    """When a team's phones were last heard of, and what they still held then."""

    seen_at: object = None
    left: int = 0
    oldest_at: object = None

    def is_silent(self, now):
        """Tell whether nothing was heard for some days."""
        return self.seen_at is None or now - self.seen_at >= Device.SILENT


def figures(commune_id, span):
    """Return {(village_id, figure): n} of the days; what was never recorded is not in it."""
    if span.key and span.days > 1:  # of a single day the houses are not tallied
        names = {**ADDITIVE, HOUSEHOLDS.key(): HOUSEHOLDS.code}
        rows = Tally.select(Tally.village_id, Tally.indicator, Tally.count).where(
            Tally.commune == commune_id, Tally.period == span.key,
            Tally.indicator.in_(list(names)))
        return {(village_id, names[stored]): n for village_id, stored, n in rows.tuples()}
    rows = (Tally.select(Tally.village_id, Tally.indicator, fn.SUM(Tally.count))
            .where(Tally.commune == commune_id, Tally.period.in_(keys(span)),
                   Tally.indicator.in_(list(ADDITIVE)))
            .group_by(Tally.village_id, Tally.indicator))
    found = {(village_id, ADDITIVE[stored]): int(n) for village_id, stored, n in rows.tuples()}
    return found | houses(commune_id, span)


def keys(span):
    """Return the keys of the whole months and single days the span is made of."""
    found, day = [], span.first
    while day <= span.last:
        end = clock.month_of(day)[1]
        whole = day.day == 1 and end <= span.last
        found.append(month_key(day) if whole else day_key(day))
        day = (end if whole else day) + timedelta(days=1)
    return found


def houses(commune_id, span):
    """Return {(village_id, figure): n} of the households met in the days, from the facts."""
    places = Village.select(Village.id).where(Village.commune == commune_id)
    rows = dict(first_meetings(Visit.village.in_(places), span).select(
        Visit.village, fn.COUNT(Visit.id)).group_by(Visit.village).tuples())
    found = {(village, HOUSEHOLDS.code): n for village, n in rows.items()}
    return found | ({(0, HOUSEHOLDS.code): sum(rows.values())} if rows else {})


def first_meetings(places, span):
    """Return the visits at which a house was met, of each house the first received."""
    earlier = Visit.alias()
    return Visit.select().where(
        places, Visit.day.between(span.first, span.last), Visit.outcome == "met",
        ~fn.EXISTS(earlier.select(earlier.id).where(
            earlier.household == Visit.household, earlier.outcome == "met",
            earlier.day.between(span.first, span.last), earlier.receipt < Visit.receipt)))


def coverage(commune_id, villages):
    """Return {village id: Share} of the headline account among people of 14 or older."""
    youngest = clock.today().year - Resident.ADULT
    kinds = {AccountKind.HEADLINE, *("" for village in villages if village.list_complete)}
    rows = (Coverage.select(Coverage.village_id, Coverage.state, fn.SUM(Coverage.count))
            .where(Coverage.commune == commune_id,
                   Coverage.kind.in_(sorted(kinds)), Coverage.cohort <= youngest)
            .group_by(Coverage.kind, Coverage.state, Coverage.village_id).tuples())
    known = {(village_id, state): int(n) for village_id, state, n in rows}
    return {village.id: Share(
        known.get((village.id, "done"), 0), known.get((village.id, "not_yet"), 0),
        known.get((village.id, "listed"), 0) if village.list_complete else village.declared_14plus)
        for village in villages}


def unlisted(commune_id, villages, listed):
    """Return how many of those not asked yet are on no list; negative when lists hold more."""
    unasked = sum(coverage(commune_id, villages).values(), Share()).unasked
    return None if unasked is None else unasked - listed


def contacts(commune_id):
    """Return {village id: Contact} of the teams' phones, as each was last heard of."""
    rows = (Device.select(Device.village, fn.MAX(Device.seen_at), fn.SUM(Device.left_count),
                          fn.MIN(Case(None, [(Device.left_count > 0, Device.left_oldest_at)])))
            .where(Device.commune == commune_id).group_by(Device.village).tuples())
    return {village: Contact(moment(seen), int(left), moment(oldest))
            for village, seen, left, oldest in rows}


def moment(value):
    """Return a moment, also where the database gave plain seconds."""
    return Device.seen_at.python_value(value) if isinstance(value, int) else value


def leaders(commune_id):
    """Return {village id: its leader}."""
    return {user.village_id: user for user in User.select(User.village, User.name, User.phone)
            .where(User.commune == commune_id, User.role == "leader", User.active)
            .order_by(User.id.desc())}


def difficulties(commune_id, span, village_id=0, most=3):
    """Return [(code, name, n)] of the difficulties met most, the most frequent first."""
    n, name = fn.SUM(Tally.count), called(Obstacle)
    return list(Obstacle.select(Obstacle.code, name, n)
                .join(Tally, JOIN.INNER, on=(
                    (Tally.indicator == Value(OBSTACLES.key()).concat(Obstacle.code))
                    & (Tally.commune == commune_id) & (Tally.village_id == village_id)
                    & Tally.period.in_([span.key] if span.key else keys(span))))
                .group_by(Obstacle.code, name, Obstacle.position)
                .having(n > 0).order_by(n.desc(), Obstacle.position).limit(most).tuples())
