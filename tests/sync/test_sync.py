"""POST /sync, case by case as docs/sync-protocol.md specifies it."""

import gzip
import json
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import (
    Change,
    Consent,
    Device,
    Dossier,
    ProcessingFailure,
    Receipt,
    RejectedEntry,
    Step,
    Tally,
    Visit,
)
from teamapp.recording import visits

from ..queries import counted, ways
from ..text.test_text import SPELLINGS
from .phone import DEVICE, batch, body, entry, helped, local, record_of, result, send


def visits_counted():
    """Return the cumulative tally of visits."""
    return Tally.select(Tally.count).where(Tally.indicator == "visits", Tally.village_id == 0,
                                           Tally.period == "A").scalar() or 0


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return sign_in(cast.lan)


def test_accepted_visit_gets_the_next_receipt_number(cast, lan):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    assert result(lan, cast.lan, one) == {"id": one["id"], "status": "accepted", "receipt": 1,
                                          "replayed": False, "flag": None}
    two = entry(body(cast.van, outcome="absent"))
    assert result(lan, cast.lan, two)["receipt"] == 2
    assert Visit.get_by_id(UUID(record_of(one))).receipt == 1
    assert differences(cast.an_phu) == []


def test_response_names_batch_version_time_and_epoch(cast, lan):
    sent = batch(cast.lan, [])
    answer = lan.post("/sync", json=sent)
    assert answer.json["v"] == 1
    assert answer.json["batch"] == sent["batch"]
    assert answer.json["epoch"] == sent["epoch"]
    assert answer.json["server_time"].endswith("+00:00")


def test_receipt_of_another_commune_does_not_overwrite_an_existing_one(cast, lan):
    one = entry(body(cast.bre, outcome="absent"))
    assert result(lan, cast.lan, one)["status"] == "accepted"
    [receipt] = Receipt.select()
    theirs = Receipt(**{**receipt.__data__, "user": cast.kien.id, "commune": cast.binh_loc.id,
                        "status": "rejected", "number": None})
    Receipt.write([theirs])
    assert Receipt.get() == receipt and Receipt.get().status == "accepted"
    assert result(lan, cast.lan, one)["replayed"]


def test_entry_sent_twice_is_recorded_once(cast, lan):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    first = result(lan, cast.lan, one)
    assert result(lan, cast.lan, one) == first | {"replayed": True}
    assert (Visit.select().count(), visits_counted()) == (1, 1)


def test_entry_twice_in_one_batch_is_recorded_once(cast, lan):
    one = entry(body(cast.bre))
    answer = send(lan, cast.lan, one, one).json["results"]
    assert [row["replayed"] for row in answer] == [False, True]
    assert answer[0]["receipt"] == answer[1]["receipt"]
    assert Visit.select().count() == 1


def test_gzipped_batch_is_accepted(cast, lan):
    answer = send(lan, cast.lan, entry(body(cast.bre)), packed=True)
    assert answer.json["results"][0]["status"] == "accepted"


def test_reused_id_with_another_body_is_rejected_and_stored(cast, lan):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    answer = result(lan, cast.lan, one | {"body": body(cast.bre, outcome="absent")})
    assert (answer["status"], answer["code"]) == ("rejected", "id_reused")
    assert Visit.get().outcome == "met"
    assert "outcome=absent" in RejectedEntry.get().body
    assert Receipt.get().status == "accepted"


def test_id_of_another_person_is_rejected_without_details(cast, lan, sign_in):
    one = entry(body(cast.bre, note="dặn riêng"))
    result(lan, cast.lan, one)
    answer = result(sign_in(cast.binh), cast.binh, one)
    assert (answer["status"], answer["code"]) == ("rejected", "id_reused")
    assert "receipt" not in answer


