"""Envelopes: what somebody sealed at sign-out, brought by whoever holds the phone next."""

import base64
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from teamapp import clock, sealing
from teamapp.counting.reconciliation import differences
from teamapp.models import (
    Device,
    Receipt,
    RejectedEntry,
    Session,
    UndeliverableEnvelope,
    User,
    Visit,
)
from teamapp.recording import visits

from .phone import DEVICE, body, entry, helped, result, send


@pytest.fixture
def key(app):
    """Return the server's key that phones are given."""
    return app.extensions["sealing"].current


@pytest.fixture
def lans_session(cast):
    """Return a sign-in of Lan, ended when she signed out."""
    session = Session.get_by_id(Session.digest(Session.begin(cast.lan)))
    session.end()
    return session


@pytest.fixture
def letter(cast, key, lans_session):
    """Return a function that gives what a phone seals for Lan, as a dict."""

    def write(one, **more):
        return {"v": 1, "user": cast.lan.id, "device": DEVICE, "state": "waiting",
                "proof": key.proof(lans_session.id, cast.lan.id), "settled_at": None,
                "entry": one, **more}

    return write


@pytest.fixture
def sealed(key):
    """Return a function that seals a letter as a phone does."""

    def seal(letter, to=key):
        text = letter if isinstance(letter, bytes) else json.dumps(letter).encode()
        numbers = base64.urlsafe_b64decode(f"{to.public}=")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), numbers)
        whole = sealing.SUITE.encrypt(text, public, info=sealing.INFO)
        return {"id": str(uuid4()), "kid": to.kid, "sealed": base64.b64encode(whole).decode()}

    return seal


@pytest.fixture
def bring(cast, sign_in):
    """Return a function that hands in envelopes with Bình's contact and gives their statuses."""

    def hand_in(*envelopes, by=None, entries=()):
        by = by or cast.binh
        answer = send(sign_in(by), by, *entries, sealed=list(envelopes))
        assert answer.status_code == 200, answer.text
        lines = answer.json["sealed"]
        assert [line["id"] for line in lines] == [one["id"] for one in envelopes]
        return [line["status"] for line in lines]

    return hand_in


def test_what_lan_sealed_arrives_as_hers_with_another_persons_contact(cast, bring, sealed, letter):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    assert bring(sealed(letter(one))) == ["accepted"]
    [visit], [receipt] = Visit.select(), Receipt.select()
    assert visit.member == receipt.user == cast.lan
    assert str(receipt.id) == one["id"] and receipt.status == "accepted"
    assert str(receipt.device) == DEVICE and receipt.submitted_by is None
    assert differences(cast.an_phu) == []


def test_somebody_of_another_commune_may_bring_it_and_hears_nothing(cast, bring, sealed, letter):
    assert bring(sealed(letter(entry(body(cast.bre)))), by=cast.kien) == ["accepted"]
    assert Visit.get().commune == cast.an_phu


def test_it_goes_beside_the_bearers_own_entries(cast, bring, sealed, letter):
    mine = entry(body(cast.van))
    assert bring(sealed(letter(entry(body(cast.bre)))), entries=[mine]) == ["accepted"]
    assert {visit.member for visit in Visit.select()} == {cast.lan, cast.binh}


def test_brought_twice_or_sent_plainly_too_it_is_kept_once(cast, bring, sealed, letter, sign_in):
    one = entry(body(cast.bre))
    envelope = sealed(letter(one))
    assert bring(envelope, envelope) == ["accepted"] * 2
    assert bring(envelope, sealed(letter(one))) == ["accepted"] * 2
    assert result(sign_in(cast.lan), cast.lan, one)["replayed"]
    assert (Visit.select().count(), Receipt.select().count()) == (1, 1)


def test_a_refused_one_lies_in_her_inbox_and_her_phone_may_forget_it(cast, bring, sealed, letter):
    assert bring(sealed(letter(entry(body(cast.hlan))))) == ["accepted"]
    item = RejectedEntry.get()
    assert (item.user, item.village, item.code) == (cast.lan, cast.cau_van, "not_yours")
    assert list(RejectedEntry.visible_to(cast.binh)) == []


