"""Files of an outbox saved by a phone, submitted by the author or a superior."""

import io
import json
import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.households.queries import households_with_people
from teamapp.models import Household, Receipt, RejectedEntry, User, Visit

from ..queries import counted, ways
from .phone import body, entry, helped, result


def saved(user, *entries, **more):
    """Return an outbox file as a phone writes it."""
    lines = [{**one, "user": str(user.id), "label": f"Nhà {place} · Vắng nhà", "attempts": 1,
              "state": "waiting", "counts": ["done"]} for place, one in enumerate(entries, 1)]
    return json.dumps({"v": 1, "user": str(user.id), "entries": lines, **more}).encode()


@pytest.fixture
def hand_in(sign_in):
    """Return a function that submits a file as a user and returns the response."""

    def give(user, text):
        browser = sign_in(user)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"',
                          browser.get("/outbox-files").text)[1]
        return browser.post("/outbox-files", content_type="multipart/form-data", data={
            "csrf_token": token, "file": (io.BytesIO(text), "tungnha.json")})

    return give


@pytest.mark.parametrize("by", ["lan", "tu", "hanh", "son"])
def test_author_or_superior_submits_a_file_in_the_authors_name(cast, hand_in, by):
    submitter = getattr(cast, by)
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    page = hand_in(submitter, saved(cast.lan, one))
    assert page.status_code == 200
    assert "Nhà 1 · Vắng nhà" in page.text and "Xã đã nhận, số 1" in page.text
    [visit], [receipt] = Visit.select(), Receipt.select()
    assert visit.member == receipt.user == cast.lan
    assert receipt.submitted_by == submitter
    assert differences(cast.an_phu) == []


@pytest.mark.parametrize("author, by, status", [
    ("son", "son", 200), ("son", "hanh", 422), ("hanh", "son", 200), ("hanh", "hanh", 200)])
def test_only_a_chair_submits_a_file_of_the_chair(cast, hand_in, author, by, status):
    page = hand_in(getattr(cast, by), saved(getattr(cast, author), entry(body(cast.bre))))
    assert page.status_code == status
    assert Visit.select().count() == (status == 200)


def test_another_chair_may_submit_a_file_of_a_former_one(cast, hand_in):
    successor = User.create(commune=cast.an_phu, role="chair", username="chau.moi", name="Phan Mới",
                            secret_hash=cast.son.secret_hash)
    assert successor.may_submit_for(cast.son) and not cast.hanh.may_submit_for(cast.son)


def test_household_page_names_who_submitted_a_visit_for_its_author(cast, hand_in, sign_in):
    hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre))))
    hand_in(cast.lan, saved(cast.lan, entry(body(cast.van))))
    result(sign_in(cast.lan), cast.lan, entry(body(cast.hoa)))
    told = f"Người gửi giúp: {cast.tu.name}"
    for who in (cast.lan, cast.son):
        pages = [sign_in(who).get(f"/households/{house.id}").text
                 for house in (cast.bre, cast.van, cast.hoa)]
        assert told in pages[0]
        assert not any("Người gửi giúp" in page for page in pages[1:])
    pack = sign_in(cast.lan).get("/pack").text
    assert json.dumps(told)[1:-1] in pack or told in pack


@pytest.mark.once
def test_submitters_are_found_by_an_index(cast, hand_in):
    hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre))))
    with counted() as asked:
        households_with_people(Household.visible_to(cast.lan))
    [way] = [way for way in ways(asked) if "receipt_" in way]
    assert "INDEX receipt_submitted (commune_id=? AND number=?)" in way


@pytest.mark.parametrize("by", ["binh", "kien", "chau"])
def test_no_other_person_can_submit_the_file(cast, hand_in, by):
    page = hand_in(getattr(cast, by), saved(cast.lan, entry(body(cast.bre))))
    assert page.status_code == 422 and "không thuộc nơi anh chị phụ trách" in page.text
    assert not Receipt.select().exists()


def test_leader_of_another_village_cannot_submit_the_file(cast, hand_in):
    page = hand_in(cast.tu, saved(cast.mai, entry(body(cast.hlan))))
    assert page.status_code == 422