def test_copy_of_a_rejected_entry_by_another_person_is_stored_separately(
        cast, lan, sign_in):
    one = entry(body(cast.hlan))
    assert result(lan, cast.lan, one)["code"] == "not_yours"
    before = RejectedEntry.select().dicts().get()
    for user in (cast.kien, cast.binh, cast.kien):
        assert result(sign_in(user), user, one)["code"] == "id_reused"
    assert RejectedEntry.select().where(RejectedEntry.user == cast.lan).dicts().get() == before
    others = RejectedEntry.select().where(RejectedEntry.user != cast.lan)
    assert sorted((item.user.name, item.commune, item.code) for item in others) == sorted([
            (cast.kien.name, cast.binh_loc, "id_reused"),
            (cast.binh.name, cast.an_phu, "id_reused")])


def test_rejected_entry_is_validated_again_after_a_server_fix(cast, lan):
    one = entry(body(cast.hlan))
    assert result(lan, cast.lan, one)["code"] == "not_yours"
    assert result(lan, cast.lan, one)["code"] == "not_yours"
    assert RejectedEntry.select().count() == 1
    cast.lan.move_to(cast.da_xanh, clock.today())
    assert result(lan, cast.lan, one)["status"] == "accepted"
    assert RejectedEntry.get().settled_at
    assert Receipt.get().status == "accepted"


def test_resubmission_settles_the_rejected_entry(cast, lan):
    bad = entry(body(cast.bre, outcome="later"))
    assert result(lan, cast.lan, bad)["status"] == "rejected"
    good = entry(body(cast.bre, outcome="absent"), replaces=bad["id"])
    number = result(lan, cast.lan, good)["receipt"]
    assert Receipt.get_by_id(bad["id"].replace("-", "")).status == "settled"
    late = result(lan, cast.lan, bad)
    assert (late["status"], late["replayed"]) == ("accepted", True)
    assert late["receipt"] == number
    assert Visit.select().count() == 1


def test_invalid_entry_behind_its_resubmission_is_settled_with_it(cast, lan):
    """As if each came in a batch of its own: a run does not validate what it has settled."""
    bad = entry(body(cast.bre, outcome="met", return_on="2000-01-01"))
    good = entry(body(cast.bre, outcome="absent"), replaces=bad["id"])
    answers = send(lan, cast.lan, good, bad).json["results"]
    assert [answer["status"] for answer in answers] == ["accepted", "accepted"]
    assert Visit.select().count() == 1 and not RejectedEntry.select().exists()


def test_resubmission_of_an_accepted_entry_is_its_correction(cast, lan):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    resubmission = entry(body(cast.bre, outcome="absent", id=record_of(one)), replaces=one["id"])
    answer = result(lan, cast.lan, resubmission)
    assert (answer["status"], answer["flag"]) == ("accepted", None)
    assert [(str(visit.id), str(visit.root_id), visit.outcome) for visit in Visit.live()] == [
        (resubmission["id"], record_of(one), "absent")]
    assert Change.get().reason == "mistake" and differences(cast.an_phu) == []


@pytest.mark.parametrize("is_together", [True, False])
def test_entry_that_arrives_after_its_resubmission_is_settled_by_it(cast, lan, is_together):
    late = entry(body(cast.bre))
    resubmission = entry(body(cast.bre, outcome="absent"), replaces=late["id"])
    child = entry(body(cast.van), after=[late["id"]])
    rows = send(lan, cast.lan, resubmission, late, child).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in (resubmission, late, child)]
    assert [(row["status"], row["receipt"], row["replayed"]) for row in rows] == [
        ("accepted", 1, False), ("accepted", 1, True), ("accepted", 2, False)]
    assert Visit.select().count() == 2 and differences(cast.an_phu) == []


@pytest.mark.parametrize("is_together", [True, False])
def test_invalid_entry_that_arrives_after_its_resubmission_is_settled(cast, lan, is_together):
    wrong = entry(body(cast.bre, outcome="later"))
    resubmission = entry(body(cast.bre, outcome="absent"), replaces=wrong["id"])
    for some in [[resubmission, wrong]] if is_together else [[resubmission], [wrong]]:
        send(lan, cast.lan, *some)
    assert result(lan, cast.lan, wrong)["receipt"] == 1
    assert not RejectedEntry.open_count(cast.lan)


