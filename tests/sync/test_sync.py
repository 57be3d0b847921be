"""/sync, case by case as docs/sync-protocol.md tells it."""

import gzip
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import (
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
from .phone import DEVICE, batch, body, entry, helped, local, record_of, result, send


def visits_counted():
    """Return the tally of visits of all communes."""
    return Tally.select(Tally.count).where(Tally.indicator == "visits", Tally.village_id == 0,
                                           Tally.period == "A").scalar() or 0


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return sign_in(cast.lan)


def test_a_visit_is_kept_with_the_next_receipt(cast, lan):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    assert result(lan, cast.lan, one) == {"id": one["id"], "status": "accepted", "receipt": 1,
                                          "replayed": False, "flag": None}
    two = entry(body(cast.van, outcome="absent"))
    assert result(lan, cast.lan, two)["receipt"] == 2
    assert Visit.get_by_id(UUID(record_of(one))).receipt == 1
    assert differences(cast.an_phu) == []


def test_the_answer_names_batch_version_time_and_epoch(cast, lan):
    sent = batch(cast.lan, [])
    answer = lan.post("/sync", json=sent)
    assert answer.json["v"] == 1
    assert answer.json["batch"] == sent["batch"]
    assert answer.json["epoch"] == sent["epoch"]
    assert answer.json["server_time"].endswith("+00:00")


def test_what_another_commune_wrote_in_its_turn_meanwhile_stays(cast, lan):
    one = entry(body(cast.bre, outcome="absent"))
    assert result(lan, cast.lan, one)["status"] == "accepted"
    [receipt] = Receipt.select()
    theirs = Receipt(**{**receipt.__data__, "user": cast.kien.id, "commune": cast.binh_loc.id,
                        "status": "rejected", "number": None})
    Receipt.write([theirs])
    assert Receipt.get() == receipt and Receipt.get().status == "accepted"
    assert result(lan, cast.lan, one)["replayed"]


def test_sent_twice_is_kept_once(cast, lan):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    first = result(lan, cast.lan, one)
    assert result(lan, cast.lan, one) == first | {"replayed": True}
    assert (Visit.select().count(), visits_counted()) == (1, 1)


def test_twice_in_one_batch_is_kept_once(cast, lan):
    one = entry(body(cast.bre))
    answer = send(lan, cast.lan, one, one).json["results"]
    assert [row["replayed"] for row in answer] == [False, True]
    assert answer[0]["receipt"] == answer[1]["receipt"]
    assert Visit.select().count() == 1


def test_a_packed_batch_is_unpacked(cast, lan):
    answer = send(lan, cast.lan, entry(body(cast.bre)), packed=True)
    assert answer.json["results"][0]["status"] == "accepted"


def test_the_same_id_with_other_words_is_rejected_and_kept_in_the_inbox(cast, lan):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    answer = result(lan, cast.lan, one | {"body": body(cast.bre, outcome="absent")})
    assert (answer["status"], answer["code"]) == ("rejected", "id_reused")
    assert Visit.get().outcome == "met"
    assert "outcome=absent" in RejectedEntry.get().body
    assert Receipt.get().status == "accepted"


def test_another_persons_id_is_rejected_and_tells_nothing(cast, lan, sign_in):
    one = entry(body(cast.bre, note="dặn riêng"))
    result(lan, cast.lan, one)
    answer = result(sign_in(cast.binh), cast.binh, one)
    assert (answer["status"], answer["code"]) == ("rejected", "id_reused")
    assert "receipt" not in answer


def test_what_another_sends_of_a_refused_entry_is_kept_beside_it_and_changes_nothing(
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


def test_what_was_refused_is_judged_again_by_a_mended_server(cast, lan):
    one = entry(body(cast.hlan))
    assert result(lan, cast.lan, one)["code"] == "not_yours"
    assert result(lan, cast.lan, one)["code"] == "not_yours"
    assert RejectedEntry.select().count() == 1
    cast.lan.move_to(cast.da_xanh, clock.today())
    assert result(lan, cast.lan, one)["status"] == "accepted"
    assert RejectedEntry.get().settled_at
    assert Receipt.get().status == "accepted"


def test_a_mended_entry_settles_the_refused_one(cast, lan):
    bad = entry(body(cast.bre, outcome="later"))
    assert result(lan, cast.lan, bad)["status"] == "rejected"
    good = entry(body(cast.bre, outcome="absent"), replaces=bad["id"])
    number = result(lan, cast.lan, good)["receipt"]
    assert Receipt.get_by_id(bad["id"].replace("-", "")).status == "settled"
    late = result(lan, cast.lan, bad)
    assert (late["status"], late["replayed"]) == ("accepted", True)
    assert late["receipt"] == number
    assert Visit.select().count() == 1


def test_a_mend_of_what_was_kept_already_counts_nothing_twice(cast, lan):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    mend = entry(body(cast.bre, outcome="absent"), replaces=one["id"])
    assert result(lan, cast.lan, mend)["code"] == "already_accepted"
    assert "outcome=absent" in RejectedEntry.get().body
    assert Visit.select().count() == 1


@pytest.mark.parametrize("is_together", [True, False])
def test_what_comes_after_its_mend_is_settled_by_it(cast, lan, is_together):
    late = entry(body(cast.bre))
    mend = entry(body(cast.bre, outcome="absent"), replaces=late["id"])
    child = entry(body(cast.van), after=[late["id"]])
    rows = send(lan, cast.lan, mend, late, child).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in (mend, late, child)]
    assert [(row["status"], row["receipt"], row["replayed"]) for row in rows] == [
        ("accepted", 1, False), ("accepted", 1, True), ("accepted", 2, False)]
    assert Visit.select().count() == 2 and differences(cast.an_phu) == []


@pytest.mark.parametrize("is_together", [True, False])
def test_what_could_not_be_taken_is_no_matter_after_its_mend(cast, lan, is_together):
    wrong = entry(body(cast.bre, outcome="later"))
    mend = entry(body(cast.bre, outcome="absent"), replaces=wrong["id"])
    for some in [[mend, wrong]] if is_together else [[mend], [wrong]]:
        send(lan, cast.lan, *some)
    assert result(lan, cast.lan, wrong)["receipt"] == 1
    assert not RejectedEntry.open_count(cast.lan)


@pytest.mark.parametrize("is_together", [True, False])
def test_of_two_mends_of_what_never_came_one_is_kept(cast, lan, is_together):
    mends = [entry(body(cast.bre, outcome=outcome), replaces=str(uuid4()))
             for outcome in ("absent", "met")]
    mends[1]["replaces"] = mends[0]["replaces"]
    rows = send(lan, cast.lan, *mends).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in mends]
    assert [(row["status"], row.get("code")) for row in rows] == [
        ("accepted", None), ("rejected", "already_accepted")]
    assert Visit.select().count() == 1


