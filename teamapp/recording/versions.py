"""Versions of a visit: which of them are live, after a change or its settlement."""

from collections import Counter as Counts
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ..counting import effects, recompute
from ..models import Change, Consent, Filing, Household, LivePeriod, Resident, Step, Visit
from ..models.commune import WriteTransaction
from ..statements import Among
from .consents import withdraw_names


def refresh(tx: WriteTransaction, first: UUID, receipt: int) -> None:
    """Let the live versions of a visit, and all counts, follow its changes from a receipt on.

    `first` is the id of the first version.
    """
    versions: dict[UUID, bool] = dict(Visit.select(Visit.id, Visit.is_live).where(
        (Visit.id == first) | (Visit.first == first)).tuples())
    due = live_among(versions, Change.select().where(Change.visit.in_(Among(versions))))
    was = {id for id, is_live in versions.items() if is_live}
    households = replace(tx, was - due, due - was) if due != was else set()
    note_periods(first, was - due, due - was, receipt)
    households |= {id for id, in Visit.select(Visit.household).where(
        Visit.id.in_(Among(versions))).tuples()} - {None}
    Household.update(cursor=tx.cursor).where(Household.id.in_(Among(households))).execute()


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


def note_periods(first: UUID, struck: set[UUID], revived: set[UUID], receipt: int) -> None:
    """Store from and until which receipt versions are live; the first one is from its own on."""
    if first in struck and not LivePeriod.select().where(LivePeriod.visit == first).exists():
        LivePeriod.create(visit=first, since=Visit.get_by_id(first).receipt)
    LivePeriod.update(until=receipt).where(
        LivePeriod.visit.in_(Among(struck)), LivePeriod.until.is_null()).execute()
    if revived:
        LivePeriod.insert_many([(id, receipt) for id in sorted(revived)],
                               fields=[LivePeriod.visit, LivePeriod.since]).execute()


@dataclass
class Facts:
    """The facts of some versions of visits, as dict rows."""

    visits: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    filings: list[dict[str, Any]]

    @classmethod
    def of(cls, versions: Collection[UUID]) -> "Facts":
        """Return the facts of these versions."""
        ids = Among(versions)
        return cls(list(Visit.select().where(Visit.id.in_(ids)).dicts()),
                   *(list(table.select().where(table.visit.in_(ids)).dicts())
                     for table in (Step, Filing)))

    def effects(self) -> Counts[effects.Effect]:
        """Return their contributions to the sums."""
        sums: Counts[effects.Effect] = Counts()
        for visit in self.visits:
            sums.update(effects.effects(visit, *(
                [row for row in rows if row["visit"] == visit["id"]]
                for rows in (self.steps, self.filings))))
        return sums

    def keys(self, is_counted: bool = False) -> set[recompute.Key]:
        """Return the (resident, account kind) of their help by name, or of the counted alone."""
        return {(step["resident"], step["kind"]) for step in self.steps
                if step["resident"] and step["state"] == "helped"
                and (step["counted"] or not is_counted)}


def replace(tx: WriteTransaction, struck: set[UUID], revived: set[UUID]) -> set[UUID]:
    """Count the struck versions no longer and the revived ones from now on.

    Return the households whose pages change.
    """
    old = Facts.of(struck)
    answering = set_live(struck, False) | set_live(revived, True)
    Step.update(counted=False).where(
        Step.visit.in_(Among(struck)), Step.resident.is_null(False)).execute()
    households = withdraw_names(tx, answering)
    new = Facts.of(revived)
    sums = new.effects()
    sums.subtract(old.effects())
    sums.update(recompute.choose_counted(old.keys() | new.keys(),
                                         old.keys(is_counted=True) | new.keys()))
    effects.apply(tx, sums, Counts())
    rows = [*old.steps, *old.filings, *new.steps, *new.filings]
    residents = {row["resident"] for row in rows} - {None}
    visits = old.visits + new.visits
    houses = {visit["household"] for visit in visits} - {None}
    recompute.recompute(tx, residents, houses, {visit["day"] for visit in visits})
    return households | houses | homes(residents)


def set_live(versions: set[UUID], is_live: bool) -> set[UUID]:
    """Set whether versions and their parts count; return the residents who answered in them."""
    ids = Among(versions)
    Visit.update(is_live=is_live).where(Visit.id.in_(ids)).execute()
    for table in (Step, Filing, Consent):
        table.update(is_live=is_live).where(table.visit.in_(ids)).execute()
    return {id for id, in Consent.select(Consent.resident).where(
        Consent.visit.in_(ids)).tuples()}


def homes(residents: set[UUID]) -> set[UUID]:
    """Return the households where these people live."""
    return {id for id, in Resident.select(Resident.household).where(
        Resident.id.in_(Among(residents))).tuples()}