@pytest.mark.parametrize("is_together", [True, False])
def test_one_of_two_resubmissions_of_an_unknown_entry_is_accepted(cast, lan, is_together):
    resubmissions = [entry(body(cast.bre, outcome=outcome), replaces=str(uuid4()))
             for outcome in ("absent", "met")]
    resubmissions[1]["replaces"] = resubmissions[0]["replaces"]
    rows = send(lan, cast.lan, *resubmissions).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in resubmissions]
    assert [(row["status"], row.get("code")) for row in rows] == [("accepted", None)] * 2
    assert [visit.outcome for visit in Visit.live()] == ["met"] and differences(cast.an_phu) == []


@pytest.mark.parametrize("is_together", [True, False])
def test_resubmissions_of_an_accepted_entry_correct_one_another(cast, lan, is_together):
    chain = [entry(body(cast.bre))]
    for _ in range(2):
        chain.append(entry(body(cast.bre, outcome="absent", id=record_of(chain[0])),
                           replaces=chain[-1]["id"]))
    rows = send(lan, cast.lan, *chain).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in chain]
    assert [row.get("code") for row in rows] == [None, None, None]
    assert [(str(visit.id), str(visit.corrects_id)) for visit in Visit.live()] == [
        (chain[2]["id"], chain[1]["id"])]
    assert Visit.select().count() == 3 and differences(cast.an_phu) == []


def test_rejected_predecessors_get_the_receipt_of_their_resubmission(cast, lan):
    rin = cast.resident("Thị Rin")
    chain = [entry(body(cast.bre, helped(rin, consent="")))]
    chain.append(entry(chain[0]["body"], replaces=chain[0]["id"]))
    assert {row["code"] for row in send(lan, cast.lan, *chain).json["results"]} == {
        "consent_missing"}
    resubmission = entry(body(cast.bre, helped(rin)), replaces=chain[1]["id"])
    rows = send(lan, cast.lan, resubmission, *chain).json["results"]
    assert [(row["status"], row["receipt"]) for row in rows] == [("accepted", 1)] * 3


def test_rejected_resubmission_still_links_its_predecessor_to_its_successor(cast, lan):
    chain = [entry(body(cast.bre))]
    for outcome in ("later", "absent"):
        chain.append(entry(body(cast.bre, outcome=outcome), replaces=chain[-1]["id"]))
    for some in (chain[1:], chain[:1], chain[1:2]):  # the original entry comes last
        rows = send(lan, cast.lan, *some).json["results"]
        assert (rows[-1]["status"], rows[-1]["receipt"]) == ("accepted", 1)
    assert Visit.select().count() == 1


def test_resubmission_by_another_person_settles_nothing(cast, lan, sign_in):
    one = entry(body(cast.bre))
    resubmission = entry(body(cast.bre, outcome="absent"), replaces=one["id"])
    assert result(sign_in(cast.binh), cast.binh, resubmission)["status"] == "accepted"
    assert result(lan, cast.lan, one)["receipt"] == 2
    assert Visit.select().count() == 2


@pytest.mark.parametrize("house", ["bre", "hlan"])
def test_resubmission_settles_an_entry_rejected_for_a_reused_id(
        cast, lan, sign_in, house):
    first = entry(body(getattr(cast, house)))
    result(sign_in(cast.binh), cast.binh, first)
    assert result(lan, cast.lan, first)["code"] == "id_reused"
    successor = entry(body(cast.bre), replaces=first["id"])
    assert result(lan, cast.lan, successor)["status"] == "accepted"
    assert not RejectedEntry.open_count(cast.lan)
    assert RejectedEntry.open_count(cast.binh) == (house == "hlan")


