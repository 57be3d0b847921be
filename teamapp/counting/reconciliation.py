"""Counting everything again from the facts alone: the oracle of the summary tables."""

from collections import Counter as Counts

from peewee import chunked, fn

from ..models import (
    AccountStatus,
    Coverage,
    DistinctMark,
    Dossier,
    Household,
    Resident,
    Step,
    Tally,
    Visit,
)
from .periods import periods

MANY = 200  # rows written in one statement


def differences(commune):
    """Return a sentence for each count of the commune that is not what the facts say."""
    said = []
    counted, wanted_counted = counted_steps(commune.id)
    said += compare("step counted", dict.fromkeys(counted, 1), dict.fromkeys(wanted_counted, 1))
    said += compare("standing", stored_account_statuses(commune.id), account_statuses(commune.id))
    marks = distinct_marks(commune.id)
    said += compare("marker", dict.fromkeys(stored_distinct_marks(commune.id), 1),
                    dict.fromkeys(marks, 1))
    said += compare("tally", kept(Tally, commune.id), tallies(commune.id, marks))
    said += compare("coverage", kept(Coverage, commune.id), coverage(commune.id))
    return said


def rebuild(commune):
    """Make the commune's counts what its facts say."""
    _, wanted = counted_steps(commune.id)
    Step.update(counted=False).where(Step.commune == commune.id, Step.counted).execute()
    for batch in chunked(wanted, MANY):
        Step.update(counted=True).where(Step.id.in_(batch)).execute()
    people = Resident.select(Resident.id).where(Resident.commune == commune.id)
    AccountStatus.delete().where(AccountStatus.resident.in_(people)).execute()
    rows = ((*key, state) for key, state in account_statuses(commune.id).items())
    for batch in chunked(rows, MANY):
        AccountStatus.insert_many(batch, fields=[AccountStatus.resident, AccountStatus.kind,
                                            AccountStatus.state]).execute()
    for table in (Tally, DistinctMark, Coverage):
        table.delete().where(table.commune == commune.id).execute()
    marks = distinct_marks(commune.id)
    DistinctMark.mark(commune.id, marks)
    Tally.add(commune.id, tallies(commune.id, marks))
    Coverage.add(commune.id, coverage(commune.id))


def compare(what, found, wanted):
    """Return a sentence for each key whose two counts differ."""
    return [f"{what} {key}: {found.get(key, 0)} kept, {wanted.get(key, 0)} counted"
            for key in sorted(found.keys() | wanted.keys(), key=str)
            if found.get(key, 0) != wanted.get(key, 0)]


def kept(table, commune_id):
    """Return the counts a summary table holds, those that are not zero."""
    rows = table.select().where(table.commune == commune_id, table.count != 0).tuples()
    return {row[1:-1]: row[-1] for row in rows.iterator()}


def stored_distinct_marks(commune_id):
    """Return the keys of the markers there are."""
    return (DistinctMark.select(DistinctMark.period, DistinctMark.indicator, DistinctMark.entity)
            .where(DistinctMark.commune == commune_id).tuples().iterator())


def counted_steps(commune_id):
    """Return the ids of the steps marked as counted, and of those that should be."""
    helped = Step.select(Step.resident, Step.kind, Step.id).where(
        Step.commune == commune_id, Step.state == "helped", Step.resident.is_null(False))
    first = {}
    for resident, kind, id in helped.order_by(Step.receipt, Step.id).tuples().iterator():
        first.setdefault((resident, kind), id)
    marked = Step.select(Step.id).where(Step.commune == commune_id, Step.counted).tuples()
    return {row[0] for row in marked}, set(first.values())


def account_statuses(commune_id):
    """Return {(resident, kind): state} from all steps ever recorded by name."""
    done = fn.MAX(Step.state.in_(["had", "helped"]).cast("integer"))
    rows = (Step.select(Step.resident, Step.kind, done)
            .where(Step.commune == commune_id, Step.resident.is_null(False))
            .group_by(Step.resident, Step.kind).tuples())
    return {(resident, kind): "done" if is_done else "not_yet"
            for resident, kind, is_done in rows.iterator()}


