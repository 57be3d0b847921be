"""A phone without a browser: makes visits as the form posts them, sends them to /sync."""

import gzip
import http.client
import json
import random
import time
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import brotli

from teamapp import clock
from teamapp.models import Household, Installation, Resident, User

NOTES = ("", "", "Máy cũ, hẹn con trai về làm cùng.", "Bà con hỏi thêm về sổ bảo hiểm.",
         "Chiều quay lại, sóng yếu.")


class Taken(NamedTuple):
    """The result of a batch: visits accepted, seconds it took, busy answers of the server."""

    accepted: int
    seconds: float
    busy: int


class Phone:
    """One person's phone: keeps a connection open and its cookie."""

    def __init__(self, address, cookie="", accept="br"):
        self.address, self.connection, self.timeout = address, None, 60  # seconds
        self.headers = {"Accept-Encoding": accept, "Cookie": cookie}

    def ask(self, method, path, body=None, **headers):
        """Return (status, bytes as they came, seconds to wait) of one request."""
        for again in (True, False):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
            try:
                self.connection.request(method, path, body, {**self.headers, **headers})
                answer = self.connection.getresponse()
                return answer.status, answer.read(), answer.headers.get("Retry-After")
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()  # the server let an idle connection go
                if not again:
                    raise
        return None

    def get(self, path):
        """Return the bytes of a page; it must be there."""
        status, body, _ = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}")
        return body

    def sync(self, packed):
        """Send a batch made by `batches` until it is answered, and return the result.

        A busy server is asked again after its Retry-After, as by a real phone, and the time counts.
        Raises RuntimeError at any other answer, and at a visit that is not accepted.
        """
        started, busy = time.perf_counter(), 0
        status, body, wait = self._post(packed)
        while status == 503 and wait and busy < 10:
            busy += 1
            time.sleep(float(wait))
            status, body, wait = self._post(packed)
        took = time.perf_counter() - started
        if status != 200:
            raise RuntimeError(f"/sync answered {status}")
        results = json.loads(plain(body))["results"]
        if others := [one for one in results if one["status"] != "accepted"]:
            raise RuntimeError(f"{len(others)} of {len(results)} not accepted: {others[0]}")
        return Taken(len(results), took, busy)

    def _post(self, packed):
        return self.ask("POST", "/sync", packed, **{
            "Content-Type": "application/json", "Content-Encoding": "gzip",
            "Accept": "application/json"})

    def close(self):
        """Hang up."""
        if self.connection:
            self.connection.close()
            self.connection = None


def plain(body):
    """Return a body unpacked; small ones come as they are."""
    return body if body[:1] in b"{<" else brotli.decompress(body)


class Rounds:
    """One member's outbox: invented visits at the households of their village."""

    def __init__(self, username, seed=1):
        self.draw = random.Random(seed)
        self.user = User.get(User.username == username)
        self.homes = homes_of(self.user.village_id)
        self.epoch = Installation.current_epoch()
        self.device = str(uuid4())

    def batches(self, visits, size):
        """Return so many visits as gzipped batches, as the phone would post them."""
        return self.in_batches([self.entry() for _ in range(visits)], size)

    def in_batches(self, entries, size):
        """Return entries as gzipped batches, as the phone would post them."""
        return [self.packed(entries[at:at + size], len(entries) - at - size)
                for at in range(0, len(entries), size)]

    def packed(self, entries, left=0):
        """Return one batch as it goes over the line."""
        now = clock.now().isoformat()
        batch = {"v": 1, "batch": str(uuid4()), "device": self.device, "user": self.user.id,
                "epoch": self.epoch, "sent_at": now,
                "left": {"count": max(left, 0), "oldest": now if left > 0 else None},
                "entries": entries, "sealed": []}
        return gzip.compress(json.dumps(batch, separators=(",", ":")).encode(), 6)

    def entry(self):
        """Return one entry of the outbox: a visit that met somebody and helped them."""
        back = timedelta(minutes=self.draw.randint(5, 8 * 24 * 60))
        at = clock.now() - back
        return {"id": str(uuid4()), "kind": "visits.create", "form": 1,
                "recorded_at": at.isoformat(), "after": [], "replaces": None,
                "body": urlencode(self.visit(at))}

    def correction(self, entry):
        """Return the entry that corrects one, by chance its help or its note."""
        fields = dict(parse_qsl(entry["body"], keep_blank_values=True))
        changed = self.draw.choice(({"note": "Ghi thêm."}, {"people-0-steps-0-kind": "DVCQG"}))
        fields |= {"id": str(uuid4()), "visit": fields["id"], "reason": "mistake",
                   "asked_by": "self", **changed}
        return self.change(entry, "visits.correct", fields)

    def void(self, entry):
        """Return the entry that voids what one made."""
        visit = dict(parse_qsl(entry["body"]))["id"]
        return self.change(entry, "visits.void", {"visit": visit, "reason": "not_real"})

    def change(self, entry, kind, fields):
        """Return an entry that changes what an accepted one made."""
        return entry | {"id": str(uuid4()), "kind": kind, "form": 1, "body": urlencode(fields),
                        "recorded_at": clock.now().isoformat()}

    def visit(self, at):
        """Return the fields of a visit: two people, one helped, one not yet, sometimes a note."""
        home, people = self.draw.choice(self.homes)
        fields = {"id": str(uuid4()), "household": home, "outcome": "met", "visited_at":
                  clock.local(at).strftime("%Y-%m-%dT%H:%M"), "mode": "together",
                  "note": self.draw.choice(NOTES)}
        for place, one in enumerate(people[:2]):
            step = {"kind": "VNEID_2_KH", "state": "helped"} if place == 0 else {
                "kind": "DVCQG", "state": "not_yet", "obstacle": "O01"}
            fields |= {f"people-{place}-id": one, f"people-{place}-consent": "yes"}
            fields |= {f"people-{place}-steps-0-{name}": value for name, value in step.items()}
        return fields


def homes_of(village_id):
    """Return [(household id, [resident ids])] of a village, as text."""
    rows = (Resident.select(Resident.household, Resident.id).join(Household)
            .where(Household.village == village_id)
            .order_by(Household.number, Resident.position).tuples())
    homes = {}
    for household, resident in rows:
        homes.setdefault(str(as_uuid(household)), []).append(str(resident))
    return list(homes.items())


def as_uuid(value):
    """Return a UUID, also of its bytes."""
    return value if isinstance(value, UUID) else UUID(bytes=bytes(value))