def test_entry_is_deferred_until_its_predecessor_arrives(cast, lan):
    first = entry(body(cast.bre))
    second = entry(body(cast.bre, outcome="absent"), after=[first["id"]])
    answer = result(lan, cast.lan, second)
    assert answer == {"id": second["id"], "status": "deferred", "code": "waits_for",
                      "for": first["id"], "after_s": 60}
    assert not Receipt.select().exists()
    rows = send(lan, cast.lan, first, second).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "accepted"]


def test_entry_follows_the_resubmission_of_its_predecessor(cast, lan):
    bad = entry(body(cast.bre, outcome="later"))
    child = entry(body(cast.bre, outcome="absent"), after=[bad["id"]])
    rows = send(lan, cast.lan, bad, child).json["results"]
    assert [row["status"] for row in rows] == ["rejected", "deferred"]
    rows = send(lan, cast.lan, entry(body(cast.bre), replaces=bad["id"]), child).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "accepted"]


def test_rejected_entry_does_not_block_the_others(cast, lan):
    rows = send(lan, cast.lan, entry(body(cast.bre)), entry(body(cast.kin)),
                entry(body(cast.van))).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "rejected", "accepted"]
    assert [row.get("receipt") for row in rows] == [1, None, 2]


@pytest.mark.parametrize("answer", ["yes", ""])
def test_consent_in_a_rejected_entry_applies_to_no_other_entry(cast, lan, answer):
    rin = cast.resident("Thị Rin")
    wrong = entry(body(cast.bre, helped(rin, kind="NONE")))
    right = entry(body(cast.bre, helped(rin, consent=answer)))
    rows = send(lan, cast.lan, wrong, right).json["results"]
    assert [row.get("code") for row in rows] == [
        "unknown_account_kind", None if answer else "consent_missing"]
    assert [consent.resident for consent in Consent.select()] == [rin] * bool(answer)
    assert [step.resident for step in Step.select()] == [rin] * bool(answer)


def test_rejection_names_the_invalid_field_and_a_reason(cast, lan):
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at="hôm qua")))
    assert answer["code"] == "invalid"
    assert list(answer["fields"]) == ["visited_at"]
    assert answer["reason"]


def test_household_of_another_commune_is_rejected_like_a_missing_one(cast, lan):
    class Nowhere:
        id = uuid4()
    foreign = result(lan, cast.lan, entry(body(cast.kin)))
    missing = result(lan, cast.lan, entry(body(Nowhere)))
    assert {**foreign, "id": 0} == {**missing, "id": 0}


def test_unknown_kind_is_stored_and_newer_form_is_deferred(cast, lan):
    unknown = entry(body(cast.bre), kind="visits.dream")
    assert result(lan, cast.lan, unknown)["code"] == "unknown_kind"
    assert RejectedEntry.get().kind == "visits.dream"
    newer = result(lan, cast.lan, entry(body(cast.bre), form=3))
    assert (newer["status"], newer["code"]) == ("deferred", "server_older")


def test_digits_of_an_id_number_are_masked(cast, lan):
    result(lan, cast.lan, entry(body(cast.kin, note="số 079185001234 của bà")))
    assert "079185001234" not in RejectedEntry.get().body
    answer = result(lan, cast.lan, entry(body(cast.bre, note="số 079185001234 của bà")))
    assert answer["status"] == "accepted"
    assert "079185001234" not in Visit.get().note
    assert Visit.get().note.startswith("số ")


@pytest.mark.parametrize("where, field", [
    ("twice in the body", "dossiers-1-id"), ("a visit elsewhere", "id"),
    ("a dossier elsewhere", "dossiers-0-id"), ("a visit in the batch", "id")])
