"""Phones and a server exchange messages in any order that Hypothesis generates.

Each recorded visit has at most one live version, however often it is resubmitted, changed and
repeated; one that a phone knows as `accepted` has exactly one, unless it was voided; no successor
is recorded without its predecessor.
"""

import json
from types import SimpleNamespace

import pytest
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from teamapp.counting.reconciliation import differences
from teamapp.db import proxy
from teamapp.models import Change, Installation, Receipt, Visit
from teamapp.recording.recorder import Rejected
from teamapp.sync.kinds import KINDS
from tests.sync.phone import batch, body, entry, helped, record_of, visits_by_entry

from .often import often

KIND = "visits.create"


class Phone:
    """A phone of one person: its entries, and the status it knows of each."""

    def __init__(self, user, browser, houses, person):
        self.user, self.browser, self.houses, self.person = user, browser, houses, person
        self.entries, self.heard, self.requests = {}, {}, []
        self.changed = {}  # of a change: the entry that made what it changes
        self.epoch = Installation.current_epoch()

    def record(self, said, **more):
        """Store an entry in the outbox."""
        one = entry(said, **more)
        self.entries[one["id"]], self.heard[one["id"]] = one, "waiting"

    def waiting(self):
        """Return the waiting entries in the order they were recorded."""
        return [one for id, one in self.entries.items() if self.heard[id] == "waiting"]

    def send(self, entries, is_lost):
        """Send entries; the response may be lost."""
        self.requests.append(json.dumps(batch(self.user, entries)))
        self.ask(len(self.requests) - 1, is_lost)

    def ask(self, number, is_lost):
        """Repeat an earlier request byte for byte."""
        answer = self.browser.post("/sync", data=self.requests[number],
                                   content_type="application/json")
        assert answer.status_code == 200
        if not is_lost:
            self.meet(answer.json["epoch"])
        for line in () if is_lost else answer.json["results"]:
            self.hear(**line)

    def fetch_pages(self):
        """Learn the epoch of the database from the header of a pack."""
        self.meet(Installation.current_epoch())

    def meet(self, epoch):
        """Set accepted entries to waiting when the epoch of the database has changed."""
        if epoch != self.epoch:
            self.epoch = epoch
            self.heard |= {id: "waiting" for id, heard in self.heard.items() if heard == "accepted"}

    def hear(self, id, status, code=None, **_more):
        """Store the status of an entry; `accepted` is final."""
        assert code != "internal"
        assert self.heard[id] != "accepted" or status == "accepted"
        if self.heard[id] != "resubmitted":
            self.heard[id] = {"deferred": "waiting"}.get(status, status)
        old = self.entries[id]["replaces"] if status == "accepted" else None
        while old:  # its successors follow its resubmission
            for one in self.entries.values():
                one["after"] = [id if link == old else link for link in one["after"]]
            old = self.entries[old]["replaces"]

    def last(self, id):
        """Return the last resubmission of an entry, or the entry."""
        while successor := next((one["id"] for one in self.entries.values()
                                 if one["replaces"] == id), None):
            id = successor
        return id

    def root(self, id):
        """Return the first entry of a chain of resubmissions and changes."""
        while older := self.entries[id]["replaces"] or self.changed.get(id):
            id = older
        return id


PHONE, PICK = some.integers(0, 1), some.integers(0, 10**6)


