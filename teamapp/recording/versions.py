"""Versions of visits: which of them are live, after changes or the settlement of one."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from ..counting import effects, recompute
from ..models import Change, Consent, Filing, Household, LivePeriod, Resident, Step, Visit
from ..models.commune import WriteTransaction
from ..statements import Among, insert_rows
from .consents import withdraw_names
from .visit_parts import Row


def refresh(tx: WriteTransaction, receipts: dict[UUID, int]) -> None:
    """Let the live versions of visits, and all counts, follow their changes.

    `receipts` are {id of a visit's first version: receipt from which its changes hold}. No visit
    shares a person, a household or a dossier with another one.
    """
    versions = {row["id"]: row for row in of_visits(receipts).dicts()}
    due = live_among(versions, Change.select(Change.visit, Change.correction, Change.state)
                     .where(Change.visit.in_(Among(versions))))
    moved = [row for id, row in versions.items() if row["is_live"] != (id in due)]
    households = {row["household"] for row in versions.values()} - {None}
    if moved:
        households |= replace(tx, moved)
        note_periods(moved, receipts)
    Household.update(cursor=tx.cursor).where(Household.id.in_(Among(households))).execute()


def of_visits(firsts: Iterable[UUID], *columns: Any) -> Any:
    """Return the query of all versions of visits, given the ids of their first versions."""
    among = Among(firsts)
    return Visit.select(*columns).where(Visit.id.in_(among) | Visit.first.in_(among))


def records_of(ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return {version id: ids of all records that any version of its visit refers to}."""
    firsts = {id: first or id for id, first in Visit.select(Visit.id, Visit.first).where(
        Visit.id.in_(Among(ids))).tuples()}
    records: dict[UUID, set[UUID]] = {first: set() for first in firsts.values()}
    visits = {id: (first or id, household) for id, first, household in of_visits(
        records, Visit.id, Visit.first, Visit.household).tuples()}
    for id, (first, household) in visits.items():
        records[first] |= {id, household}
    for table, more in ((Step, ()), (Consent, ()), (Filing, (Filing.dossier,))):
        for visit, *found in table.select(table.visit, table.resident, *more).where(
                table.visit.in_(Among(visits))).tuples():
            records[visits[visit][0]].update(found)
    return {id: records[first] - {None} for id, first in firsts.items()}


def live_among(versions: Collection[UUID], changes: Iterable[Change]) -> set[UUID]:
    """Return the live ones of a visit's versions (ids), given all its changes.

    A version is valid if it is the first one, or made by an effective correction of a valid one.
    An effective correction strikes the version it corrects, an effective void its version and all
    before it.
    """
    effective = [change for change in changes if change.state == "effective"]
    made_by = {change.correction_id: change for change in changes if change.correction_id}
    before = {id: change.visit_id for id, change in made_by.items()}
    struck = {change.visit_id for change in effective}
    for void in (change for change in effective if not change.correction_id):
        id = void.visit_id
        while id := before.get(id):
            struck.add(id)

    def is_valid(id: UUID) -> bool:
        return id not in made_by or made_by[id].state == "effective" and is_valid(before[id])

    return {id for id in versions if is_valid(id) and id not in struck}


def note_periods(moved: list[Row], receipts: dict[UUID, int]) -> None:
    """Store from and until which receipt versions are live; the first one is from its own on."""
    ended = LivePeriod.delete().where(
        LivePeriod.visit.in_(Among(row["id"] for row in moved)), LivePeriod.until.is_null(),
    ).returning(LivePeriod.visit, LivePeriod.since).tuples().execute()
    since_of = {row["id"]: row["receipt"] for row in moved} | dict(ended)
    periods: list[Row] = []
    for row in moved:
        id, receipt = row["id"], receipts[row["first"] or row["id"]]
        since, until = (since_of[id], receipt) if row["is_live"] else (receipt, None)
        periods.append({"visit": id, "since": since, "until": until})
    insert_rows(LivePeriod, periods)


class Facts:
    """The facts of some versions of visits, as dict rows, with the sign by which they change.

    A live version is about to be struck (-1), another one to be revived (1).
    """

    def __init__(self, visits: list[Row]) -> None:
        self.visits = visits
        self.sign = {row["id"]: -1 if row["is_live"] else 1 for row in visits}
        among = Among(self.sign)
        self.steps, self.filings, self.consents = (
            list(table.select().where(table.visit.in_(among)).dicts())
            for table in (Step, Filing, Consent))

    def toggle(self) -> None:
        """Set that the struck versions and their parts count no longer, the revived ones do."""
        ids = Among(self.sign)
        Visit.update(is_live=~Visit.is_live).where(Visit.id.in_(ids)).execute()
        parts: tuple[tuple[Any, list[Row]], ...] = (
            (Step, self.steps), (Filing, self.filings), (Consent, self.consents))
        for table, rows in parts:
            if rows:
                table.update(is_live=~table.is_live).where(table.visit.in_(ids)).execute()
        counted = [step["id"] for step in self.steps
                   if step["counted"] and step["resident"] and self.sign[step["visit"]] < 0]
        if counted:
            Step.update(counted=False).where(Step.id.in_(Among(counted))).execute()

    @property
    def answering(self) -> set[UUID]:
        """The residents whose live answers change."""
        said = Counts[tuple[Any, ...]]()
        for row in self.consents:
            said[row["resident"], row["given"], row["asked_at"], row["receipt"]] += \
                self.sign[row["visit"]]
        return {answer[0] for answer, n in said.items() if n}

    def effects(self) -> Counts[effects.Effect]:
        """Return the changes of the sums."""
        sums: Counts[effects.Effect] = Counts()
        steps, filings = by_visit(self.steps), by_visit(self.filings)
        for visit in self.visits:
            id = visit["id"]
            for effect, n in effects.effects(visit, steps[id], filings[id]).items():
                sums[effect] += self.sign[id] * n
        return sums

    def keys(self, is_choice: bool = False) -> set[recompute.Key]:
        """Return the (resident, account kind) of their help by name.

        `is_choice`: without the struck help that did not count.
        """
        return {(step["resident"], step["kind"]) for step in self.steps
                if step["resident"] and step["state"] == "helped"
                and (not is_choice or step["counted"] or self.sign[step["visit"]] > 0)}


def by_visit(rows: list[Row]) -> defaultdict[UUID, list[Row]]:
    """Return {version id: its parts}."""
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["visit"]].append(row)
    return found


def replace(tx: WriteTransaction, moved: list[Row]) -> set[UUID]:
    """Count versions that were live no longer, and the others from now on.

    Return the households whose pages change.
    """
    facts = Facts(moved)
    facts.toggle()
    households = withdraw_names(tx, facts.answering)
    sums = facts.effects()
    sums.update(recompute.choose_counted(facts.keys(), facts.keys(is_choice=True)))
    effects.apply(tx, sums, Counts())
    residents = {row["resident"] for row in (*facts.steps, *facts.filings)} - {None}
    houses = {visit["household"] for visit in moved} - {None}
    recompute.recompute(tx, residents, houses, {visit["day"] for visit in moved})
    return households | houses | homes(residents)


def homes(residents: set[UUID]) -> set[UUID]:
    """Return the households where these people live."""
    return {id for id, in Resident.select(Resident.household).where(
        Resident.id.in_(Among(residents))).tuples()} if residents else set()
