"""A phone for the drill: it keeps recording visits, and sends all again under a new epoch."""

import http.client
import json
import time
from uuid import uuid4

from teamapp import clock
from teamapp.models import Session

from ..sync.phone import body, entry


class Phone:
    """A member who records visits to one household."""

    def __init__(self, port, app, user, house):
        self.port, self.user, self.house = port, user.id, house
        signer = app.session_interface.get_signing_serializer(app)
        said = {"token": Session.begin(user), "_user_id": str(user.id), "_fresh": True}
        self.headers = {"Cookie": f"session={signer.dumps(said)}",
                        "Content-Type": "application/json"}
        self.device, self.epoch = str(uuid4()), ""
        self.waiting, self.accepted = [], []

    def work(self, over):
        """Record and send visits until `over` is set."""
        while not over.is_set():
            self.waiting.append(entry(body(self.house)))
            self.send()

    def send(self):
        """Send the waiting entries; under a new epoch, the accepted ones once more."""
        epoch = self.epoch
        self.post()
        if epoch not in ("", self.epoch):
            self.waiting, self.accepted = self.accepted + self.waiting, []
            self.post()

    def post(self):
        """Send at most 100 waiting entries in one batch."""
        sent = self.waiting[:100]
        answer = self.ask({
            "v": 1, "batch": str(uuid4()), "device": self.device, "user": self.user,
            "epoch": self.epoch, "sent_at": clock.now().isoformat(), "entries": sent,
            "left": {"count": 0, "oldest": None}, "sealed": []})
        accepted = {result["id"] for result in answer["results"] if result["status"] == "accepted"}
        self.accepted += [one for one in sent if one["id"] in accepted]
        self.waiting = [one for one in self.waiting if one["id"] not in accepted]
        self.epoch = answer["epoch"]

    def ask(self, batch):
        """Return the answer of /sync."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/sync", json.dumps(batch), self.headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        connection.close()
        return json.loads(said)

    def until_accepted(self, count):
        """Wait until so many of its entries are accepted."""
        deadline = time.monotonic() + 60
        while len(self.accepted) < count:
            assert time.monotonic() < deadline, f"{len(self.accepted)} of {count} accepted"
            time.sleep(0.02)