class Field(RuleBasedStateMachine):
    """Two phones of two communes, and their server."""

    def __init__(self, cast, sign_in, undone):
        super().__init__()
        self.example = undone()
        self.example.__enter__()
        self.communes = cast.an_phu, cast.binh_loc
        self.phones = (
            Phone(cast.lan, sign_in(cast.lan), [cast.bre, cast.van, cast.hoa],
                  cast.resident("Thị Rin")),
            Phone(cast.kien, sign_in(cast.kien), [cast.kin], cast.resident("Giàng A Kín")))
        self.backup = proxy.obj.savepoint()
        self.backup.__enter__()
        self.whole = KINDS[KIND]
        recorder = SimpleNamespace(**vars(self.whole.recorder) | {"validate": self.reject_people})
        KINDS[KIND] = self.whole._replace(recorder=recorder)

    def reject_people(self, form, lookup):
        """Reject entries that name a person, as a faulty server would."""
        if form.data["people"]:
            raise Rejected("unknown_resident", "people-0-id")
        return self.whole.recorder.validate(form, lookup)

    @rule(phone=PHONE, pick=PICK, outcome=some.sampled_from(["met", "absent", "later"]),
          links=some.lists(PICK, max_size=2))
    def record(self, phone, pick, outcome, links):
        """Record a visit; `later` without a day is invalid."""
        phone = self.phones[phone]
        known = list(phone.entries)
        phone.record(self.said(phone, pick, outcome),
                     after=[known[link % len(known)] for link in links] if known else [])

    def said(self, phone, pick, outcome, **more):
        """Return the body of a visit."""
        people = [helped(phone.person)] if outcome == "met" else []
        return body(phone.houses[pick % len(phone.houses)], *people, outcome=outcome, **more)

    @rule(phone=PHONE, pick=PICK, outcome=some.sampled_from(["met", "absent", "later"]))
    def resubmit(self, phone, pick, outcome):
        """Resubmit a rejected entry, valid or not; two tabs may both do it."""
        phone = self.phones[phone]
        rejected = [id for id, heard in phone.heard.items() if heard in ("rejected", "resubmitted")
                    and phone.entries[id]["kind"] == KIND]
        if rejected:
            old = phone.last(rejected[pick % len(rejected)])
            phone.heard[old] = "resubmitted"
            phone.record(self.said(phone, pick, outcome, id=record_of(phone.entries[old])),
                         replaces=old,
                         after=phone.entries[old]["after"])

    @rule(phone=PHONE, pick=PICK, outcome=some.sampled_from(["met", "absent", ""]))
    def change(self, phone, pick, outcome):
        """Correct or void what an entry makes, sent or not; two changes may name one version."""
        phone = self.phones[phone]
        targets = [id for id, one in phone.entries.items() if one["kind"] != "visits.void"]
        if targets:
            target = targets[pick % len(targets)]
            said = f"visit={record_of(phone.entries[target])}&reason=mistake"
            if outcome:
                said = f"{self.said(phone, pick, outcome)}&{said}&asked_by=self"
            phone.record(said, kind="visits.correct" if outcome else "visits.void", after=[target])
            phone.changed[[*phone.entries][-1]] = target

    @rule(phone=PHONE, is_lost=some.booleans(), order=some.randoms(use_true_random=False))
    def send(self, phone, is_lost, order):
        """Send some of the waiting entries in any order."""
        entries = self.phones[phone].waiting()
        order.shuffle(entries)
        self.phones[phone].send(entries[:order.randint(1, 9)], is_lost)

    @rule(phone=PHONE, is_lost=some.booleans())
    def try_again(self, phone, is_lost):
        """Send rejected entries again: the server may be fixed by now."""
        phone = self.phones[phone]
        phone.send([phone.entries[id] for id, heard in phone.heard.items()
                    if heard == "rejected"], is_lost)

    @rule(phone=PHONE, pick=PICK, is_lost=some.booleans())
    def repeat(self, phone, pick, is_lost):
        """Repeat an old request."""
        phone = self.phones[phone]
        if phone.requests:
            phone.ask(pick % len(phone.requests), is_lost)

    @rule()
    def fix_the_server(self):
        """Validate correctly from now on."""
        KINDS[KIND] = self.whole

    @rule()
    def back_up(self):
        """Set the state that a restore returns to."""
        self.backup.commit()

    @rule()
    def restore(self):
        """Roll back to the backup and renew the epoch."""
        self.backup.rollback()
        Installation.renew_epoch()

    @rule(phone=PHONE)
    def fetch_pages(self, phone):
        """Fetch a pack."""
        self.phones[phone].fetch_pages()

    @invariant()
    def every_effect_has_one_receipt_and_one_entry(self):
        versions = visits_by_entry()
        voids = Change.select().where(Change.correction.is_null())
        made = {entry: visit.member_id for entry, visit in versions.items()} | {
            str(void.id): void.by_id for void in voids}
        live = {entry for entry, visit in versions.items() if visit.is_live}
        receipts = {str(id): status for id, status in
                    Receipt.select(Receipt.id, Receipt.status).tuples()}
        accepted = {id for id, status in receipts.items() if status == "accepted"}
        assert made.keys() == accepted
        epoch = Installation.current_epoch()
        for phone in self.phones:
            self.check(phone, made, live, receipts, knows_all=phone.epoch == epoch)
        assert len(made) == sum(id in phone.entries for id in made for phone in self.phones)

    def check(self, phone, made, live, receipts, knows_all):
        """Assert that the entries of a phone match versions, voids and receipts."""
        counted = [phone.root(id) for id in phone.entries if id in live]
        assert len(counted) == len(set(counted)), "one visit was counted twice"
        roots = {phone.root(id) for id in phone.entries if id in made}
        voided = {phone.root(id) for id, one in phone.entries.items()
                  if id in made and one["kind"] == "visits.void"}
        assert roots <= {*counted, *voided}, "a visit that nobody voided is not counted"
        for id, one in phone.entries.items():
            if id in made:
                assert made[id] == phone.user.id
                assert all(receipts.get(link) == "settled" or phone.root(link) in roots
                           for link in one["after"])
            if phone.heard[id] == "accepted" and knows_all:
                assert phone.root(id) in roots

    @invariant()
    def tallies_equal_the_facts(self):
        assert [differences(commune) for commune in self.communes] == [[], []]

    def teardown(self):
        """Fix the server, send all waiting entries and check that every valid one is recorded."""
        try:
            self.fix_the_server()
            for phone in self.phones:
                phone.fetch_pages()
                for _ in range(len(phone.entries) + 1):
                    phone.send(phone.waiting(), is_lost=False)
                assert all(self.is_blocked(phone, one) for one in phone.waiting())
            self.every_effect_has_one_receipt_and_one_entry()
        finally:
            KINDS[KIND] = self.whole
            self.example.__exit__(None, None, None)

    def is_blocked(self, phone, one):
        """Return whether an entry waits for one that is not accepted."""
        return any(phone.heard[link] != "accepted" for link in one["after"])


