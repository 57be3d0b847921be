"""Reconciliation: compare every summary table with the counts of the facts, and repair it."""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import chunked

from ..models import AccountStatus, Commune, Coverage, DistinctMark, Resident, Step, Tally
from . import counts_from_facts as facts
from .counts_from_facts import Statuses

BATCH = 200  # rows written in one statement


def differences(commune: Commune) -> list[str]:
    """Return a sentence for each count of the commune that differs from its facts."""
    counted, due = stored_counted_steps(commune.id), facts.counted_steps(commune.id)
    marks = facts.distinct_marks(commune.id)
    stored_marks = stored_distinct_marks(commune.id)
    return [
        *compare("step counted", dict.fromkeys(counted, 1), dict.fromkeys(due, 1)),
        *compare("account status", stored_account_statuses(commune.id),
                 facts.account_statuses(commune.id)),
        *compare("distinct mark", dict.fromkeys(stored_marks, 1), dict.fromkeys(marks, 1)),
        *compare("tally", stored(Tally, commune.id), facts.tallies(commune.id, marks)),
        *compare("coverage", stored(Coverage, commune.id), facts.coverage(commune.id))]


def rebuild(commune: Commune) -> None:
    """Replace every count of the commune by the recount of its facts."""
    due = facts.counted_steps(commune.id)
    Step.update(counted=False).where(Step.commune == commune.id, Step.counted).execute()
    for batch in chunked(due, BATCH):
        Step.update(counted=True).where(Step.id.in_(batch)).execute()
    people = Resident.select(Resident.id).where(Resident.commune == commune.id)
    AccountStatus.delete().where(AccountStatus.resident.in_(people)).execute()
    rows = ((*key, state) for key, state in facts.account_statuses(commune.id).items())
    for batch in chunked(rows, BATCH):
        AccountStatus.insert_many(batch, fields=[AccountStatus.resident, AccountStatus.kind,
                                                 AccountStatus.state]).execute()
    for table in (Tally, DistinctMark, Coverage):
        table.delete().where(table.commune == commune.id).execute()
    marks = facts.distinct_marks(commune.id)
    DistinctMark.mark(commune.id, marks)
    Tally.add(commune.id, facts.tallies(commune.id, marks))
    Coverage.add(commune.id, facts.coverage(commune.id))


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


def stored_counted_steps(commune_id: int) -> set[int]:
    """Return the ids of the steps marked as counted."""
    marked = Step.select(Step.id).where(Step.commune == commune_id, Step.counted).tuples()
    return {id for id, in marked}


def stored_account_statuses(commune_id: int) -> Statuses:
    """Return the statuses the table holds."""
    rows = (AccountStatus.select(AccountStatus.resident, AccountStatus.kind, AccountStatus.state)
            .join(Resident).where(Resident.commune == commune_id).tuples())
    return {(resident, kind): state for resident, kind, state in rows.iterator()}