def test_entry_synced_before_the_file_is_not_counted_again(cast, hand_in, sign_in):
    one, two = entry(body(cast.bre)), entry(body(cast.van))
    result(sign_in(cast.lan), cast.lan, one)
    page = hand_in(cast.tu, saved(cast.lan, one, two)).text
    assert "Xã đã có từ trước, số 1" in page and "Xã đã nhận, số 2" in page
    assert Visit.select().count() == 2
    assert result(sign_in(cast.lan), cast.lan, two)["replayed"]


def test_rejected_entry_shows_its_reason_and_is_stored_for_the_author(cast, hand_in):
    page = hand_in(cast.tu, saved(cast.lan, entry(body(cast.hlan)))).text
    assert "Xã chưa nhận: Nhà này không thuộc nơi" in page
    assert RejectedEntry.get().user == cast.lan


def test_resubmission_in_a_file_replaces_its_predecessor(cast, hand_in):
    old = entry(body(cast.bre, outcome="later"))
    new = entry(body(cast.bre, outcome="absent"), replaces=old["id"])
    page = hand_in(cast.lan, saved(cast.lan, old | {"replaced_by": new["id"]}, new)).text
    assert "1 trên 1 lượt" in page
    assert Visit.get().outcome == "absent"


@pytest.mark.parametrize("days, accepted", [(90, 1), (91, 0)])
def test_file_is_accepted_ninety_days_after_the_account_closes(cast, hand_in, days, accepted):
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre))))
    assert Visit.select().count() == accepted
    codes = [item.code for item in RejectedEntry.select()]
    assert codes == ([] if accepted else ["closed_account"])


def test_file_larger_than_a_batch_is_accepted(cast, hand_in):
    many = [entry(body(cast.bre, outcome="absent")) for _ in range(130)]
    assert "130 trên 130 lượt" in hand_in(cast.lan, saved(cast.lan, *many)).text
    assert Visit.select().count() == 130


def test_file_with_too_many_entries_is_rejected_unprocessed(cast, hand_in):
    short = [{"id": str(cast.bre.id)}] * 2001
    page = hand_in(cast.lan, json.dumps(
        {"v": 1, "user": cast.lan.id, "entries": short}).encode())
    assert page.status_code == 422 and "2.000 lượt" in page.text
    assert not RejectedEntry.select().exists()


@pytest.mark.parametrize("text", [
    b"", b"\xff\xfe", b"[]", b"{}", b'{"v": 2, "user": "1", "entries": []}', b"null", b"[" * 9999,
    b'{"v": 1, "user": "x", "entries": []}', b'{"v": 1, "user": "1", "entries": 3}',
    b'{"v": 1, "user": "1", "entries": [3]}', b'{"v": 1, "user": "1", "entries": [{}]}',
    b'{"v": 1, "user": "1", "entries": []}', b'{"v": 1, "user": null, "entries": []}',
    b'{"v": 1, "user": "99999999999999999999", "entries": [{"id": '
    b'"3c9e7b52-9a0e-4c55-8f3f-2a6d1b7e4a90"}]}',
    b" " * (512 * 1024 + 1)])
def test_malformed_file_gets_an_error_beside_the_field(cast, hand_in, text):
    page = hand_in(cast.son, text)
    assert page.status_code == 422
    assert re.search(r'<p class="error" id="file-error">.{10,}</p>', page.text)


def test_label_in_a_file_is_escaped(cast, hand_in):
    text = saved(cast.lan, entry(body(cast.bre))).replace(b"Nh\\u00e0 1", b"<script>x")
    assert "&lt;script&gt;x" in hand_in(cast.lan, text).text


def test_missing_file_gets_an_error(cast, sign_in):
    browser = sign_in(cast.lan)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"',
                      browser.get("/outbox-files").text)[1]
    page = browser.post("/outbox-files", data={"csrf_token": token})
    assert page.status_code == 422 and "Chọn tệp đã lưu từ máy." in page.text


def test_time_out_of_range_is_rejected_as_malformed(cast, hand_in):
    page = hand_in(cast.lan, saved(cast.lan, entry(
        body(cast.bre), recorded_at="9999-12-31T23:59:59+00:00")))
    assert page.status_code == 200 and not Visit.select().exists()
    assert RejectedEntry.get().code == "malformed"