@pytest.fixture
def field(cast, sign_in, undone):
    """Return a factory of state machines."""
    return lambda: Field(cast, sign_in, undone)


def test_any_order_of_events_loses_nothing_and_counts_nothing_twice(field):
    run_state_machine_as_test(field, settings=often(10, 500, stateful_step_count=30))


@pytest.fixture
def server(field):
    """Return a state machine whose server rejects entries with residents until it is fixed."""
    made = field()
    yield made
    made.teardown()


def test_second_resubmission_settles_the_original_entry(server):
    lan = server.phones[0]
    lan.record(body(lan.houses[0], outcome="later"))
    first, = lan.entries
    lan.record(body(lan.houses[1], outcome="absent"), after=[first])
    lan.send([lan.entries[first]], is_lost=False)
    for outcome in ("later", "absent"):
        lan.record(body(lan.houses[0], outcome=outcome), replaces=[*lan.entries][-1]
                   if outcome == "absent" else first)
        lan.send([lan.entries[[*lan.entries][-1]]], is_lost=False)
    lan.send(lan.waiting(), is_lost=False)
    assert lan.heard[[*lan.entries][1]] == "accepted", "it follows the resubmitted entry"
    lan.ask(0, is_lost=False)
    assert lan.heard[first] == "accepted" and Visit.select().count() == 2


def test_original_entry_sent_again_after_a_server_fix_is_not_counted_twice(server):
    lan = server.phones[0]
    lan.record(server.said(lan, 0, "met"))
    for outcome in ("later", "absent"):
        lan.send(lan.waiting(), is_lost=False)
        lan.record(server.said(lan, 0, outcome), replaces=[*lan.entries][-1])
    lan.send(lan.waiting(), is_lost=False)
    server.fix_the_server()
    lan.ask(0, is_lost=False)
    assert Visit.select().count() == 1


def test_second_resubmission_corrects_the_original_entry_that_is_accepted(server):
    lan = server.phones[0]
    lan.record(server.said(lan, 0, "met"))
    for outcome in ("later", "absent"):
        lan.send(lan.waiting(), is_lost=False)
        lan.record(server.said(lan, 0, outcome), replaces=[*lan.entries][-1])
    server.fix_the_server()
    lan.ask(0, is_lost=True)
    lan.send(lan.waiting(), is_lost=False)
    assert [visit.outcome for visit in Visit.live()] == ["absent"]
    assert Change.get().reason == "mistake" and Visit.select().count() == 2


def test_phone_sends_lost_entries_and_their_successors_after_a_restore(server):
    lan = server.phones[0]
    lan.record(server.said(lan, 0, "met"))
    first, = lan.entries
    lan.send(lan.waiting(), is_lost=False)
    server.resubmit(0, 0, "absent")
    lan.record(server.said(lan, 1, "absent"), after=[first])
    lan.send(lan.waiting(), is_lost=False)
    assert Visit.select().count() == 2
    server.restore()
    assert Visit.select().count() == 0 and not lan.waiting()
    lan.fetch_pages()
    lan.send(lan.waiting(), is_lost=False)
    assert Visit.select().count() == 2 and not lan.waiting()
