"""Recording visits: the facts and every count that stands on them, in one transaction."""

from collections import Counter as Counts
from collections import defaultdict

from peewee import EXCLUDED

from .. import clock
from ..statements import Among
from .dossier import Dossier
from .household import Consent, Household, insert
from .step import Standing, Step
from .tally import Coverage, Marker, Tally
from .visit import Companion, Visit


def record(turn, drafts):
    """Write drafts in their order, each with its next receipt; return {visit id: receipt}.

    Raises IntegrityError when one of them names an id that is already taken.
    """
    for draft in drafts:
        number(draft, turn.next_receipt())
    insert(Visit, [draft.visit for draft in drafts])
    insert(Companion, [row for draft in drafts for row in draft.companions])
    insert(Consent, [row for draft in drafts for row in draft.consents])
    steps = [step for draft in drafts for step in draft.steps]
    choose_counted(steps)
    insert(Step, [{name: step[name] for name in STEP_FIELDS} for step in steps])
    insert(Dossier, [dossier for draft in drafts for dossier in draft.dossiers])
    Coverage.add(turn.commune.id, update_standings(steps))
    count(turn, drafts)
    houses = {house for draft in drafts for house in draft.houses}
    Household.update(cursor=turn.cursor).where(Household.id.in_(Among(houses))).execute()
    return {draft.visit["id"]: draft.visit["receipt"] for draft in drafts}


STEP_FIELDS = ("visit", "commune", "village", "resident", "kind", "state", "obstacle", "mode",
               "day", "receipt", "counted")


def number(draft, receipt):
    """Put the receipt on the visit and on all it brings."""
    visit = draft.visit
    visit["receipt"] = receipt
    shared = {"visit": visit["id"], "commune": visit["commune"], "village": visit["village"],
              "day": visit["day"], "receipt": receipt}
    for row in draft.steps + draft.dossiers:
        row.update(shared)


def choose_counted(steps):
    """Mark the helped steps their persons are counted by: the first the commune received."""
    named = [step for step in steps if step["resident"] and step["state"] == "helped"]
    ids = {step["resident"] for step in named}
    taken = set(Step.select(Step.resident, Step.kind).where(
        Step.resident.in_(Among(ids)), Step.counted).tuples()) if ids else set()
    for step in steps:
        key = step["resident"], step["kind"]
        step["counted"] = bool(step["resident"]) and step["state"] == "helped" \
            and key not in taken
        if step["counted"]:
            taken.add(key)


def update_standings(steps):
    """Bring each named person's standing up to date; return the changes of the coverage."""
    named = [step for step in steps if step["resident"]]
    known = Standing.of({step["resident"] for step in named}) if named else {}
    changes, rows = Counts(), {}
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
        Standing.insert_many([(*key, state) for key, state in rows.items()],
                             fields=[Standing.resident, Standing.kind, Standing.state]).on_conflict(
            conflict_target=[Standing.resident, Standing.kind],
            update={Standing.state: EXCLUDED.state}).execute()
    return changes


def count(turn, drafts):
    """Raise the tallies by what these visits add."""
    daily, sums, marks = defaultdict(Counts), Counts(), {}
    for draft in drafts:
        place, day = draft.visit["village"], draft.visit["day"]
        daily[place, day].update(additive(draft))
        for indicator, entity in distinct(draft):
            for period in clock.periods(day)[1:]:
                marks.setdefault((period, indicator, entity.bytes), place)
    for (place, day), amounts in daily.items():
        for period in clock.periods(day):
            for indicator, amount in amounts.items():
                sums[place, period, indicator] += amount
                sums[0, period, indicator] += amount
    sums.update(Marker.mark(turn.commune.id, marks))
    Tally.add(turn.commune.id, sums)


def additive(draft):
    """Return what a visit adds to the counts that simply add up."""
    sums = Counts(visits=1)
    for step in draft.steps:
        if step["counted"] or (step["state"] == "helped" and not step["resident"]):
            sums[f"helped:{step['kind']}"] += 1
            sums[f"mode:{step['mode']}"] += 1
        if step["state"] == "not_yet" and step["obstacle"]:
            sums[f"obstacle:{step['obstacle']}"] += 1
    for dossier in draft.dossiers:
        sums["dossiers"] += 1
        sums[f"channel:{dossier['channel']}"] += 1
    return sums


def distinct(draft):
    """Return what a visit adds to the counts of different houses and different people."""
    found = [("houses", draft.visit["household"])] if draft.visit["outcome"] == "met" else []
    helped = {step["resident"] for step in draft.steps if step["state"] == "helped"}
    filed = {dossier["resident"] for dossier in draft.dossiers}
    return found + [("people", id) for id in (helped | filed) - {None}]
