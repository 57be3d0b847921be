"""The entries of a swarm, kind by kind, and the effects of each in the database."""

from collections import Counter as Counts
from collections import namedtuple
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from teamapp import clock
from teamapp.models import Companion, Dossier, Household, Resident, Step, User, Visit

from ..sync.phone import body

STEPS = [("VNEID_2_KH", "helped", {"mode": "together"}), ("DVCQG", "helped", {"mode": "self"}),
         ("VNEID_2_KH", "not_yet", {"obstacle": "O01"}), ("SIM", "had", {}),
         ("TKNH", "not_yet", {"obstacle": "O02"})]
CALLS = ("met", "met", "met", "absent", "absent", "later", "declined", "moved", "unreached")

Effect = namedtuple("Effect", "mark id author commune receipt content")
Sort = namedtuple("Sort", "write spoil content effects strangers")


def new_id(draw):
    """Return a UUID like a phone generates, reproducible by seed."""
    return str(UUID(int=draw.getrandbits(128), version=4))


# --- visits.create ---------------------------------------------------------------------------

def visit(draw, home, team, mark):
    """Return the body of a visit's form; its note is the mark that identifies it."""
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


def spoil_visit(said):
    """Return the body without a required field."""
    return "&".join(part for part in said.split("&") if not part.startswith("visited_at="))


def content_of_visit(said):
    """Return the content of a visit's body: (house, outcome, steps, dossiers, companions)."""
    pairs = parse_qsl(said)
    fields = dict(pairs)
    return (UUID(fields["household"]), fields["outcome"],
            sum(name.endswith("-state") for name, _ in pairs),
            sum(name.endswith("-procedure") for name, _ in pairs),
            sum(name == "companions" for name, _ in pairs))


def visits():
    """Yield every visit in the database as an effect."""
    counts = [Counts(row[0] for row in table.select(table.visit).tuples())
              for table in (Step, Dossier, Companion)]
    for row in Visit.select().iterator():
        brought = (count[row.id] for count in counts)
        yield Effect(row.note, str(row.id), row.member_id, row.commune_id, row.receipt,
                     (row.household_id, row.outcome, *brought))


def strange_visits():
    """Yield a finding for each row of a visit that references another commune."""
    told = [Visit.select().join(Household).where(Household.commune != Visit.commune),
            Visit.select().join(User).where(User.commune != Visit.commune),
            Step.select().join(Visit).where(Visit.commune != Step.commune),
            Step.select().join(Resident).where(Resident.commune != Step.commune),
            Dossier.select().join(Household).where(Household.commune != Dossier.commune),
            Dossier.select().join(Resident).where(Resident.commune != Dossier.commune)]
    for query in told:
        yield from (f"{query.model.__name__} {row._pk}" for row in query)


SORTS = {"visits.create": Sort(visit, spoil_visit, content_of_visit, visits, strange_visits)}