def test_id_used_twice_is_named_at_once(cast, lan, sign_in, where, field):
    ids = [str(uuid4()) for _ in range(3)]

    def said(house, visit, *dossiers):
        return entry(body(house, id=visit, **{
            f"dossiers-{place}-{name}": value for place, id in enumerate(dossiers)
            for name, value in (("id", id), ("procedure", "1.001193"), ("channel", "online"))}))

    first = said(cast.kin, ids[0], ids[1])
    assert result(sign_in(cast.kien), cast.kien, first)["status"] == "accepted"
    own = str(uuid4())
    bad = {"twice in the body": said(cast.bre, own, ids[2], ids[2]),
           "a visit elsewhere": said(cast.bre, ids[0]),
           "a dossier elsewhere": said(cast.bre, own, ids[1]),
           "a visit in the batch": said(cast.bre, own)}[where]
    good = said(cast.van, own if where == "a visit in the batch" else str(uuid4()))
    lines = send(lan, cast.lan, good, bad).json["results"]
    assert [line["status"] for line in lines] == ["accepted", "rejected"]
    assert (lines[1]["code"], [*lines[1]["fields"]]) == ("id_taken", [field])
    assert not ProcessingFailure.select().exists()


NOTE = "CCCD 0990 0000 0001, gọi 0300000001 15 giờ"
MASKED_NOTE = "CCCD •••• •••• ••••, gọi 0300000001 15 giờ"


@pytest.mark.parametrize("kind", ["visits.create", "visits.dream"])
def test_rejected_body_is_masked_in_its_texts_and_keeps_its_ids(cast, lan, kind):
    house = "8c1f0a52-6c3c-4b0e-9d0a-099000000001"
    said = body(cast.bre, note=NOTE, household=house, outcome="absent")
    result(lan, cast.lan, entry(said, kind=kind))
    assert parse_qs(RejectedEntry.get().body) == parse_qs(said) | {"note": [MASKED_NOTE]}


def test_rejected_body_without_an_id_number_is_stored_as_it_was_sent(cast, lan):
    said = body(cast.kin, note="vay 100.000.000 đồng").replace("%20", "+") + "&x"
    result(lan, cast.lan, entry(said))
    assert RejectedEntry.get().body == said


def test_server_error_defers_an_entry_and_rejects_it_the_fifth_time(cast, lan, monkeypatch):
    one, other = entry(body(cast.bre)), entry(body(cast.van))
    count = visits.count

    def stumble(tx, pendings):
        if any(one.visit["household"] == cast.bre.id for one in pendings):
            raise ZeroDivisionError
        count(tx, pendings)

    monkeypatch.setattr(visits, "count", stumble)
    rows = send(lan, cast.lan, one, other).json["results"]
    assert [(row["status"], row.get("code")) for row in rows] == [("deferred", "internal"),
                                                                 ("accepted", None)]
    for _ in range(3):
        assert result(lan, cast.lan, one)["status"] == "deferred"
    fifth = result(lan, cast.lan, one)
    assert (fifth["status"], fifth["code"]) == ("rejected", "internal")
    assert ProcessingFailure.get().times == 5
    assert RejectedEntry.get().code == "internal"
    monkeypatch.undo()
    assert result(lan, cast.lan, one)["status"] == "accepted"
    assert differences(cast.an_phu) == []


def test_effect_and_receipt_are_written_atomically(cast, lan, monkeypatch):
    monkeypatch.setattr("teamapp.models.Receipt.write", lambda rows: 1 / 0)
    answer = send(lan, cast.lan, entry(body(cast.bre)))
    assert answer.json["results"][0]["status"] == "deferred"
    assert not Visit.select().exists()
    assert visits_counted() == 0


def test_dossier_is_recorded_with_its_visit(cast, lan):
    id = str(uuid4())
    said = body(cast.bre, helped(cast.resident("Thị Rin")), **{
        "dossiers-0-id": id, "dossiers-0-resident": cast.resident("Thị Rin").id,
        "dossiers-0-procedure": "1.001193", "dossiers-0-channel": "online",
        "dossiers-0-code": "000.00.22.H17-261121-0007", "dossiers-0-due_on": "2026-12-01"})
    assert result(lan, cast.lan, entry(said))["status"] == "accepted"
    assert str(Dossier.get().id) == id
    again = result(lan, cast.lan, entry(said))
    assert again["status"] != "accepted"
    assert Visit.select().count() == 1


