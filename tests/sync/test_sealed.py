"""Envelopes: entries sealed at sign-out, sent by the next person who signs in on the phone."""

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
from tests.cast import set_secret

from .phone import DEVICE, body, entry, helped, result, send


@pytest.fixture
def key(app):
    """Return the sealing key the server gives to phones."""
    return app.extensions["sealing"].current


@pytest.fixture
def lans_session(cast):
    """Return an ended session of Lan."""
    session = Session.get_by_id(Session.digest(Session.begin(cast.lan)))
    session.end()
    return session


def proof_of(key, session, **more):
    """Return the proof a phone got for a session."""
    claim = sealing.Claim(session.id, session.user_id, session.created_at)
    return key.proof(claim._replace(**more))


@pytest.fixture
def letter(cast, key, lans_session):
    """Return a function that returns the plaintext a phone seals for Lan, as a dict."""

    def write(one, **more):
        return {"v": 1, "user": cast.lan.id, "device": DEVICE, "state": "waiting",
                "proof": proof_of(key, lans_session), "settled_at": None,
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
    """Return a function that sends envelopes in a batch of Bình and returns their statuses."""

    def hand_in(*envelopes, by=None, entries=()):
        by = by or cast.binh
        answer = send(sign_in(by), by, *entries, sealed=list(envelopes))
        assert answer.status_code == 200, answer.text
        lines = answer.json["sealed"]
        assert [line["id"] for line in lines] == [one["id"] for one in envelopes]
        return [line["status"] for line in lines]

    return hand_in


def test_envelope_sent_by_another_person_is_recorded_for_its_author(cast, bring, sealed, letter):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    assert bring(sealed(letter(one))) == ["accepted"]
    [visit], [receipt] = Visit.select(), Receipt.select()
    assert visit.member == receipt.user == cast.lan
    assert str(receipt.id) == one["id"] and receipt.status == "accepted"
    assert str(receipt.device) == DEVICE and receipt.submitted_by is None
    assert differences(cast.an_phu) == []


def test_person_of_another_commune_can_send_an_envelope(cast, bring, sealed, letter):
    assert bring(sealed(letter(entry(body(cast.bre)))), by=cast.kien) == ["accepted"]
    assert Visit.get().commune == cast.an_phu


def test_envelope_and_own_entries_share_a_batch(cast, bring, sealed, letter):
    mine = entry(body(cast.van))
    assert bring(sealed(letter(entry(body(cast.bre)))), entries=[mine]) == ["accepted"]
    assert {visit.member for visit in Visit.select()} == {cast.lan, cast.binh}


def test_envelope_sent_twice_or_unsealed_is_recorded_once(cast, bring, sealed, letter, sign_in):
    one = entry(body(cast.bre))
    envelope = sealed(letter(one))
    assert bring(envelope, envelope) == ["accepted"] * 2
    assert bring(envelope, sealed(letter(one))) == ["accepted"] * 2
    assert result(sign_in(cast.lan), cast.lan, one)["replayed"]
    assert (Visit.select().count(), Receipt.select().count()) == (1, 1)


def test_rejected_envelope_is_acknowledged_and_stored_for_its_author(cast, bring, sealed, letter):
    assert bring(sealed(letter(entry(body(cast.hlan))))) == ["accepted"]
    item = RejectedEntry.get()
    assert (item.user, item.village, item.code) == (cast.lan, cast.cau_van, "not_yours")
    assert list(RejectedEntry.visible_to(cast.binh)) == []


def test_envelope_is_deferred_until_its_predecessor_arrives(cast, bring, sealed, letter):
    first = entry(body(cast.bre))
    second = sealed(letter(entry(body(cast.van), after=[first["id"]])))
    assert bring(second) == ["deferred"]
    assert bring(sealed(letter(first)), second) == ["accepted", "accepted"]
    assert Visit.select().count() == 2


def test_envelope_that_follows_a_rejected_entry_is_rejected(cast, bring, sealed, letter):
    first = entry(body(cast.hlan))
    second = sealed(letter(entry(body(cast.bre), after=[first["id"]])))
    bring(sealed(letter(first)))
    assert bring(second) == ["accepted"]
    assert {item.code for item in RejectedEntry.select()} == {"not_yours", "waits_for_rejected"}


def test_replaced_key_still_opens_envelopes(app, cast, bring, sealed, letter, key):
    newer = sealing.Key.read(sealing.new_key())
    older = sealed(letter(entry(body(cast.bre))))
    both = sealing.Keys(" ".join(map(written, (newer, key))))
    app.extensions["sealing"] = both
    assert both.current.kid == newer.kid
    proof = proof_of(newer, Session.get())
    newest = sealed(letter(entry(body(cast.van)), proof=proof), newer)
    assert bring(older, newest) == ["accepted"] * 2
    assert Visit.select().count() == 2


def written(key):
    """Return a key in the format of the setting."""
    scalar = key._private.private_numbers().private_value.to_bytes(32)
    return f"{key.kid}:{base64.urlsafe_b64encode(scalar).decode()}"


def test_envelope_for_an_unknown_key_is_deferred(cast, bring, sealed, letter):
    elsewhere = sealing.Key.read(sealing.new_key())
    assert bring(sealed(letter(entry(body(cast.bre))), elsewhere)) == ["deferred"]
    assert not UndeliverableEnvelope.select().exists()


def tampered(envelope):
    """Return an envelope with one bit flipped."""
    whole = bytearray(base64.b64decode(envelope["sealed"]))
    whole[-1] ^= 1
    return envelope | {"sealed": base64.b64encode(bytes(whole)).decode()}


@pytest.mark.parametrize("spoil", [
    tampered, lambda envelope: envelope | {"sealed": "no base64!"},
    lambda envelope: envelope | {"sealed": ""}, lambda envelope: envelope | {"sealed": "AAAA"}])
def test_unreadable_envelope_is_stored_as_undeliverable(cast, bring, sealed, letter, spoil):
    envelope = spoil(sealed(letter(entry(body(cast.bre)))))
    assert bring(envelope) == bring(envelope) == ["accepted"]
    envelope_row = UndeliverableEnvelope.get()
    assert (envelope_row.sealed, envelope_row.why) == (envelope["sealed"], "unreadable")
    assert envelope_row.brought_by == cast.binh
    assert UndeliverableEnvelope.select().count() == 1 and not Receipt.select().exists()


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"{}", b'"x"', b"null", b"[" * 9999,
                                  b'{"user": 1, "device": 3, "entry": {}, "proof": 5}'])
