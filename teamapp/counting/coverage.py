"""Coverage: the status of each named person with an account kind, and how many by village."""

from collections import Counter as Counts
from typing import Any
from uuid import UUID

from peewee import EXCLUDED

from ..models import AccountStatus, Coverage

CoverageKey = tuple[int, str, str, int]  # village id, account kind, state, cohort


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
