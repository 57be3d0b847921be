"""Builders of entries and batches, sent as docs/sync-protocol.md specifies."""

import gzip
import json
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

from teamapp import clock
from teamapp.models import Installation, Receipt, Visit

DEVICE = "0f4f3c1e-6f0e-4f5c-9a53-0a3c5a1a2b3c"


def local(moment):
    """Return a moment in the format of a form's datetime-local field."""
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M")


def body(house, *people, outcome="met", at=None, **more):
    """Return the urlencoded body of a visit form."""
    fields = {"id": uuid4(), "household": house.id, "outcome": outcome,
              "visited_at": local(at or clock.now())}
    for place, (id, consent, steps) in enumerate(people):
        fields |= {f"people-{place}-id": id or "", f"people-{place}-consent": consent}
        for number, (kind, state, extra) in enumerate(steps):
            name = f"people-{place}-steps-{number}"
            fields |= {f"{name}-kind": kind, f"{name}-state": state}
            fields |= {f"{name}-{key}": value for key, value in extra.items()}
    return urlencode(fields | more)


def record_of(one):
    """Return the id, as text, of the record an entry creates."""
    return parse_qs(one["body"])["id"][0]


def visits_by_entry():
    """Return {entry id: visit} of all visits, each under the entry that was accepted for it."""
    accepted = Receipt.select().where(Receipt.status == "accepted")
    entries = {(row.commune_id, row.number): str(row.id) for row in accepted}
    return {entries[visit.commune_id, visit.receipt]: visit for visit in Visit.select()}


def helped(resident, kind="VNEID_2_KH", consent="yes", mode="together"):
    """Return a person helped with one step, for body()."""
    return resident and resident.id, consent, [(kind, "helped", {"mode": mode})]


def entry(said, **more):
    """Return an entry of the outbox."""
    return {"id": str(uuid4()), "kind": "visits.create", "form": 1,
            "recorded_at": clock.now().isoformat(), "after": [], "replaces": None,
            "body": said, **more}


def batch(user, entries, **more):
    """Return the JSON body of a POST /sync."""
    return {"v": 1, "batch": str(uuid4()), "device": DEVICE, "user": user.id,
            "epoch": Installation.current_epoch(), "sent_at": clock.now().isoformat(),
            "left": {"count": len(entries), "oldest": clock.now().isoformat()},
            "entries": entries, "sealed": [], **more}


def send(client, user, *entries, packed=False, **more):
    """Post a batch and return the response."""
    said = json.dumps(batch(user, list(entries), **more)).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    return client.post("/sync", data=gzip.compress(said) if packed else said,
                       content_type="application/json", headers=headers)


def result(client, user, one, **more):
    """Send one entry and return the one result."""
    answer = send(client, user, one, **more)
    assert answer.status_code == 200, answer.data
    [only] = answer.json["results"]
    assert only["id"] == one["id"]
    return only