def stored_account_statuses(commune_id):
    """Return {(resident, kind): state} as kept."""
    rows = (AccountStatus.select(AccountStatus.resident, AccountStatus.kind, AccountStatus.state)
            .join(Resident).where(Resident.commune == commune_id).tuples())
    return {(resident, kind): state for resident, kind, state in rows.iterator()}


def distinct_marks(commune_id):
    """Return {(period, indicator, entity): place} of all houses reached and people guided."""
    marks = {}
    found = {"houses": houses_met(commune_id), "people": people_guided(commune_id)}
    for indicator, rows in found.items():
        for entity, day, village_id, _ in sorted(rows, key=lambda row: row[3]):
            for period in periods(day)[1:]:
                marks.setdefault((period, indicator, entity.bytes), village_id)
    return marks


def houses_met(commune_id):
    """Return (household, day, village, receipt) of each visit that met somebody."""
    return Visit.select(Visit.household, Visit.day, Visit.village, Visit.receipt).where(
        Visit.commune == commune_id, Visit.outcome == "met").tuples()


def people_guided(commune_id):
    """Return (resident, day, village, receipt) of each person helped or filed for by name."""
    helped = Step.select(Step.resident, Step.day, Step.village, Step.receipt).where(
        Step.commune == commune_id, Step.state == "helped", Step.resident.is_null(False))
    filed = Dossier.select(Dossier.resident, Dossier.day, Dossier.village, Dossier.receipt).where(
        Dossier.commune == commune_id, Dossier.resident.is_null(False))
    return list(helped.tuples()) + list(filed.tuples())


def tallies(commune_id, marks):
    """Return {(place, period, indicator): n}."""
    counts = Counts()
    for village, day, indicator, amount in additive(commune_id):
        for period in periods(day):
            counts[village, period, indicator] += amount
            counts[0, period, indicator] += amount
    for (period, indicator, _), village_id in marks.items():
        counts[village_id, period, indicator] += 1
        counts[0, period, indicator] += 1
    return counts


def additive(commune_id):
    """Yield (village, day, indicator, n) by plain GROUP BY over the facts."""
    helped = (Step.state == "helped") & (Step.counted | Step.resident.is_null())
    yield from grouped(Visit, commune_id, "visits")
    yield from grouped(Step, commune_id, "helped:{}", Step.kind, helped)
    yield from grouped(Step, commune_id, "mode:{}", Step.mode, helped)
    yield from grouped(Step, commune_id, "obstacle:{}", Step.obstacle,
                       (Step.state == "not_yet") & Step.obstacle.is_null(False))
    yield from grouped(Dossier, commune_id, "dossiers")
    yield from grouped(Dossier, commune_id, "channel:{}", Dossier.channel)


def grouped(table, commune_id, indicator, by=None, condition=None):
    """Return the rows of one GROUP BY over village, day and one more column."""
    by = table.commune if by is None else by
    query = (table.select(table.village, table.day, by, fn.COUNT(table.id))
             .where(table.commune == commune_id).group_by(table.village, table.day, by))
    if condition is not None:
        query = query.where(condition)
    return [(village, day, indicator.format(code), n) for village, day, code, n in query.tuples()]


def coverage(commune_id):
    """Return {(place, kind, state, cohort): n} from people and their standings."""
    counts = Counts()
    people = {id: (village, Coverage.cohort_of(year)) for id, village, year in
              Resident.select(Resident.id, Household.village, Resident.birth_year)
              .join(Household).where(Resident.commune == commune_id).tuples()}
    for village, cohort in people.values():
        counts[village, "", "listed", cohort] += 1
    for (resident, kind), state in account_statuses(commune_id).items():
        village, cohort = people[resident]
        counts[village, kind, state, cohort] += 1
    return counts