@pytest.mark.parametrize("is_together", [True, False])
def test_no_mend_of_a_mend_is_kept_beside_the_first_writing(cast, lan, is_together):
    line = [entry(body(cast.bre))]
    for _ in range(2):
        line.append(entry(body(cast.bre, outcome="absent"), replaces=line[-1]["id"]))
    rows = send(lan, cast.lan, *line).json["results"] if is_together else [
        result(lan, cast.lan, one) for one in line]
    assert [row.get("code") for row in rows] == [None, "already_accepted", "already_accepted"]
    assert Visit.select().count() == 1


def test_what_was_refused_twice_hears_the_number_of_its_mend_beside_it(cast, lan):
    rin = cast.resident("Thị Rin")
    line = [entry(body(cast.bre, helped(rin, consent="")))]
    line.append(entry(line[0]["body"], replaces=line[0]["id"]))
    assert {row["code"] for row in send(lan, cast.lan, *line).json["results"]} == {
        "consent_missing"}
    mend = entry(body(cast.bre, helped(rin)), replaces=line[1]["id"])
    rows = send(lan, cast.lan, mend, *line).json["results"]
    assert [(row["status"], row["receipt"]) for row in rows] == [("accepted", 1)] * 3


def test_what_was_refused_beside_its_mend_settles_what_it_replaced_itself(cast, lan):
    line = [entry(body(cast.bre))]
    for outcome in ("later", "absent"):
        line.append(entry(body(cast.bre, outcome=outcome), replaces=line[-1]["id"]))
    for some in (line[1:], line[:1], line[1:2]):  # the first writing comes last
        rows = send(lan, cast.lan, *some).json["results"]
        assert (rows[-1]["status"], rows[-1]["receipt"]) == ("accepted", 1)
    assert Visit.select().count() == 1


def test_another_persons_mend_settles_nothing(cast, lan, sign_in):
    one = entry(body(cast.bre))
    mend = entry(body(cast.bre, outcome="absent"), replaces=one["id"])
    assert result(sign_in(cast.binh), cast.binh, mend)["status"] == "accepted"
    assert result(lan, cast.lan, one)["receipt"] == 2
    assert Visit.select().count() == 2


@pytest.mark.parametrize("house", ["bre", "hlan"])
def test_a_mend_of_what_came_under_anothers_id_is_taken_out_of_the_inbox(
        cast, lan, sign_in, house):
    first = entry(body(getattr(cast, house)))
    result(sign_in(cast.binh), cast.binh, first)
    assert result(lan, cast.lan, first)["code"] == "id_reused"
    successor = entry(body(cast.bre), replaces=first["id"])
    assert result(lan, cast.lan, successor)["status"] == "accepted"
    assert not RejectedEntry.open_count(cast.lan)
    assert RejectedEntry.open_count(cast.binh) == (house == "hlan")