def test_batch_records_the_device_and_its_remaining_count(cast, lan):
    send(lan, cast.lan, left={"count": 7, "oldest": "2026-11-20T07:40:00+07:00"})
    device = Device.get()
    assert (str(device.id), device.user_id, device.left_count) == (DEVICE, cast.lan.id, 7)


@pytest.mark.parametrize(("said", "believed"), [
    (5000, 5000), (1_000_000, 5000), (10 ** 30, 5000), (-3, 0), (True, 0), ("9", 0), (None, 0)])
def test_remaining_count_is_believed_up_to_5000(cast, lan, said, believed):
    assert send(lan, cast.lan, left={"count": said}).status_code == 200
    assert Device.get().left_count == believed


def test_only_the_ten_phones_heard_last_of_a_person_are_remembered(cast, lan, sign_in, later):
    send(sign_in(cast.binh), cast.binh, left={"count": 1})
    phones = [str(uuid4()) for _ in range(12)]
    for place, device in enumerate([*phones[:3], phones[0], *phones[3:]]):
        send(lan, cast.lan, device=device, left={"count": place})
        later(minutes=1)
    kept = {str(device.id) for device in Device.select().where(Device.user == cast.lan)}
    assert kept == {phones[0], *phones[3:]}
    assert Device.select().where(Device.user == cast.binh).count() == 1


def test_signed_out_request_gets_401_json_instead_of_a_redirect(cast, client):
    answer = send(client, cast.lan, entry(body(cast.bre)))
    assert (answer.status_code, answer.mimetype) == (401, "application/json")


def test_batch_of_another_person_gets_409(cast, lan):
    answer = send(lan, cast.binh, entry(body(cast.bre)))
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_user")
    assert not Receipt.select().exists()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"},
                                     {"Sec-Fetch-Site": "cross-site"}])
def test_cross_site_request_gets_403(cast, lan, headers):
    answer = lan.post("/sync", json=batch(cast.lan, []), headers=headers)
    assert answer.status_code == 403


def test_other_content_types_get_415(cast, lan):
    said = json.dumps(batch(cast.lan, []))
    assert lan.post("/sync", data=said, content_type="text/plain").status_code == 415
    assert lan.post("/sync", data={"v": 1}).status_code == 415


def test_older_client_gets_426(cast, lan):
    assert send(lan, cast.lan, v=0).status_code == 426


def test_newer_client_waits_for_a_server_that_went_back(cast, lan):
    answer = send(lan, cast.lan, entry(body(cast.bre)), v=2)
    assert (answer.status_code, answer.json) == (503, {"v": 1, "code": "protocol_newer"})
    assert answer.headers["Retry-After"] == "3600"
    assert not Receipt.select().exists()


def test_hundred_entries_are_accepted_and_one_more_gets_413(cast, lan):
    many = [entry(body(cast.bre, outcome="absent")) for _ in range(101)]
    assert send(lan, cast.lan, *many).status_code == 413
    answer = send(lan, cast.lan, *many[:100], packed=True)
    assert {row["status"] for row in answer.json["results"]} == {"accepted"}
    assert visits_counted() == 100
    assert differences(cast.an_phu) == []


def test_decompression_bomb_gets_413(cast, lan):
    packer = gzip.compress(b" " * (64 << 20), 9)
    answer = lan.post("/sync", data=packer, content_type="application/json",
                      headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413


@pytest.mark.parametrize("kilobytes", [513, 1025])
def test_oversized_body_gets_413_with_code_too_large(lan, kilobytes):
    answer = lan.post("/sync", data=b" " * kilobytes * 1024, content_type="application/json")
    assert answer.status_code == 413 and answer.json == {"v": 1, "code": "too_large"}


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"1e999",
                                  b'{"v":1}', b'{"v":true}', b'{"v":"1"}'])
