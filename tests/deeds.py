"""Actions of members: visits recorded as /sync records them, and rounds."""

from datetime import timedelta
from uuid import uuid4

from teamapp import clock
from teamapp.models import Assignment, Round, RoundVillage
from teamapp.recording import visits
from teamapp.recording.recorder import Entry


def visit(by, household, outcome="met", days_ago=0, people=(), dossiers=(), **more):
    """Record a visit and return its id.

    People are (resident, state) of the headline step, or what step() returns.
    """
    at = clock.now() - timedelta(days=days_ago)
    data = {"id": uuid4(), "household": household.id, "outcome": outcome, "why_unreached": "",
            "visited_at": at,
            "return_on": None, "return_part": "", "note": "", "companions": [],
            "mode": "together",
            "people": [person if isinstance(person, dict) else step(*person)
                       for person in people],
            "dossiers": [{"id": uuid4(), "resident": None, "code": "", "channel": "online",
                          "due_on": None, "procedure": "1.001193", **dossier}
                         for dossier in dossiers]} | more
    entry = Entry(uuid4(), at, data)
    with by.commune.write() as tx:
        pending = visits.validate(entry, visits.look_up([entry], by, tx.now))
        pending.receipt = tx.next_receipt()
        visits.write(tx, [pending])
    return data["id"]


def step(resident, state, kind="VNEID_2_KH", consent="yes"):
    """Return one person's part of a visit, with one step."""
    return {"id": resident.id, "consent": consent,
            "steps": [{"kind": kind, "state": state, "obstacle": "", "mode": ""}]}


def round_for(member, houses, starts=-2, ends=9, name="Đợt 4", published=True):
    """Assign households to a member in a round; `starts` and `ends` are days from today."""
    today = clock.today()
    with member.commune.write() as tx:
        made = Round.create(
            commune=member.commune, name=name, starts_on=today + timedelta(days=starts),
            ends_on=today + timedelta(days=ends), created_by=member, cursor=tx.cursor,
            published_at=tx.now if published else None)
        RoundVillage.create(round=made, village=member.village)
        for position, house in enumerate(houses):
            Assignment.create(round=made, household=house, village=member.village,
                              member=member, position=position)
    return made