def test_what_follows_another_goes_after_it(cast, bring, sealed, letter):
    first = entry(body(cast.bre))
    second = sealed(letter(entry(body(cast.van), after=[first["id"]])))
    assert bring(second) == ["deferred"]
    assert bring(sealed(letter(first)), second) == ["accepted", "accepted"]
    assert Visit.select().count() == 2


def test_what_follows_a_refused_one_lies_in_the_inbox_too(cast, bring, sealed, letter):
    first = entry(body(cast.hlan))
    second = sealed(letter(entry(body(cast.bre), after=[first["id"]])))
    bring(sealed(letter(first)))
    assert bring(second) == ["accepted"]
    assert {item.code for item in RejectedEntry.select()} == {"not_yours", "waits_for_rejected"}


def test_a_key_that_was_replaced_still_opens(app, cast, bring, sealed, letter, key):
    newer = sealing.Key.read(sealing.new_key())
    older = sealed(letter(entry(body(cast.bre))))
    both = sealing.Keys(" ".join(map(written, (newer, key))))
    app.extensions["sealing"] = both
    assert both.current.kid == newer.kid
    proof = newer.proof(Session.get().id, cast.lan.id)
    newest = sealed(letter(entry(body(cast.van)), proof=proof), newer)
    assert bring(older, newest) == ["accepted"] * 2
    assert Visit.select().count() == 2


def written(key):
    """Return a key as the setting has it."""
    scalar = key._private.private_numbers().private_value.to_bytes(32)
    return f"{key.kid}:{base64.urlsafe_b64encode(scalar).decode()}"


def test_an_unknown_key_may_yet_come_so_the_envelope_waits(cast, bring, sealed, letter):
    elsewhere = sealing.Key.read(sealing.new_key())
    assert bring(sealed(letter(entry(body(cast.bre))), elsewhere)) == ["deferred"]
    assert not UndeliverableEnvelope.select().exists()


def tampered(envelope):
    """Return an envelope with one bit of it turned."""
    whole = bytearray(base64.b64decode(envelope["sealed"]))
    whole[-1] ^= 1
    return envelope | {"sealed": base64.b64encode(bytes(whole)).decode()}


@pytest.mark.parametrize("spoil", [
    tampered, lambda envelope: envelope | {"sealed": "no base64!"},
    lambda envelope: envelope | {"sealed": ""}, lambda envelope: envelope | {"sealed": "AAAA"}])
def test_what_cannot_be_opened_is_kept_for_the_operator(cast, bring, sealed, letter, spoil):
    envelope = spoil(sealed(letter(entry(body(cast.bre)))))
    assert bring(envelope) == bring(envelope) == ["accepted"]
    stray = UndeliverableEnvelope.get()
    assert (stray.sealed, stray.why) == (envelope["sealed"], "unreadable")
    assert stray.brought_by == cast.binh
    assert UndeliverableEnvelope.select().count() == 1 and not Receipt.select().exists()


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"{}", b'"x"', b"null", b"[" * 9999,
                                  b'{"user": 1, "device": 3, "entry": {}, "proof": 5}'])
def test_what_is_no_letter_is_kept_for_the_operator(cast, bring, sealed, text):
    assert bring(sealed(text)) == ["accepted"]
    assert UndeliverableEnvelope.get().why == "unreadable"


def test_a_letter_in_anothers_name_is_nobodys(cast, bring, sealed, letter, key):
    binhs = Session.get_by_id(Session.digest(Session.begin(cast.binh)))
    own = key.proof(binhs.id, cast.binh.id)
    elsewhere = sealing.Key.read(sealing.new_key()).proof(binhs.id, cast.lan.id)
    session, _, mac = own.split(".")
    for proof in (own, elsewhere, f"{session}.{cast.lan.id}.{mac}", "", "..", "x.1.y", "x.\u0663.y",
                  "\ud800.1.y", None, 7):
        assert bring(sealed(letter(entry(body(cast.bre)), proof=proof))) == ["accepted"]
    assert not Visit.select().exists() and not RejectedEntry.select().exists()
    assert {stray.why for stray in UndeliverableEnvelope.select()} == {"unproven"}
    assert UndeliverableEnvelope.select().count() == 10


