"""Counts of a person whose facts lost the name: computed from those that still have it."""

from collections import Counter as Counts
from collections.abc import Collection
from datetime import date
from uuid import UUID

from peewee import fn

from ..models import (
    AccountStatus,
    Coverage,
    DistinctMark,
    Dossier,
    Household,
    Resident,
    Step,
    Tally,
    WriteTransaction,
)
from ..statements import Among
from .coverage import CoverageKey
from .effects import TallyKey
from .indicators import PEOPLE
from .periods import periods


def recompute(tx: WriteTransaction, resident: UUID, villages: Collection[int],
            days: Collection[date]) -> None:
    """Compute a person's account statuses, and the periods of these days the person counts in.

    `villages` (ids) are all in which visits name the person.
    """
    Coverage.add(tx.commune.id, recompute_statuses(resident, villages))
    Tally.add(tx.commune.id, recompute_periods(tx, resident, villages, {
        period for day in days for period in periods(day)[1:]}))


def recompute_statuses(resident: UUID, villages: Collection[int]) -> Counts[CoverageKey]:
    """Bring the account statuses to what is left by name; return the changes of the coverage."""
    is_done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    known = AccountStatus.of([resident])
    left = {kind: "done" if done else "not_yet" for kind, done in (
        Step.select(Step.kind, is_done)
        .where(Step.village.in_(Among(villages)), Step.resident == resident,
               Step.kind.in_(Among(kind for _, kind in known)))
        .group_by(Step.kind).tuples())}
    home, birth_year = (Resident.select(Household.village, Resident.birth_year).join(Household)
                        .where(Resident.id == resident).tuples().get())
    changes: Counts[CoverageKey] = Counts()
    for (_, kind), old in known.items():
        changes[home, kind, old, Coverage.cohort_of(birth_year)] -= 1
        if kind in left:
            changes[home, kind, left[kind], Coverage.cohort_of(birth_year)] += 1
    AccountStatus.delete().where(AccountStatus.resident == resident).execute()
    rows = [(resident, kind, state) for kind, state in left.items()]
    if rows:
        AccountStatus.insert_many(rows, fields=[
            AccountStatus.resident, AccountStatus.kind, AccountStatus.state]).execute()
    return changes


def recompute_periods(tx: WriteTransaction, resident: UUID, villages: Collection[int],
                    keys: set[str]) -> Counts[TallyKey]:
    """Bring the person's marks in these periods to what is left; return the changes of the tallies.

    A mark belongs to the village of the first fact received.
    """
    indicator = PEOPLE.key()
    stored = (DistinctMark.indicator == indicator) & (DistinctMark.entity == resident.bytes) \
        & DistinctMark.period.in_(Among(keys))
    changes: Counts[TallyKey] = Counts()
    for period, village in DistinctMark.select(
            DistinctMark.period, DistinctMark.village_id).where(stored).tuples():
        changes[village, period, indicator] -= 1
        changes[0, period, indicator] -= 1
    DistinctMark.delete().where(stored).execute()
    due: dict[tuple[str, str, bytes], int] = {}
    for _, day, village in sorted(left_by_name(resident, villages)):
        for period in keys & set(periods(day)):
            due.setdefault((period, indicator, resident.bytes), village)
    changes.update(DistinctMark.mark(tx.commune.id, due))
    return changes


def left_by_name(resident: UUID, villages: Collection[int]) -> list[tuple[int, date, int]]:
    """Return (receipt, day, village id) of the person's help and dossiers."""
    kinds = {kind for _, kind in AccountStatus.of([resident])}
    helped = Step.select(Step.receipt, Step.day, Step.village).where(
        Step.village.in_(Among(villages)), Step.kind.in_(Among(kinds)),
        Step.resident == resident, Step.state == "helped")
    filed = Dossier.select(Dossier.receipt, Dossier.day, Dossier.village).where(
        Dossier.village.in_(Among(villages)), Dossier.resident == resident)
    return [*helped.tuples(), *filed.tuples()]
