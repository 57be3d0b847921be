"""The counts as the facts give them, by plain SQL: what reconciliation compares and writes.

It shares the codes of the registry and the keys of the periods with the code that counts as it
writes, nothing else.
"""

from collections import Counter as Counts
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from peewee import fn

from ..models import Consent, Coverage, Dossier, Household, Resident, Step, Visit
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


def counted_steps(commune_id: int) -> set[int]:
    """Return the ids of the steps to mark as counted: each person's first of a kind.

    A step without a name keeps its mark, and so do the steps of a person who ever refused: which
    one the commune received first is not known from what is left by name.
    """
    refused = (Consent.select(Consent.resident).join(Resident)
               .where(Resident.commune == commune_id, ~Consent.given))
    keeps = Step.resident.is_null() | Step.resident.in_(refused)
    marked = Step.select(Step.id).where(Step.commune == commune_id, Step.counted, keeps)
    helped = Step.select(Step.resident, Step.kind, Step.id).where(
        Step.commune == commune_id, Step.state == "helped", ~keeps)
    first: dict[tuple[UUID, str], int] = {}
    for resident, kind, id in helped.order_by(Step.receipt, Step.id).tuples().iterator():
        first.setdefault((resident, kind), id)
    return {id for id, in marked.tuples()} | set(first.values())


def account_statuses(commune_id: int) -> Statuses:
    """Return the status of each person from all steps ever recorded by name."""
    done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    rows = (Step.select(Step.resident, Step.kind, done)
            .where(Step.commune == commune_id, Step.resident.is_null(False))
            .group_by(Step.resident, Step.kind).tuples())
    return {(resident, kind): "done" if is_done else "not_yet"
            for resident, kind, is_done in rows.iterator()}


def distinct_marks(commune_id: int) -> Marks:
    """Return the marks of all households reached and people guided, the first received first."""
    marks: Marks = {}
    found = {HOUSEHOLDS: households_met(commune_id), PEOPLE: people_guided(commune_id)}
    for indicator, rows in found.items():
        for entity, day, village_id, _ in sorted(rows, key=lambda row: row[3]):
            for period in periods(day)[1:]:
                marks.setdefault((period, indicator.key(), entity.bytes), village_id)
    return marks


def households_met(commune_id: int) -> Any:
    """Return (household, day, village id, receipt) of each visit that met somebody."""
    return Visit.select(Visit.household, Visit.day, Visit.village, Visit.receipt).where(
        Visit.commune == commune_id, Visit.outcome == "met").tuples()


def people_guided(commune_id: int) -> list[Any]:
    """Return (resident, day, village id, receipt) of each person helped or filed for by name."""
    helped = Step.select(Step.resident, Step.day, Step.village, Step.receipt).where(
        Step.commune == commune_id, Step.state == "helped", Step.resident.is_null(False))
    filed = Dossier.select(Dossier.resident, Dossier.day, Dossier.village, Dossier.receipt).where(
        Dossier.commune == commune_id, Dossier.resident.is_null(False))
    return list(helped.tuples()) + list(filed.tuples())


def tallies(commune_id: int, marks: Marks) -> Counts[tuple[int, str, str]]:
    """Return {(village id, period, indicator): n}; village 0 is the commune."""
    counts: Counts[tuple[int, str, str]] = Counts()
    for village_id, day, indicator, n in additive(commune_id):
        for period in periods(day):
            counts[village_id, period, indicator] += n
            counts[0, period, indicator] += n
    for (period, indicator, _), village_id in marks.items():
        counts[village_id, period, indicator] += 1
        counts[0, period, indicator] += 1
    return counts


def additive(commune_id: int) -> Iterator[tuple[int, date, str, int]]:
    """Yield (village id, day, indicator, n) by plain GROUP BY over the facts."""
    yield from grouped(Visit, commune_id, VISITS)
    yield from grouped(Step, commune_id, HELPED, Step.kind, Step.counted)
    yield from grouped(Step, commune_id, MODES, Step.mode, Step.counted)
    yield from grouped(Step, commune_id, OBSTACLES, Step.obstacle,
                       (Step.state == "not_yet") & Step.obstacle.is_null(False))
    yield from grouped(Dossier, commune_id, DOSSIERS)
    yield from grouped(Dossier, commune_id, CHANNELS, Dossier.channel)


def grouped(table: Any, commune_id: int, indicator: Indicator, by: Any = None,
            condition: Any = None) -> list[tuple[int, date, str, int]]:
    """Return the rows of one GROUP BY over village, day and the indicator's dimension."""
    by = table.commune if by is None else by
    query = (table.select(table.village, table.day, by, fn.COUNT(table.id))
             .where(table.commune == commune_id).group_by(table.village, table.day, by))
    if condition is not None:
        query = query.where(condition)
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