def test_a_sign_in_that_the_restored_database_forgot_still_counts(cast, bring, sealed, letter):
    envelope = sealed(letter(entry(body(cast.bre))))
    Session.delete().execute()
    assert bring(envelope) == ["accepted"]
    assert Visit.get().member == cast.lan


def test_a_lost_phones_work_is_seen_by_the_leader_and_not_counted(
        cast, bring, sealed, letter, lans_session, sign_in):
    known = entry(body(cast.van))
    result(sign_in(cast.lan), cast.lan, known)
    lans_session.mark_lost()
    one = entry(body(cast.bre))
    assert bring(sealed(letter(one)), sealed(letter(known))) == ["accepted", "accepted"]
    assert Visit.select().count() == 1
    [item] = RejectedEntry.visible_to(cast.tu)
    assert (str(item.entry), item.code) == (one["id"], "lost_phone")
    own = result(sign_in(cast.lan), cast.lan, one)
    assert own["status"] == "accepted", "she may send it herself"


@pytest.mark.parametrize("days, code", [(90, None), (91, "closed_account")])
def test_who_left_may_hand_in_for_ninety_days(cast, bring, sealed, letter, days, code):
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    assert bring(sealed(letter(entry(body(cast.bre))))) == ["accepted"]
    assert Visit.select().count() == (0 if code else 1)
    assert [item.code for item in RejectedEntry.select()] == ([code] if code else [])


def test_an_error_of_ours_makes_it_wait_and_spares_the_bearer(
        cast, bring, sealed, letter, monkeypatch, sign_in):
    one, write = sealed(letter(entry(body(cast.bre)))), visits.write

    def broken(tx, pendings):
        if any(pending.visit["member"] == cast.lan.id for pending in pendings):
            raise RuntimeError
        write(tx, pendings)

    monkeypatch.setattr(visits, "write", broken)
    assert bring(one, entries=[entry(body(cast.van))]) == ["deferred"]
    assert Visit.get().member == cast.binh
    monkeypatch.setattr(visits, "write", write)
    assert bring(one) == ["accepted"]


def test_what_her_phone_was_said_to_hold_grows_less(cast, bring, sealed, letter, sign_in):
    send(sign_in(cast.lan), cast.lan, left={"count": 3, "oldest": clock.now().isoformat()})
    bring(sealed(letter(entry(body(cast.bre)))))
    assert Device.get(Device.user == cast.lan).left_count == 2


@pytest.mark.parametrize("wrong", [
    "text", [3], [{"id": str(uuid4())}], [{"id": "x", "kid": "a", "sealed": "AA"}],
    [{"id": str(uuid4()), "kid": "k" * 17, "sealed": "AA"}],
    [{"id": str(uuid4()), "kid": "a", "sealed": "đ"}],
    [{"id": str(uuid4()), "kid": "a", "sealed": "AA\0"}]])
def test_another_shape_is_not_understood(cast, sign_in, wrong):
    answer = send(sign_in(cast.binh), cast.binh, sealed=wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "not_understood")


def test_envelopes_and_entries_together_keep_to_the_bound(cast, sign_in, sealed):
    many = [sealed(b"x")] * 60
    answer = send(sign_in(cast.binh), cast.binh, *[entry(body(cast.bre))] * 41, sealed=many)
    assert (answer.status_code, answer.json["code"]) == (413, "too_many_entries")


def test_the_page_of_arrival_gives_key_and_proof_to_who_is_signed_in(cast, sign_in, key):
    browser = sign_in(cast.lan)
    kid, public, proof = re.search(r'data-sealing="([^"]+)"',
                                   browser.get("/arrival").text)[1].split()
    assert (kid, public) == (key.kid, key.public)
    assert key.proven(proof) == (Session.get().id, cast.lan.id)
