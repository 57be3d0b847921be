"""Recomputation of given people's and households' counts from their live facts.

A distinct count, a status and “the first received” cannot be subtracted: after a void, a
correction or the loss of a name they are computed again from the few facts of the one concerned.
"""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
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
    Coverage.add(tx.commune.id, recompute_statuses(residents))
    facts = {(PEOPLE.key(), id): ranks for id, ranks in help_by_name(residents).items()}
    facts |= {(HOUSEHOLDS.key(), id): ranks for id, ranks in meetings(households).items()}
    Tally.add(tx.commune.id, recompute_marks(tx, facts, keys))


def recompute_statuses(residents: Collection[UUID]) -> Counts[CoverageKey]:
    """Bring residents' account statuses to the live steps; return the changes of the coverage."""
    changes: Counts[CoverageKey] = Counts()
    if not residents:
        return changes
    is_done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    known = AccountStatus.of(residents)
    due = {(resident, kind): "done" if done else "not_yet" for resident, kind, done in
           Step.live(Step.resident, Step.kind, is_done)
           .where(Step.resident.in_(Among(residents))).group_by(Step.resident, Step.kind).tuples()}
    changed = {resident for (resident, _), _ in {*known.items()} ^ {*due.items()}}
    if not changed:
        return changes
    people = {id: (home, Coverage.cohort_of(year)) for id, home, year in
              Resident.select(Resident.id, Household.village, Resident.birth_year).join(Household)
              .where(Resident.id.in_(Among(changed))).tuples()}
    for statuses, sign in ((known, -1), (due, 1)):
        for (resident, kind), state in statuses.items():
            if resident in changed:
                home, cohort = people[resident]
                changes[home, kind, state, cohort] += sign
    AccountStatus.delete().where(AccountStatus.resident.in_(Among(changed))).execute()
    rows = [(*key, state) for key, state in sorted(due.items()) if key[0] in changed]
    if rows:
        AccountStatus.insert_many(rows, fields=[
            AccountStatus.resident, AccountStatus.kind, AccountStatus.state]).execute()
    return changes


def recompute_marks(tx: WriteTransaction, facts: Mapping[tuple[str, UUID], Iterable[Rank]],
                    keys: set[str]) -> Counts[TallyKey]:
    """Bring the marks of (indicator, entity) in these periods to their facts.

    Return the changes of the tallies. A mark belongs to the village of the fact that ranks first.
    """
    entities = [entity.bytes for _, entity in facts]
    stored = {(period, indicator, bytes(entity)): village for period, indicator, entity, village in
              DistinctMark.select(DistinctMark.period, DistinctMark.indicator,
                                  DistinctMark.entity, DistinctMark.village_id)
              .where(DistinctMark.period.in_(Among(keys)),
                     DistinctMark.indicator.in_(Among({indicator for indicator, _ in facts})),
                     DistinctMark.entity.in_(Among(entities)))
              .tuples()} if facts and keys else {}
    due: dict[tuple[str, str, bytes], int] = {}
    for (indicator, entity), ranks in facts.items():
        for _, day, village in sorted(ranks):
            for period in keys & set(periods(day)):
                due.setdefault((period, indicator, entity.bytes), village)
    changes: Counts[TallyKey] = Counts()
    gone: defaultdict[tuple[str, str], list[bytes]] = defaultdict(list)
    for (period, indicator, id), village in stored.items():
        if due.get((period, indicator, id)) != village:
            changes.subtract([(village, period, indicator), (0, period, indicator)])
            gone[period, indicator].append(id)
    for (period, indicator), ids in gone.items():
        DistinctMark.delete().where(
            DistinctMark.period == period, DistinctMark.indicator == indicator,
            DistinctMark.entity.in_(Among(ids))).execute()
    changes.update(DistinctMark.mark(tx.commune.id, {
        mark: village for mark, village in due.items() if stored.get(mark) != village}))
    return changes


def help_by_name(residents: Collection[UUID]) -> dict[UUID, list[Rank]]:
    """Return {resident id: ranks of live help and filings}."""
    found: dict[UUID, list[Rank]] = {resident: [] for resident in residents}
    if not found:
        return found
    among = Among(residents)
    helped = Step.live(Step.resident, Step.receipt, Step.day, Step.village).where(
        Step.resident.in_(among), Step.state == "helped")
    filed = Filing.live(Filing.resident, Filing.receipt, Filing.day, Filing.village).where(
        Filing.resident.in_(among))
    for resident, *rank in [*helped.tuples(), *filed.tuples()]:
        found[resident].append((rank[0], rank[1], rank[2]))
    return found


def meetings(households: Collection[UUID]) -> dict[UUID, list[Rank]]:
    """Return {household id: ranks of the live visits that met it}."""
    found: dict[UUID, list[Rank]] = {household: [] for household in households}
    rank = fn.COALESCE(Visit.met_receipt, Visit.receipt)
    rows = Visit.live(Visit.household, rank, Visit.day, Visit.village).where(
        Visit.household.in_(Among(households)), Visit.outcome == "met").tuples() if found else ()
    for household, *ranked in rows:
        found[household].append((ranked[0], ranked[1], ranked[2]))
    return found


def choose_counted(keys: Collection[Key], may_choose: Collection[Key]) -> Counts[Effect]:
    """Mark the step by which each resident counts with an account kind; return the sums' changes.

    It is the live one that ranks first. Of a resident who lost the name somewhere the mark stays
    where it is, since the first one may be nameless now; without a mark one is chosen for the keys
    of `may_choose`.
    """
    if not keys:
        return Counts()
    rows: defaultdict[Key, list[tuple[Any, ...]]] = defaultdict(list)
    for row in (Step.live(Step.id, Step.resident, Step.kind, Step.mode, Step.village, Step.day,
                          Step.counted, Resident.lost_name).join(Resident)
                .where(Step.resident.in_(Among({resident for resident, _ in keys})),
                       Step.state == "helped")
                .order_by(Step.receipt, Step.id).tuples()):
        rows[row[1], row[2]].append(row)
    changes: Counts[Effect] = Counts()
    moved: dict[int, bool] = {}
    for key in sorted(keys):
        steps = rows[key]
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
