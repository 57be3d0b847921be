"""The board's figures, from the summary tables; for some free periods from the facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import JOIN, Case, Expression, ModelSelect, Value, fn

from .. import clock
from ..counting.indicators import DOSSIERS, HELPED, HOUSEHOLDS, OBSTACLES, VISITS
from ..counting.periods import Span, day_key, month_key
from ..counting.targets import ACTIVATIONS
from ..languages import called
from ..models import (
    AccountKind,
    Device,
    LostPhone,
    Obstacle,
    RejectedEntry,
    Round,
    Tally,
    User,
    Village,
    Visit,
)

# indicator as the tallies hold it: the board's name for it
ADDITIVE = {HELPED.key(AccountKind.HEADLINE): ACTIVATIONS, VISITS.key(): VISITS.code,
            DOSSIERS.key(): DOSSIERS.code}

Figures = dict[tuple[int, str], int]  # (village id, figure) → number


@dataclass
class Pending:
    """What waits for the commune: rejected entries, lost phones, drafts; `draft` is the newest."""

    rejected: int
    losses: int
    drafts: int
    draft: int | None


@dataclass
class Contact:
    """The last contact of a team's phones, and the entries they reported then.

    `silent` of the phones hold `held` entries and have had no contact since `silent_since`.
    """

    seen_at: datetime | None = None
    left: int = 0
    oldest_at: datetime | None = None
    silent: int = 0
    held: int = 0
    silent_since: datetime | None = None

    def needs_a_call(self, now: datetime) -> bool:
        """Return whether a phone with entries, or the whole team, is silent."""
        return (self.silent > 0 or self.seen_at is None
                or now - self.seen_at >= Device.SILENT)


def figures(commune_id: int, span: Span) -> Figures:
    """Return the figures of a span, without those never recorded."""
    if span.key and span.days > 1:  # households are not tallied by day
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


def keys(span: Span) -> list[str]:
    """Return the keys of the whole months and single days that make up the span."""
    found: list[str] = []
    day = span.first
    while day <= span.last:
        end = clock.month_of(day)[1]
        whole = day.day == 1 and end <= span.last
        found.append(month_key(day) if whole else day_key(day))
        day = (end if whole else day) + timedelta(days=1)
    return found


def houses(commune_id: int, span: Span) -> Figures:
    """Return {(village id, figure): n} of the households met in the days, from the facts."""
    places = Village.select(Village.id).where(Village.commune == commune_id)
    rows = dict(first_meetings(Visit.village.in_(places), span).select(
        Visit.village, fn.COUNT(Visit.id)).group_by(Visit.village).tuples())
    found = {(village, HOUSEHOLDS.code): n for village, n in rows.items()}
    return found | ({(0, HOUSEHOLDS.code): sum(rows.values())} if rows else {})


def first_meetings(places: Expression, span: Span) -> ModelSelect:
    """Return the first received visit that met each household in the span."""
    earlier = Visit.alias()
    return Visit.live().where(
        places, Visit.day.between(span.first, span.last), Visit.outcome == "met",
        ~fn.EXISTS(earlier.select(earlier.id).where(
            earlier.household == Visit.household, earlier.outcome == "met", earlier.is_live,
            earlier.day.between(span.first, span.last), met_rank(earlier) < met_rank(Visit))))


def met_rank(visit: Any) -> Any:
    """Return the receipt by which meeting the household ranks."""
    return fn.COALESCE(visit.met_receipt, visit.receipt)


def pending(user: User) -> Pending:
    """Return what waits for the commune, in one statement."""
    rejected = RejectedEntry.visible_to(user).where(RejectedEntry.settled_at.is_null())
    losses = LostPhone.open(LostPhone.visible_to(user)).order_by()
    drafts = Round.visible_to(user).where(Round.published_at.is_null())
    return Pending(*drafts.select(
        rejected.select(fn.COUNT(RejectedEntry.id)), losses.select(fn.COUNT(LostPhone.id)),
        fn.COUNT(Round.id), fn.MAX(Round.id),
    ).tuples().get())


def contacts(commune_id: int) -> dict[int, Contact]:
    """Return {village id: last Contact} of the teams' devices."""
    waiting, silent = Device.is_waiting(), Device.is_silent()
    rows = (Device.select(
        Device.village, fn.MAX(Device.seen_at),
        fn.SUM(Device.waiting_count()),
        fn.MIN(Case(None, [(waiting, Device.left_oldest_at)])),
        fn.SUM(Case(None, [(silent, 1)], 0)), fn.SUM(Case(None, [(silent, Device.left_count)], 0)),
        fn.MIN(Case(None, [(silent, Device.seen_at)])))
        .where(Device.commune == commune_id).group_by(Device.village).tuples())
    return {village: Contact(moment(seen), int(left), moment(oldest), int(phones), int(held),
                             moment(since))
            for village, seen, left, oldest, phones, held, since in rows}


def moment(value: Any) -> Any:
    """Return a moment, also where the database returned plain seconds."""
    return Device.seen_at.python_value(value) if isinstance(value, int) else value


def leaders(commune_id: int) -> dict[int, User]:
    """Return {village id: its leader}."""
    return {user.village_id: user for user in User.select(User.village, User.name, User.phone)
            .where(User.commune == commune_id, User.role == "leader", User.active)
            .order_by(User.id.desc())}


def difficulties(commune_id: int, span: Span, village_id: int = 0,
                 most: int = 3) -> list[tuple[str, str, int]]:
    """Return [(code, name, n)] of the most frequent obstacles."""
    n, name = fn.SUM(Tally.count), called(Obstacle)
    return list(Obstacle.select(Obstacle.code, name, n)
                .join(Tally, JOIN.INNER, on=(
                    (Tally.indicator == Value(OBSTACLES.key()).concat(Obstacle.code))
                    & (Tally.commune == commune_id) & (Tally.village_id == village_id)
                    & Tally.period.in_([span.key] if span.key else keys(span))))
                .group_by(Obstacle.code, name, Obstacle.position)
                .having(n > 0).order_by(n.desc(), Obstacle.position).limit(most).tuples())
