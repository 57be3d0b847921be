"""Coverage: the status of each named person with an account kind, and how many by village."""

from collections import Counter as Counts
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peewee import EXCLUDED, fn

from .. import clock
from ..models import AccountKind, AccountStatus, Coverage, Resident, Village

CoverageKey = tuple[int, str, str, int]  # village id, account kind, state, cohort


@dataclass
class Share:
    """People of 14 or older by the state of an account.

    `all` is their number, None while not declared; `unlisted` of them are on no list, and lists
    have `surplus` people more than declared. In a sum the two do not offset each other.
    """

    done: int = 0
    not_yet: int = 0
    listed: int = 0
    all: int | None = 0
    unlisted: int = 0
    surplus: int = 0

    @classmethod
    def of(cls, village: Village, done: int, not_yet: int, listed: int) -> "Share":
        """Return a village's share; a complete list, or a closed one, is the number itself."""
        is_whole = village.list_complete or village.closed_on
        everyone = listed if is_whole else village.declared_14plus
        beside = 0 if everyone is None else everyone - listed
        return cls(done, not_yet, listed, everyone, max(beside, 0), max(-beside, 0))

    @property
    def unasked(self) -> int:
        """How many people of the lists were not asked yet."""
        return self.listed - self.done - self.not_yet

    @property
    def percent(self) -> int | None:
        """The percentage done, rounded half up, or None."""
        return min((self.done * 200 + self.all) // (2 * self.all), 100) if self.all else None

    def __add__(self, other: "Share") -> "Share":
        whole = None if self.all is None or other.all is None else self.all + other.all
        return Share(self.done + other.done, self.not_yet + other.not_yet,
                     self.listed + other.listed, whole, self.unlisted + other.unlisted,
                     self.surplus + other.surplus)


def shares(commune_id: int, villages: Iterable[Village]) -> dict[int, Share]:
    """Return {village id: Share} of the headline account, as of today."""
    youngest = clock.today().year - Resident.ADULT
    rows = (Coverage.select(Coverage.village_id, Coverage.state, fn.SUM(Coverage.count))
            .where(Coverage.commune == commune_id,
                   Coverage.kind.in_(["", AccountKind.HEADLINE]), Coverage.cohort <= youngest)
            .group_by(Coverage.kind, Coverage.state, Coverage.village_id).tuples())
    known = {(village_id, state): int(n) for village_id, state, n in rows}
    return {village.id: Share.of(village, *(known.get((village.id, state), 0)
                                            for state in ("done", "not_yet", "listed")))
            for village in villages}


def update_account_statuses(steps: list[dict[str, Any]]) -> Counts[CoverageKey]:
    """Bring each named person's account status up to date; return the changes of the coverage.

    `steps` are dict rows with the person's `home` (village id) and `birth_year`.
    """
    named = [step for step in steps if step["resident"]]
    known = AccountStatus.of({step["resident"] for step in named}) if named else {}
    changes: Counts[CoverageKey] = Counts()
    rows: dict[tuple[UUID, str], str] = {}
    for step in named:
        key = step["resident"], step["kind"]
        state = "not_yet" if step["state"] == "not_yet" else "done"
        old = rows.get(key, known.get(key))
        if old in (state, "done"):
            continue
        cohort = Coverage.cohort_of(step["birth_year"])
        changes[step["home"], step["kind"], state, cohort] += 1
        if old:
            changes[step["home"], step["kind"], old, cohort] -= 1
        rows[key] = state
    if rows:
        fields = [AccountStatus.resident, AccountStatus.kind, AccountStatus.state]
        AccountStatus.insert_many(
            [(*key, state) for key, state in rows.items()], fields=fields).on_conflict(
            conflict_target=fields[:2],
            update={AccountStatus.state: EXCLUDED.state}).execute()
    return changes
