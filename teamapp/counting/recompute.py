"""Recomputation of given people's and households' counts from their live facts.

A distinct count, a status and “the first received” cannot be subtracted: after a void, a
correction or the loss of a name they are computed again from the few facts of the one concerned.
"""

from collections import Counter as Counts
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeAlias
from uuid import UUID

from peewee import fn

from ..models import (
    AccountStatus,
    Coverage,
    DistinctMark,
    Filing,
    Household,
    Resident,
    Step,
    Tally,
    Visit,
    WriteTransaction,
)
from ..statements import Among
from .coverage import CoverageKey
from .effects import Effect, TallyKey
from .indicators import HELPED, HOUSEHOLDS, MODES, PEOPLE
from .periods import periods

Key: TypeAlias = tuple[UUID, str]  # resident, account kind
Rank: TypeAlias = tuple[int, date, int]  # receipt, day, village id


def recompute(tx: WriteTransaction, residents: Collection[UUID], households: Collection[UUID],
              days: Collection[date]) -> None:
    """Compute the residents' statuses, and the periods of these days that each one counts in."""
    keys = {period for day in days for period in periods(day)[1:]}
    coverage: Counts[CoverageKey] = Counts()
    sums: Counts[TallyKey] = Counts()
    for resident in sorted(residents):
        coverage.update(recompute_statuses(resident))
        sums.update(recompute_marks(tx, PEOPLE.key(), resident, help_by_name(resident), keys))
    for household in sorted(households):
        sums.update(recompute_marks(tx, HOUSEHOLDS.key(), household, meetings(household), keys))
    Coverage.add(tx.commune.id, coverage)
    Tally.add(tx.commune.id, sums)


def recompute_statuses(resident: UUID) -> Counts[CoverageKey]:
    """Bring a resident's account statuses to the live steps; return the changes of the coverage."""
    is_done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    known = {kind: state for (_, kind), state in AccountStatus.of([resident]).items()}
    due = {kind: "done" if done else "not_yet" for kind, done in
           Step.live(Step.kind, is_done).where(Step.resident == resident)
           .group_by(Step.kind).tuples()}
    if due == known:
        return Counts()
    home, birth_year = (Resident.select(Household.village, Resident.birth_year).join(Household)
                        .where(Resident.id == resident).tuples().get())
    cohort = Coverage.cohort_of(birth_year)
    changes: Counts[CoverageKey] = Counts({(home, kind, state, cohort): 1
                                           for kind, state in due.items()})
    changes.subtract((home, kind, state, cohort) for kind, state in known.items())
    AccountStatus.delete().where(AccountStatus.resident == resident).execute()
    if due:
        AccountStatus.insert_many([(resident, *item) for item in due.items()], fields=[
            AccountStatus.resident, AccountStatus.kind, AccountStatus.state]).execute()
    return changes


def recompute_marks(tx: WriteTransaction, indicator: str, entity: UUID, facts: Iterable[Rank],
                    keys: set[str]) -> Counts[TallyKey]:
    """Bring the marks of one entity in these periods to its facts; return the tallies' changes.

    A mark belongs to the village of the fact that ranks first.
    """
    stored = (DistinctMark.indicator == indicator) & (DistinctMark.entity == entity.bytes) \
        & DistinctMark.period.in_(Among(keys))
    changes: Counts[TallyKey] = Counts()
    for period, village in DistinctMark.select(
            DistinctMark.period, DistinctMark.village_id).where(stored).tuples():
        changes.subtract([(village, period, indicator), (0, period, indicator)])
    DistinctMark.delete().where(stored).execute()
    due: dict[tuple[str, str, bytes], int] = {}
    for _, day, village in sorted(facts):
        for period in keys & set(periods(day)):
            due.setdefault((period, indicator, entity.bytes), village)
    changes.update(DistinctMark.mark(tx.commune.id, due))
    return changes


def help_by_name(resident: UUID) -> list[Rank]:
    """Return the ranks of a resident's live help and filings."""
    helped = Step.live(Step.receipt, Step.day, Step.village).where(
        Step.resident == resident, Step.state == "helped")
    filed = Filing.live(Filing.receipt, Filing.day, Filing.village).where(
        Filing.resident == resident)
    return [*helped.tuples(), *filed.tuples()]


def meetings(household: UUID) -> list[Rank]:
    """Return the ranks of the live visits that met a household."""
    rank = fn.COALESCE(Visit.met_receipt, Visit.receipt)
    return list(Visit.live(rank, Visit.day, Visit.village).where(
        Visit.household == household, Visit.outcome == "met").tuples())


def choose_counted(keys: Collection[Key], may_choose: Collection[Key]) -> Counts[Effect]:
    """Mark the step by which each resident counts with an account kind; return the sums' changes.

    It is the live one that ranks first. Of a resident who lost the name somewhere the mark stays
    where it is, since the first one may be nameless now; without a mark one is chosen for the keys
    of `may_choose`.
    """
    rows = list(Step.live(Step.id, Step.resident, Step.kind, Step.mode, Step.village, Step.day,
                          Step.counted, Resident.lost_name).join(Resident)
                .where(Step.resident.in_(Among({resident for resident, _ in keys})),
                       Step.state == "helped")
                .order_by(Step.receipt, Step.id).tuples())
    changes: Counts[Effect] = Counts()
    moved: dict[int, bool] = {}
    for key in sorted(keys):
        steps = [row for row in rows if (row[1], row[2]) == key]
        marked = [row for row in steps if row[6]]
        if not steps or marked[:1] == steps[:1] or steps[0][7] and (
                marked or key not in may_choose):
            continue
        for row, sign in (*((row, -1) for row in marked), (steps[0], 1)):
            moved[row[0]] = sign > 0
            changes[HELPED.key(row[2]), row[4], row[5]] += sign
            changes[MODES.key(row[3]), row[4], row[5]] += sign
    for is_counted in (False, True):  # a resident has one mark at most, at any moment
        ids = [id for id, counted in moved.items() if counted == is_counted]
        if ids:
            Step.update(counted=is_counted).where(Step.id.in_(Among(ids))).execute()
    return changes