def test_an_entry_waits_for_what_it_follows(cast, lan):
    first = entry(body(cast.bre))
    second = entry(body(cast.bre, outcome="absent"), after=[first["id"]])
    answer = result(lan, cast.lan, second)
    assert answer == {"id": second["id"], "status": "deferred", "code": "waits_for",
                      "for": first["id"], "after_s": 60}
    assert not Receipt.select().exists()
    rows = send(lan, cast.lan, first, second).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "accepted"]


def test_an_entry_follows_what_replaced_the_one_it_names(cast, lan):
    bad = entry(body(cast.bre, outcome="later"))
    child = entry(body(cast.bre, outcome="absent"), after=[bad["id"]])
    rows = send(lan, cast.lan, bad, child).json["results"]
    assert [row["status"] for row in rows] == ["rejected", "deferred"]
    rows = send(lan, cast.lan, entry(body(cast.bre), replaces=bad["id"]), child).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "accepted"]


def test_one_refused_does_not_hold_up_the_others(cast, lan):
    rows = send(lan, cast.lan, entry(body(cast.bre)), entry(body(cast.kin)),
                entry(body(cast.van))).json["results"]
    assert [row["status"] for row in rows] == ["accepted", "rejected", "accepted"]
    assert [row.get("receipt") for row in rows] == [1, None, 2]


@pytest.mark.parametrize("answer", ["yes", ""])
def test_what_a_refused_entry_says_of_consent_counts_for_no_other(cast, lan, answer):
    rin = cast.resident("Thị Rin")
    wrong = entry(body(cast.bre, helped(rin, kind="NONE")))
    right = entry(body(cast.bre, helped(rin, consent=answer)))
    rows = send(lan, cast.lan, wrong, right).json["results"]
    assert [row.get("code") for row in rows] == [
        "unknown_account_kind", None if answer else "consent_missing"]
    assert [consent.resident for consent in Consent.select()] == [rin] * bool(answer)
    assert [step.resident for step in Step.select()] == [rin] * bool(answer)


def test_a_refused_field_is_named_with_its_reason(cast, lan):
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at="hôm qua")))
    assert answer["code"] == "invalid"
    assert list(answer["fields"]) == ["visited_at"]
    assert answer["reason"]


def test_another_communes_house_is_rejected_like_a_missing_one(cast, lan):
    class Nowhere:
        id = uuid4()
    foreign = result(lan, cast.lan, entry(body(cast.kin)))
    missing = result(lan, cast.lan, entry(body(Nowhere)))
    assert {**foreign, "id": 0} == {**missing, "id": 0}


def test_an_unknown_kind_and_a_newer_form_are_not_thrown_away(cast, lan):
    unknown = entry(body(cast.bre), kind="visits.dream")
    assert result(lan, cast.lan, unknown)["code"] == "unknown_kind"
    assert RejectedEntry.get().kind == "visits.dream"
    newer = result(lan, cast.lan, entry(body(cast.bre), form=2))
    assert (newer["status"], newer["code"]) == ("deferred", "server_older")


def test_digits_that_look_like_an_id_are_masked(cast, lan):
    result(lan, cast.lan, entry(body(cast.kin, note="số 079185001234 của bà")))
    assert "079185001234" not in RejectedEntry.get().body
    answer = result(lan, cast.lan, entry(body(cast.bre, note="số 079185001234 của bà")))
    assert answer["status"] == "accepted"
    assert "079185001234" not in Visit.get().note
    assert Visit.get().note.startswith("số ")


def test_an_error_of_ours_waits_and_the_fifth_time_goes_to_the_inbox(cast, lan, monkeypatch):
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


def test_the_effect_and_the_receipt_come_together_or_not_at_all(cast, lan, monkeypatch):
    monkeypatch.setattr("teamapp.models.Receipt.write", lambda rows: 1 / 0)
    answer = send(lan, cast.lan, entry(body(cast.bre)))
    assert answer.json["results"][0]["status"] == "deferred"
    assert not Visit.select().exists()
    assert visits_counted() == 0


def test_a_dossier_comes_with_its_visit(cast, lan):
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


def test_the_phone_is_heard(cast, lan):
    send(lan, cast.lan, left={"count": 7, "oldest": "2026-11-20T07:40:00+07:00"})
    device = Device.get()
    assert (str(device.id), device.user_id, device.left_count) == (DEVICE, cast.lan.id, 7)


def test_signed_out_is_401_json_and_never_a_redirect(cast, client):
    answer = send(client, cast.lan, entry(body(cast.bre)))
    assert (answer.status_code, answer.mimetype) == (401, "application/json")