def test_envelope_with_malformed_content_is_stored_as_undeliverable(cast, bring, sealed, text):
    assert bring(sealed(text)) == ["accepted"]
    assert UndeliverableEnvelope.get().why == "unreadable"


def test_envelope_without_proof_of_its_author_is_undeliverable(cast, bring, sealed, letter, key):
    binhs = Session.get_by_id(Session.digest(Session.begin(cast.binh)))
    own = proof_of(key, binhs)
    elsewhere = proof_of(sealing.Key.read(sealing.new_key()), binhs, user_id=cast.lan.id)
    session, user, began, mac = own.split(".")
    older = f"{session}.{user}"  # as an earlier program proved
    older += f".{key._code(older)}"
    for proof in (own, elsewhere, older, f"{session}.{cast.lan.id}.{began}.{mac}", "", "..",
                  "x.1.2.y", "x.\u0663.2.y", "\ud800.1.2.y", None, 7):
        assert bring(sealed(letter(entry(body(cast.bre)), proof=proof))) == ["accepted"]
    assert not Visit.select().exists() and not RejectedEntry.select().exists()
    assert {row.why for row in UndeliverableEnvelope.select()} == {"unproven"}
    assert UndeliverableEnvelope.select().count() == 11


def codes():
    """Return the codes of the rejected entries."""
    return [item.code for item in RejectedEntry.select()]


def recorded(cast, at):
    """Return a visit recorded at that moment."""
    return entry(body(cast.bre, at=at), recorded_at=at.isoformat())


@pytest.mark.parametrize("days, code", [(10, None), (179, None), (181, "sign_in_over")])
def test_proof_is_valid_without_its_session_row_until_it_would_have_expired(
        cast, bring, sealed, letter, key, lans_session, days, code):
    began = clock.now() - timedelta(days=days)
    proof = proof_of(key, lans_session, signed_in_at=began)
    Session.delete().execute()
    one = recorded(cast, began + timedelta(days=1))
    assert bring(sealed(letter(one, proof=proof))) == ["accepted"]
    assert Visit.select().count() == (not code) and codes() == [code] * bool(code)


def sign_out(session):
    session.end()


def expire(session):
    Session.update(seen_at=clock.now() - Session.IDLE).execute()


def grow_old(session):
    Session.update(created_at=clock.now() - Session.ABSOLUTE).execute()


def change_pin(session):
    set_secret(session.user, "258036")


