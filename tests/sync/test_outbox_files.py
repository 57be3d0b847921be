"""A file that a phone saved of its outbox, handed in by its author or by who leads them."""

import io
import json
import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import Receipt, RejectedEntry, User, Visit

from .phone import body, entry, helped, result


def saved(user, *entries, **more):
    """Return a file as a phone writes it."""
    lines = [{**one, "user": str(user.id), "label": f"Nhà {place} · Vắng nhà", "attempts": 1,
              "state": "waiting", "counts": ["done"]} for place, one in enumerate(entries, 1)]
    return json.dumps({"v": 1, "user": str(user.id), "entries": lines, **more}).encode()


@pytest.fixture
def hand_in(sign_in):
    """Return a function that hands in a file as somebody and gives the page."""

    def give(user, text):
        browser = sign_in(user)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"',
                          browser.get("/outbox-files").text)[1]
        return browser.post("/outbox-files", content_type="multipart/form-data", data={
            "csrf_token": token, "file": (io.BytesIO(text), "tungnha.json")})

    return give


@pytest.mark.parametrize("by", ["lan", "tu", "hanh", "son"])
def test_its_author_or_who_leads_them_hands_it_in_in_the_authors_name(cast, hand_in, by):
    bearer = getattr(cast, by)
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    page = hand_in(bearer, saved(cast.lan, one))
    assert page.status_code == 200
    assert "Nhà 1 · Vắng nhà" in page.text and "Xã đã nhận, số 1" in page.text
    [visit], [receipt] = Visit.select(), Receipt.select()
    assert visit.member == receipt.user == cast.lan
    assert receipt.submitted_by == bearer
    assert differences(cast.an_phu) == []


@pytest.mark.parametrize("by", ["binh", "kien", "chau"])
def test_nobody_else_can(cast, hand_in, by):
    page = hand_in(getattr(cast, by), saved(cast.lan, entry(body(cast.bre))))
    assert page.status_code == 422 and "không thuộc nơi anh chị phụ trách" in page.text
    assert not Receipt.select().exists()


def test_a_leader_of_another_village_cannot(cast, hand_in):
    page = hand_in(cast.tu, saved(cast.mai, entry(body(cast.hlan))))
    assert page.status_code == 422


def test_what_came_by_itself_meanwhile_is_not_counted_again(cast, hand_in, sign_in):
    one, two = entry(body(cast.bre)), entry(body(cast.van))
    result(sign_in(cast.lan), cast.lan, one)
    page = hand_in(cast.tu, saved(cast.lan, one, two)).text
    assert "Xã đã có từ trước, số 1" in page and "Xã đã nhận, số 2" in page
    assert Visit.select().count() == 2
    assert result(sign_in(cast.lan), cast.lan, two)["replayed"]


def test_what_is_rejected_says_why_and_lies_in_the_authors_inbox(cast, hand_in):
    page = hand_in(cast.tu, saved(cast.lan, entry(body(cast.hlan)))).text
    assert "Xã chưa nhận: Nhà này không thuộc nơi" in page
    assert RejectedEntry.get().user == cast.lan


def test_a_mended_entry_stands_for_the_one_it_replaced(cast, hand_in):
    old = entry(body(cast.bre, outcome="later"))
    new = entry(body(cast.bre, outcome="absent"), replaces=old["id"])
    page = hand_in(cast.lan, saved(cast.lan, old | {"replaced_by": new["id"]}, new)).text
    assert "1 trên 1 lượt" in page
    assert Visit.get().outcome == "absent"


@pytest.mark.parametrize("days, kept", [(90, 1), (91, 0)])
def test_who_left_is_taken_for_ninety_days(cast, hand_in, days, kept):
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre))))
    assert Visit.select().count() == kept
    assert [item.code for item in RejectedEntry.select()] == ([] if kept else ["closed_account"])


def test_more_than_a_batch_is_taken_whole(cast, hand_in):
    many = [entry(body(cast.bre, outcome="absent")) for _ in range(130)]
    assert "130 trên 130 lượt" in hand_in(cast.lan, saved(cast.lan, *many)).text
    assert Visit.select().count() == 130


def test_more_lines_than_a_phone_writes_are_refused_unread(cast, hand_in):
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
def test_another_file_is_rejected_in_plain_words_beside_the_field(cast, hand_in, text):
    page = hand_in(cast.son, text)
    assert page.status_code == 422
    assert re.search(r'<p class="error" id="file-error">.{10,}</p>', page.text)


def test_the_label_of_a_file_is_shown_as_text(cast, hand_in):
    text = saved(cast.lan, entry(body(cast.bre))).replace(b"Nh\\u00e0 1", b"<script>x")
    assert "&lt;script&gt;x" in hand_in(cast.lan, text).text


def test_no_file_asks_for_one(cast, sign_in):
    browser = sign_in(cast.lan)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"',
                      browser.get("/outbox-files").text)[1]
    page = browser.post("/outbox-files", data={"csrf_token": token})
    assert page.status_code == 422 and "Chọn tệp đã lưu từ máy." in page.text


def test_a_day_that_our_clock_does_not_have_is_told_like_none(cast, hand_in):
    page = hand_in(cast.lan, saved(cast.lan, entry(
        body(cast.bre), recorded_at="9999-12-31T23:59:59+00:00")))
    assert page.status_code == 200 and not Visit.select().exists()
    assert RejectedEntry.get().code == "malformed"
