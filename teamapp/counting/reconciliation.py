"""Reconciliation: recount every summary table by plain SQL over the facts, compare, repair.

It shares the codes of the registry and the keys of the periods with the code that counts as it
writes, nothing else.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from peewee import chunked, fn

from ..models import (
    AccountStatus,
    Commune,
    Consent,
    Coverage,
    DistinctMark,
    Dossier,
    Household,
    Resident,
    Step,
    Tally,
    Visit,
)
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

BATCH = 200  # rows written in one statement

Marks = dict[tuple[str, str, bytes], int]  # (period, indicator, entity): village id
Statuses = dict[tuple[UUID, str], str]  # (resident, account kind): state


def differences(commune: Commune) -> list[str]:
    """Return a sentence for each count of the commune that differs from its facts."""
    counted, due = counted_steps(commune.id)
    marks = distinct_marks(commune.id)
    stored_marks = stored_distinct_marks(commune.id)
    return [
        *compare("step counted", dict.fromkeys(counted, 1), dict.fromkeys(due, 1)),
        *compare("account status", stored_account_statuses(commune.id),
                 account_statuses(commune.id)),
        *compare("distinct mark", dict.fromkeys(stored_marks, 1), dict.fromkeys(marks, 1)),
        *compare("tally", stored(Tally, commune.id), tallies(commune.id, marks)),
        *compare("coverage", stored(Coverage, commune.id), coverage(commune.id))]


def rebuild(commune: Commune) -> None:
    """Replace every count of the commune by the recount of its facts."""
    _, due = counted_steps(commune.id)
    Step.update(counted=False).where(Step.commune == commune.id, Step.counted).execute()
    for batch in chunked(due, BATCH):
        Step.update(counted=True).where(Step.id.in_(batch)).execute()
    people = Resident.select(Resident.id).where(Resident.commune == commune.id)
    AccountStatus.delete().where(AccountStatus.resident.in_(people)).execute()
    rows = ((*key, state) for key, state in account_statuses(commune.id).items())
    for batch in chunked(rows, BATCH):
        AccountStatus.insert_many(batch, fields=[AccountStatus.resident, AccountStatus.kind,
                                                 AccountStatus.state]).execute()
    for table in (Tally, DistinctMark, Coverage):
        table.delete().where(table.commune == commune.id).execute()
    marks = distinct_marks(commune.id)
    DistinctMark.mark(commune.id, marks)
    Tally.add(commune.id, tallies(commune.id, marks))
    Coverage.add(commune.id, coverage(commune.id))


def compare(table: str, found: Mapping[Any, Any], recounted: Mapping[Any, Any]) -> list[str]:
    """Return a sentence for each key whose two counts differ."""
    return [f"{table} {key}: {found.get(key, 0)} kept, {recounted.get(key, 0)} counted"
            for key in sorted(found.keys() | recounted.keys(), key=str)
            if found.get(key, 0) != recounted.get(key, 0)]


def stored(table: Any, commune_id: int) -> dict[tuple[Any, ...], int]:
    """Return the counts a summary table holds, zeros left out."""
    rows = table.select().where(table.commune == commune_id, table.count != 0).tuples()
    return {row[1:-1]: row[-1] for row in rows.iterator()}


def stored_distinct_marks(commune_id: int) -> Iterable[tuple[str, str, bytes]]:
    """Return the keys of the marks the table holds."""
    return (DistinctMark.select(DistinctMark.period, DistinctMark.indicator, DistinctMark.entity)
            .where(DistinctMark.commune == commune_id).tuples().iterator())


def counted_steps(commune_id: int) -> tuple[set[int], set[int]]:
    """Return the ids of the steps marked as counted, and of those that should be.

    A step without a name keeps its mark, and so do the steps of a person who ever refused: which
    one the commune received first is not known from what is left by name.
    """
    refused = (Consent.select(Consent.resident).join(Resident)
               .where(Resident.commune == commune_id, ~Consent.given))
    keeps = Step.resident.is_null() | Step.resident.in_(refused)
    marked = Step.select(Step.id).where(Step.commune == commune_id, Step.counted)
    helped = Step.select(Step.resident, Step.kind, Step.id).where(
        Step.commune == commune_id, Step.state == "helped", ~keeps)
    first: dict[tuple[UUID, str], int] = {}
    for resident, kind, id in helped.order_by(Step.receipt, Step.id).tuples().iterator():
        first.setdefault((resident, kind), id)
    return ({id for id, in marked.tuples()},
            {id for id, in marked.where(keeps).tuples()} | set(first.values()))


def account_statuses(commune_id: int) -> Statuses:
    """Return the status of each person from all steps ever recorded by name."""
    done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    rows = (Step.select(Step.resident, Step.kind, done)
            .where(Step.commune == commune_id, Step.resident.is_null(False))
            .group_by(Step.resident, Step.kind).tuples())
    return {(resident, kind): "done" if is_done else "not_yet"
            for resident, kind, is_done in rows.iterator()}


def stored_account_statuses(commune_id: int) -> Statuses:
    """Return the statuses the table holds."""
    rows = (AccountStatus.select(AccountStatus.resident, AccountStatus.kind, AccountStatus.state)
            .join(Resident).where(Resident.commune == commune_id).tuples())
    return {(resident, kind): state for resident, kind, state in rows.iterator()}


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
