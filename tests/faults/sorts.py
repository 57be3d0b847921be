"""The entries of a swarm, kind by kind, and the effects of each in the database."""

from collections import Counter as Counts
from collections import namedtuple
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from teamapp import clock
from teamapp.models import (
    Change,
    Companion,
    Filing,
    Household,
    Resident,
    Step,
    User,
    Visit,
)

from ..sync.phone import body, record_of

STEPS = [("VNEID_2_KH", "helped", {"mode": "together"}), ("DVCQG", "helped", {"mode": "self"}),
         ("VNEID_2_KH", "not_yet", {"obstacle": "O01"}), ("SIM", "had", {}),
         ("TKNH", "not_yet", {"obstacle": "O02"})]
CALLS = ("met", "met", "met", "absent", "absent", "later", "declined", "moved", "unreached")

Effect = namedtuple("Effect", "mark id author commune receipt content")
# `record`: the id of what an entry makes; `changes`: the kinds whose records it changes.
Sort = namedtuple("Sort", "share write spoil content effects strangers record changes",
                  defaults=[list, record_of, ()])


def new_id(draw):
    """Return a UUID like a phone generates, reproducible by seed."""
    return str(UUID(int=draw.getrandbits(128), version=4))


# --- visits.create ---------------------------------------------------------------------------

def visit(draw, home, team, mark, target=None):
    """Return the body of a visit's form; its note is the mark that identifies it.

    The correction of `target`, an entry, may name its dossier again.
    """
    at = clock.now() - timedelta(minutes=draw.randint(5, 20 * 24 * 60))
    outcome = draw.choice(CALLS)
    more = {"note": mark}
    if outcome == "later":
        more |= {"return_on": clock.day_of(at) + timedelta(days=3), "return_part": "noon"}
    if draw.random() < .2:
        more["companions"] = draw.choice(team)
    people = met(draw, home) if outcome == "met" else []
    if people and draw.random() < .2:
        more |= dossier(draw, people)
    if target and "dossiers-0-id" in more:
        more["dossiers-0-id"] = fields_of(target["body"]).get("dossiers-0-id") or new_id(draw)
    return body(home, *people, id=new_id(draw), outcome=outcome, at=at, **more)


def met(draw, home):
    """Return fields of some people of a house, with their steps; one may be unnamed."""
    named = draw.sample(home.people, draw.randint(1, len(home.people)))
    people = [(id, draw.choice(("yes", "yes", "yes", "no")), draw.sample(STEPS, draw.randint(1, 2)))
              for id in named]
    nameless = (None, "", [STEPS[0]]) if draw.random() < .2 else None
    return [(id, consent, list({step[0]: step for step in steps}.values()))
            for id, consent, steps in [*people, *filter(None, [nameless])]]


def dossier(draw, people):
    """Return the fields of a dossier of one of them."""
    return {"dossiers-0-id": new_id(draw), "dossiers-0-resident": people[0][0] or "",
            "dossiers-0-procedure": "1.001193", "dossiers-0-channel": "online"}


def without(name):
    """Return a function that takes a required field from a body."""
    return lambda said: "&".join(
        part for part in said.split("&") if not part.startswith(f"{name}="))


def fields_of(said):
    """Return the fields of a body."""
    return dict(parse_qsl(said))


def content_of_visit(said):
    """Return the content of a visit's body: (house, outcome, steps, dossiers, companions)."""
    pairs = parse_qsl(said)
    fields = dict(pairs)
    return (UUID(fields["household"]), fields["outcome"],
            sum(name.endswith("-state") for name, _ in pairs),
            sum(name.endswith("-procedure") for name, _ in pairs),
            sum(name == "companions" for name, _ in pairs))


def visits():
    """Yield every first version of a visit in the database as an effect."""
    yield from (effect for row, effect in versions() if not row.first_id)


def versions():
    """Yield (version, effect) of every version of a visit in the database."""
    counts = [Counts(row[0] for row in table.select(table.visit).tuples())
              for table in (Step, Filing, Companion)]
    for row in Visit.select().iterator():
        brought = (count[row.id] for count in counts)
        yield row, Effect(row.note, str(row.id), row.member_id, row.commune_id, row.receipt,
                          (row.household_id, row.outcome, *brought))


def strange_visits():
    """Yield a finding for each row of a visit that references another commune."""
    told = [Visit.select().join(Household).where(Household.commune != Visit.commune),
            Visit.select().join(User).where(User.commune != Visit.commune),
            Step.select().join(Visit).where(Visit.commune != Step.commune),
            Step.select().join(Resident).where(Resident.commune != Step.commune),
            Filing.select().join(Household).where(Household.commune != Filing.commune),
            Filing.select().join(Resident).where(Resident.commune != Filing.commune)]
    for query in told:
        yield from (f"{query.model.__name__} {row._pk}" for row in query)


# --- visits.correct, visits.void -------------------------------------------------------------
# Each version is changed once, by its author, so that every change is effective.

def correction(draw, home, team, mark, target):
    """Return the body of the correction of what an entry made; its note is the mark."""
    return "&".join([visit(draw, home, team, mark, target), urlencode(
        {"visit": record_of(target), "reason": "mistake", "asked_by": "self"})])


def content_of_correction(said):
    """Return the content of a correction's body: that of the version, and what it does."""
    return (*content_of_visit(said), *content_of_change(said))


def content_of_change(said):
    """Return what a change does: (the version, its state, whether the version is live still)."""
    return UUID(fields_of(said)["visit"]), "effective", False


def deed(change):
    """Return what a change in the database does."""
    return change.visit_id, change.state, change.visit.is_live


def corrections():
    """Yield every corrected version in the database as an effect."""
    made = {change.correction_id: change for change in Change.select(Change, Visit).join(
        Visit, on=Change.visit)}
    for row, effect in versions():
        if row.first_id:
            done = deed(made[row.id]) if row.id in made else ("no change",)
            yield effect._replace(content=(*effect.content, *done))


def void(draw, home, team, mark, target):
    """Return the body of the void of what an entry made; its note is the mark."""
    return urlencode({"visit": record_of(target), "reason": "not_real", "note": mark})


def voids():
    """Yield every void in the database as an effect."""
    for row in Change.select(Change, Visit).join(Visit, on=Change.visit).where(
            Change.correction.is_null()):
        yield Effect(row.note, str(row.id), row.by_id, row.commune_id, row.receipt, deed(row))


VERSIONS = ("visits.create", "visits.correct")
SORTS = {
    "visits.create": Sort(
        .85, visit, without("visited_at"), content_of_visit, visits, strange_visits),
    "visits.correct": Sort(
        .1, correction, without("reason"), content_of_correction, corrections, changes=VERSIONS),
    "visits.void": Sort(.05, void, without("reason"), content_of_change, voids,
                        record=lambda entry: entry["id"], changes=VERSIONS)}