def test_malformed_json_gets_an_error_code(lan, said):
    answer = lan.post("/sync", data=said, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json["code"]


@pytest.mark.parametrize("field", ["batch", "device", "user", "entries"])
@pytest.mark.parametrize("value", [None, 7.5, "x", [], {}, ["x"], True, -1])
def test_invalid_batch_field_gets_an_error_status(cast, lan, field, value):
    answer = lan.post("/sync", json=batch(cast.lan, []) | {field: value})
    expected = (200,) if (field, value) == ("entries", []) else (409, 422)
    assert answer.status_code in expected, answer.data


@pytest.mark.parametrize("field", ["kind", "form", "recorded_at", "after", "replaces", "body"])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [1], True, "\ud800", "\x00", "9" * 5000])
def test_invalid_entry_is_answered_and_stored(cast, lan, field, value):
    one = entry(body(cast.bre)) | {field: value}
    answer = send(lan, cast.lan, one)
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        only = answer.json["results"][0]
        assert only["status"] in ("accepted", "rejected", "deferred")
        if only["status"] == "rejected":
            assert RejectedEntry.get().reason
            assert RejectedEntry.get().entry.hex == one["id"].replace("-", "")


@pytest.mark.parametrize("said", [
    "", "household=", "&&&&", "household=%00", "household=%ff", "people-0-id=x",
    "people-99999999-id=x", "household=1&household=2", "x=" + "y" * 300_000,
    "&".join(f"people-{n}-id={n}" for n in range(3000)), "note=\ud800"])
def test_unparsable_body_is_rejected_with_a_reason(cast, lan, said):
    answer = result(lan, cast.lan, entry(said))
    assert answer["status"] == "rejected"
    assert (answer["code"] == "malformed") == (said.count("&") > 2000)
    assert answer["reason"]
    assert not Visit.select().exists()


def test_visit_dated_out_of_range_is_accepted_with_a_flag(cast, lan):
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at="2090-01-01T08:00")))
    assert (answer["status"], answer["flag"]) == ("accepted", "dated_ahead")
    old = local(clock.now() - timedelta(days=61))
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at=old)))
    assert (answer["status"], answer["flag"]) == ("accepted", "dated_back")


def test_anonymous_help_counts_once_per_entry(cast, lan):
    one = entry(body(cast.bre, helped(None, consent="no")))
    result(lan, cast.lan, one)
    result(lan, cast.lan, one)
    result(lan, cast.lan, entry(body(cast.bre, helped(None, consent="no"))))
    assert Tally.select(Tally.count).where(Tally.indicator == "helped:VNEID_2_KH",
                                           Tally.village_id == 0, Tally.period == "A").scalar() == 2
    assert Step.select().where(Step.resident.is_null(False)).count() == 0


@pytest.mark.once
def test_sync_looks_receipts_and_visits_up_by_index(cast, lan):
    with counted() as asked:
        assert result(lan, cast.lan, entry(body(cast.bre)))["status"] == "accepted"
    found = [way for way in ways(asked) if "receipt_" in way or "visit_" in way]
    assert {way.split("INDEX ")[1] for way in found} <= {
        "receipt_replaces (replaces=?)", "sqlite_autoindex_receipt_1 (id=?)",
        "sqlite_autoindex_visit_1 (id=?)",
        "visit_household_id_happened_at (household_id=? AND happened_at>?)"}
    assert len(found) >= 3


@pytest.mark.parametrize("spelling", [spelling for spelling in SPELLINGS if spelling])
def test_ids_of_another_spelling_are_not_taken(cast, lan, spelling):
    one = entry(body(cast.bre))
    for changed in ({"batch": spelling}, {"device": spelling},
                    {"entries": [one | {"id": spelling}]}):
        answer = lan.post("/sync", json=batch(cast.lan, [one]) | changed)
        assert (answer.status_code, answer.json["code"]) == (422, "not_understood"), changed
    for name in ("id", "household"):
        fields = dict(parse_qsl(one["body"])) | {name: spelling}
        found = result(lan, cast.lan, entry(urlencode(fields)))
        assert found["status"] == "rejected" and name in found["fields"]
    assert not Visit.select().exists()