def close_account(session):
    session.user.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=1)).where(User.active == False).execute()  # noqa: E712


@pytest.mark.parametrize("end", [sign_out, expire, grow_old, change_pin, close_account])
def test_envelope_recorded_after_its_sign_in_ended_is_rejected_unvalidated(
        cast, bring, sealed, letter, key, end, sign_in):
    session = Session.get_by_id(Session.digest(Session.begin(cast.lan)))
    proof, now = proof_of(key, session), clock.now()
    end(session)
    before, after = (recorded(cast, now + timedelta(days=days)) for days in (-2, 2))
    assert bring(sealed(letter(before, proof=proof)), sealed(letter(after, proof=proof))) == [
        "accepted", "accepted"]
    [visit], [item] = Visit.select(), RejectedEntry.visible_to(cast.tu)
    assert visit.visited_at < now
    assert (str(item.entry), item.code) == (after["id"], "sign_in_over")


def test_envelope_of_a_clock_five_minutes_ahead_is_accepted(cast, bring, sealed, letter):
    one, other = (recorded(cast, clock.now() + timedelta(minutes=n)) for n in (4, 7))
    bring(sealed(letter(one)), sealed(letter(other)))
    assert Visit.select().count() == 1 and codes() == ["sign_in_over"]


def test_envelope_of_a_living_sign_in_is_accepted(cast, bring, sealed, letter, key):
    session = Session.get_by_id(Session.digest(Session.begin(cast.lan)))
    bring(sealed(letter(recorded(cast, clock.now()), proof=proof_of(key, session))))
    assert Visit.select().count() == 1


@pytest.mark.parametrize("days, code", [(89, None), (91, "sign_in_over")])
def test_envelope_is_accepted_ninety_days_after_the_sign_in_ended(
        cast, bring, sealed, letter, lans_session, days, code):
    ended = clock.now() - timedelta(days=days)
    Session.update(created_at=ended - timedelta(days=9), seen_at=ended, ended_at=ended).execute()
    bring(sealed(letter(recorded(cast, ended - timedelta(days=1)))))
    assert Visit.select().count() == (not code) and codes() == [code] * bool(code)


def test_envelope_of_a_lost_phone_is_rejected_and_visible_to_the_leader(
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
    assert own["status"] == "accepted", "Lan can send it herself"


@pytest.mark.parametrize("days, code", [(90, None), (91, "closed_account")])
def test_envelope_is_accepted_ninety_days_after_the_account_closes(
        cast, bring, sealed, letter, days, code):
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    one = recorded(cast, clock.now() - timedelta(days=days))
    assert bring(sealed(letter(one))) == ["accepted"]
    assert Visit.select().count() == (not code) and codes() == [code] * bool(code)


def test_server_error_defers_only_the_envelope(
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


def test_accepted_envelope_decrements_the_devices_remaining_count(
        cast, bring, sealed, letter, sign_in):
    send(sign_in(cast.lan), cast.lan, left={"count": 3, "oldest": clock.now().isoformat()})
    bring(sealed(letter(entry(body(cast.bre)))))
    assert Device.get(Device.user == cast.lan).left_count == 2


@pytest.mark.parametrize("wrong", [
    "text", [3], [{"id": str(uuid4())}], [{"id": "x", "kid": "a", "sealed": "AA"}],
    [{"id": str(uuid4()), "kid": "k" * 17, "sealed": "AA"}],
    [{"id": str(uuid4()), "kid": "a", "sealed": "đ"}],
    [{"id": str(uuid4()), "kid": "a", "sealed": "AA\0"}]])
def test_malformed_envelope_list_gets_422(cast, sign_in, wrong):
    answer = send(sign_in(cast.binh), cast.binh, sealed=wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "not_understood")


def test_envelopes_and_entries_share_one_limit(cast, sign_in, sealed):
    many = [sealed(b"x")] * 60
    answer = send(sign_in(cast.binh), cast.binh, *[entry(body(cast.bre))] * 41, sealed=many)
    assert (answer.status_code, answer.json["code"]) == (413, "too_many_entries")


def test_arrival_page_carries_key_and_proof_of_the_session(cast, sign_in, key):
    browser = sign_in(cast.lan)
    kid, public, proof = re.search(r'data-sealing="([^"]+)"',
                                   browser.get("/arrival").text)[1].split()
    assert (kid, public) == (key.kid, key.public)
    session = Session.get()
    assert key.proven(proof) == (session.id, cast.lan.id, session.created_at)
