"""The counts as the facts give them, by plain SQL: what reconciliation compares and writes.

It shares the codes of the registry and the keys of the periods with the code that counts as it
writes, nothing else. Each count can be had as of a receipt of the commune: what it was when that
one was the newest, but that a person counts without a name who lost it since.
"""

from collections import Counter as Counts
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from peewee import fn

from ..models import Coverage, Filing, Household, Resident, Step, Visit
from .indicators import (
    CHANNELS,
    DOSSIERS,
    HELPED,
    HOUSEHOLDS,
    MODES,
    OBSTACLES,
    PEOPLE,
    VISITS,
    Indicator,
)
from .periods import periods

Marks = dict[tuple[str, str, bytes], int]  # (period, indicator, entity): village id
Statuses = dict[tuple[UUID, str], str]  # (resident, account kind): state


def live(table: Any, receipt: int | None, *columns: Any) -> Any:
    """Return the query of the facts that count, now or as of a receipt."""
    return table.live(*columns) if receipt is None else table.live_at(receipt, *columns)


def counted_steps(commune_id: int, receipt: int | None = None) -> set[int]:
    """Return the ids of the steps to mark as counted: each person's first of a kind.

    A step without a name keeps its mark, and so do the steps of a person of whom a step lost it:
    which one the commune received first is not known from what is left by name.
    """
    unknown = Resident.select(Resident.id).where(Resident.commune == commune_id, Resident.lost_name)
    keeps = Step.resident.is_null() | Step.resident.in_(unknown)
    marked = Step.select(Step.id).where(Step.commune == commune_id, Step.counted, keeps)
    helped = live(Step, receipt, Step.resident, Step.kind, Step.id).where(
        Step.commune == commune_id, Step.state == "helped", ~keeps)
    first: dict[tuple[UUID, str], int] = {}
    for resident, kind, id in helped.order_by(Step.receipt, Step.id).tuples().iterator():
        first.setdefault((resident, kind), id)
    return {id for id, in marked.tuples()} | set(first.values())


def account_statuses(commune_id: int) -> Statuses:
    """Return the status of each person from all live steps by name."""
    done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    rows = (Step.live(Step.resident, Step.kind, done)
            .where(Step.commune == commune_id, Step.resident.is_null(False))
            .group_by(Step.resident, Step.kind).tuples())
    return {(resident, kind): "done" if is_done else "not_yet"
            for resident, kind, is_done in rows.iterator()}


def distinct_marks(commune_id: int, receipt: int | None = None) -> Marks:
    """Return the marks of all households reached and people guided, the first received first."""
    marks: Marks = {}
    found = {HOUSEHOLDS: households_met(commune_id, receipt),
             PEOPLE: people_guided(commune_id, receipt)}
    for indicator, rows in found.items():
        for entity, day, village_id, _ in sorted(rows, key=lambda row: row[3]):
            for period in periods(day)[1:]:
                marks.setdefault((period, indicator.key(), entity.bytes), village_id)
    return marks


def households_met(commune_id: int, receipt: int | None) -> Any:
    """Return (household, day, village id, receipt) of each visit that met somebody."""
    rank = fn.COALESCE(Visit.met_receipt, Visit.receipt)
    return live(Visit, receipt, Visit.household, Visit.day, Visit.village, rank).where(
        Visit.commune == commune_id, Visit.household.is_null(False),
        Visit.outcome == "met").tuples()


def people_guided(commune_id: int, receipt: int | None) -> list[Any]:
    """Return (resident, day, village id, receipt) of each person helped or filed for by name."""
    helped = live(Step, receipt, Step.resident, Step.day, Step.village, Step.receipt).where(
        Step.commune == commune_id, Step.state == "helped", Step.resident.is_null(False))
    filed = live(Filing, receipt, Filing.resident, Filing.day, Filing.village,
                 Filing.receipt).where(Filing.commune == commune_id, Filing.resident.is_null(False))
    return list(helped.tuples()) + list(filed.tuples())


def tallies(commune_id: int, marks: Marks,
            receipt: int | None = None) -> Counts[tuple[int, str, str]]:
    """Return {(village id, period, indicator): n}; village 0 is the commune."""
    counts: Counts[tuple[int, str, str]] = Counts()
    for village_id, day, indicator, n in additive(commune_id, receipt):
        for period in periods(day):
            counts[village_id, period, indicator] += n
            counts[0, period, indicator] += n
    for (period, indicator, _), village_id in marks.items():
        counts[village_id, period, indicator] += 1
        counts[0, period, indicator] += 1
    return counts


def additive(commune_id: int, receipt: int | None) -> Iterator[tuple[int, date, str, int]]:
    """Yield (village id, day, indicator, n) by plain GROUP BY over the facts."""
    steps = live(Step, receipt)
    yield from grouped(live(Visit, receipt), commune_id, VISITS)
    if receipt is None:
        yield from grouped(steps.where(Step.counted), commune_id, HELPED, Step.kind)
        yield from grouped(steps.where(Step.counted), commune_id, MODES, Step.mode)
    else:
        yield from helped_as_of(commune_id, receipt)
    yield from grouped(steps.where(Step.state == "not_yet", Step.obstacle.is_null(False)),
                       commune_id, OBSTACLES, Step.obstacle)
    filings = live(Filing, receipt)
    yield from grouped(filings, commune_id, DOSSIERS)
    yield from grouped(filings, commune_id, CHANNELS, Filing.channel)


def helped_as_of(commune_id: int, receipt: int) -> Iterator[tuple[int, date, str, int]]:
    """Yield (village id, day, indicator, 1) of each step that counted then.

    Its mark of today says nothing of that time.
    """
    counted = counted_steps(commune_id, receipt)
    columns = Step.id, Step.village, Step.day, Step.kind, Step.mode
    rows = live(Step, receipt, *columns).where(Step.commune == commune_id, Step.state == "helped")
    for id, village_id, day, kind, mode in rows.tuples().iterator():
        if id in counted:
            yield village_id, day, HELPED.key(kind), 1
            yield village_id, day, MODES.key(mode), 1


def grouped(facts: Any, commune_id: int, indicator: Indicator,
            by: Any = None) -> list[tuple[int, date, str, int]]:
    """Return the rows of one GROUP BY over village, day and the indicator's dimension."""
    table = facts.model
    by = table.commune if by is None else by
    query = (facts.select(table.village, table.day, by, fn.COUNT(table.id))
             .where(table.commune == commune_id).group_by(table.village, table.day, by))
    return [(village_id, day, indicator.key(value), n)
            for village_id, day, value, n in query.tuples()]


def coverage(commune_id: int) -> Counts[tuple[int, str, str, int]]:
    """Return {(village id, account kind, state, cohort): n} from people and their statuses."""
    counts: Counts[tuple[int, str, str, int]] = Counts()
    rows = (Resident.select(Resident.id, Household.village, Resident.birth_year)
            .join(Household).where(Resident.commune == commune_id).tuples())
    people = {id: (village_id, Coverage.cohort_of(year)) for id, village_id, year in rows}
    for village_id, cohort in people.values():
        counts[village_id, "", "listed", cohort] += 1
    for (resident, kind), state in account_statuses(commune_id).items():
        village_id, cohort = people[resident]
        counts[village_id, kind, state, cohort] += 1
    return counts