def test_another_persons_batch_is_409(cast, lan):
    answer = send(lan, cast.binh, entry(body(cast.bre)))
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_user")
    assert not Receipt.select().exists()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"},
                                     {"Sec-Fetch-Site": "cross-site"}])
def test_a_foreign_page_is_403(cast, lan, headers):
    answer = lan.post("/sync", json=batch(cast.lan, []), headers=headers)
    assert answer.status_code == 403


def test_other_content_types_are_415(cast, lan):
    said = json.dumps(batch(cast.lan, []))
    assert lan.post("/sync", data=said, content_type="text/plain").status_code == 415
    assert lan.post("/sync", data={"v": 1}).status_code == 415


def test_an_older_client_is_426(cast, lan):
    assert send(lan, cast.lan, v=0).status_code == 426


def test_a_hundred_entries_are_taken_and_one_more_is_413(cast, lan):
    many = [entry(body(cast.bre, outcome="absent")) for _ in range(101)]
    assert send(lan, cast.lan, *many).status_code == 413
    answer = send(lan, cast.lan, *many[:100], packed=True)
    assert {row["status"] for row in answer.json["results"]} == {"accepted"}
    assert visits_counted() == 100
    assert differences(cast.an_phu) == []


def test_a_body_that_unpacks_to_a_gigabyte_is_413(cast, lan):
    packer = gzip.compress(b" " * (64 << 20), 9)
    answer = lan.post("/sync", data=packer, content_type="application/json",
                      headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413


@pytest.mark.parametrize("kilobytes", [513, 1025])
def test_what_is_too_large_is_called_so_however_large_it_is(lan, kilobytes):
    answer = lan.post("/sync", data=b" " * kilobytes * 1024, content_type="application/json")
    assert answer.status_code == 413 and answer.json == {"v": 1, "code": "too_large"}


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"1e999",
                                  b'{"v":1}', b'{"v":true}', b'{"v":"1"}'])
def test_malformed_json_is_a_clear_refusal(lan, said):
    answer = lan.post("/sync", data=said, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json["code"]


@pytest.mark.parametrize("field", ["batch", "device", "user", "entries"])
@pytest.mark.parametrize("value", [None, 7.5, "x", [], {}, ["x"], True, -1])
def test_a_wrong_envelope_is_a_clear_refusal(cast, lan, field, value):
    answer = lan.post("/sync", json=batch(cast.lan, []) | {field: value})
    expected = (200,) if (field, value) == ("entries", []) else (409, 422)
    assert answer.status_code in expected, answer.data


@pytest.mark.parametrize("field", ["kind", "form", "recorded_at", "after", "replaces", "body"])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [1], True, "\ud800", "\x00", "9" * 5000])
def test_a_wrong_entry_is_answered_by_name_and_never_lost(cast, lan, field, value):
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
def test_nonsense_in_a_body_is_rejected_in_plain_words(cast, lan, said):
    answer = result(lan, cast.lan, entry(said))
    assert answer["status"] == "rejected"
    assert answer["reason"]
    assert not Visit.select().exists()


def test_a_visit_in_2090_is_kept_with_a_flag(cast, lan):
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at="2090-01-01T08:00")))
    assert (answer["status"], answer["flag"]) == ("accepted", "dated_ahead")
    old = local(clock.now() - timedelta(days=61))
    answer = result(lan, cast.lan, entry(body(cast.bre, visited_at=old)))
    assert (answer["status"], answer["flag"]) == ("accepted", "dated_back")


def test_nameless_help_counts_once_an_entry(cast, lan):
    one = entry(body(cast.bre, helped(None, consent="no")))
    result(lan, cast.lan, one)
    result(lan, cast.lan, one)
    result(lan, cast.lan, entry(body(cast.bre, helped(None, consent="no"))))
    assert Tally.select(Tally.count).where(Tally.indicator == "helped:VNEID_2_KH",
                                           Tally.village_id == 0, Tally.period == "A").scalar() == 2
    assert Step.select().where(Step.resident.is_null(False)).count() == 0


@pytest.mark.once
def test_to_take_a_batch_nobodys_and_no_houses_whole_past_is_gone_through(cast, lan):
    with counted() as asked:
        assert result(lan, cast.lan, entry(body(cast.bre)))["status"] == "accepted"
    found = [way for way in ways(asked) if "receipt_" in way or "visit_" in way]
    assert {way.split("INDEX ")[1] for way in found} <= {
        "receipt_replaces (replaces=?)", "sqlite_autoindex_receipt_1 (id=?)",
        "sqlite_autoindex_visit_1 (id=?)",
        "visit_household_id_visited_at (household_id=? AND visited_at>?)"}
    assert len(found) >= 3
