"""Rejected entries: their author and the author's superiors see and settle them."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, quote
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.models import Consent, RejectedEntry
from teamapp.sync.kinds import KINDS
from teamapp.sync.rejections import REJECTIONS

from ..queries import counted
from .phone import body, entry, result, send
from .test_outbox_files import saved


def send_rejected(browser, user, house, code=None, **more):
    """Send a visit that is rejected, and return its RejectedEntry."""
    one = entry(body(house, **{"outcome": "absent", **more}))
    assert result(browser, user, one)["status"] == "rejected"
    item = RejectedEntry.get(RejectedEntry.entry == UUID(one["id"]), RejectedEntry.user == user)
    if code:
        RejectedEntry.update(code=code).where(RejectedEntry.id == item.id).execute()
    return item


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's browser."""
    return sign_in(cast.lan)


def cards(page):
    """Return the cards of rejected entries on a page."""
    return re.findall(r'<div class="card" data-rejected.*?</form>', page, re.S)


def test_author_finds_a_rejected_entry_from_day_page_and_outbox(cast, lan):
    send_rejected(lan, cast.lan, cast.hlan)
    for path in ("/", "/outbox"):
        page = lan.get(path).text
        assert "Xã chưa nhận 1 lượt của anh chị" in page, path
        assert 'href="/rejected-entries"' in page, path
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Nhà này không thuộc tổ của người ghi." in card
    assert "Vắng nhà" in card and "H&#39;Lan" not in card


def test_person_without_rejected_entries_sees_no_notice(cast, lan, sign_in):
    send_rejected(sign_in(cast.binh), cast.binh, cast.hlan)
    assert "/rejected-entries" not in lan.get("/").text + lan.get("/outbox").text
    page = lan.get("/rejected-entries").text
    assert not cards(page) and "Không còn lượt nào xã chưa nhận." in page


@pytest.mark.parametrize("who, sees", [
    ("tu", True), ("hanh", True), ("son", True), ("lan", True), ("binh", False), ("mai", False),
    ("kien", False), ("chau", False)])
def test_only_author_leader_and_commune_see_a_rejected_entry(cast, lan, browser_of, who, sees):
    item = send_rejected(lan, cast.lan, cast.bre, outcome="later")  # without a day to come back
    browser = browser_of(getattr(cast, who))
    assert len(cards(browser.get("/rejected-entries").text)) == sees
    found = cards(browser.get(f"/rejected-entries?author={cast.lan.id}").text)
    assert len(found) == sees
    if sees:
        assert all(word in found[0] for word in ("Điểu Bré", "Hẹn lại", "Có chỗ ghi chưa đúng."))
    if sees and who != "lan":
        assert f'"/rejected-entries?author={cast.lan.id}"' in browser.get(
            f"/people/{cast.lan.id}").text
    page = "/outbox-files"  # a page on which every role has a CSRF token
    assert browser.press(f"/rejected-entries/{item.id}/settlement", page).status_code == (
        303 if sees else 404)
    assert bool(RejectedEntry.get().settled_at) == sees


def test_person_page_counts_and_links_their_rejected_entries(cast, lan, sign_in):
    for house in (cast.hlan, cast.kin):
        send_rejected(lan, cast.lan, house)
    leader = sign_in(cast.tu)
    assert "Lượt xã chưa nhận (2)" in leader.get(f"/people/{cast.lan.id}").text
    assert "chưa nhận" not in leader.get(f"/people/{cast.binh.id}").text
    page = leader.get(f"/rejected-entries?author={cast.lan.id}").text
    assert len(cards(page)) == 2 and "Người ghi" not in page
    assert f'href="/people/{cast.lan.id}"' in page
    assert not cards(leader.get(f"/rejected-entries?author={cast.binh.id}").text)


@pytest.mark.parametrize("author", ["kien", "mai", 0, -1, 2**31, 9 * 10**30])
def test_invisible_author_looks_like_one_without_rejected_entries(
        cast, lan, sign_in, author):
    for browser, user, house in ((lan, cast.lan, cast.hlan), (sign_in(cast.kien), cast.kien,
                                 cast.bre), (sign_in(cast.mai), cast.mai, cast.bre)):
        send_rejected(browser, user, house)
    leader = sign_in(cast.tu)
    asked = getattr(cast, author).id if isinstance(author, str) else author
    page = leader.get(f"/rejected-entries?author={asked}")
    assert (page.status_code, cards(page.text)) == (200, [])
    assert page.text == leader.get("/rejected-entries?author=999999").text
    assert len(cards(leader.get("/rejected-entries?author=lan").text)) == 1


def test_settled_entry_is_stored_and_no_longer_shown(cast, lan, browser_of):
    item = send_rejected(lan, cast.lan, cast.hlan)
    leader, page = browser_of(cast.tu), f"/rejected-entries?author={cast.lan.id}"
    assert "Cần xem 1" in leader.get("/people").text
    answer = leader.press(f"/rejected-entries/{item.id}/settlement", page, next=page)
    assert (answer.status_code, answer.location) == (303, page)
    assert not cards(leader.get(page).text) and "Cần xem" not in leader.get("/people").text
    assert "/rejected-entries" not in lan.get("/").text
    kept = RejectedEntry.get()
    assert kept.settled_at and (kept.hash, kept.code) == (item.hash, item.code)


def test_second_settlement_keeps_the_first_time(cast, lan, browser_of):
    item = send_rejected(lan, cast.lan, cast.hlan)
    send_rejected(lan, cast.lan, cast.bre, outcome="later")  # keeps a form on the page
    settled = []
    for who in (cast.tu, cast.lan):
        answer = browser_of(who).press(f"/rejected-entries/{item.id}/settlement",
                                       "/rejected-entries", next="/rejected-entries")
        assert (answer.status_code, answer.location) == (303, "/rejected-entries")
        settled.append(RejectedEntry.get_by_id(item.id).settled_at)
    assert settled[0] and settled[0] == settled[1]


def test_settlement_redirects_to_no_other_site(cast, lan, browser_of):
    item = send_rejected(lan, cast.lan, cast.hlan)
    answer = browser_of(cast.lan).press(f"/rejected-entries/{item.id}/settlement",
                                        "/rejected-entries", next="https://elsewhere.example/")
    assert answer.location == "/"


def test_newest_entry_comes_first_and_resubmitted_ones_are_gone(cast, lan, sign_in):
    for house, outcome in ((cast.bre, "later"), (cast.van, "later"), (cast.hoa, "later")):
        item = send_rejected(lan, cast.lan, house, outcome=outcome)
    item.received_at = clock.now() - timedelta(days=3)
    item.save()
    resubmission = entry(body(cast.van, outcome="absent"),
                         replaces=str(RejectedEntry.get(
                             RejectedEntry.body.contains(str(cast.van.id))).entry))
    assert result(lan, cast.lan, resubmission)["status"] == "accepted"
    found = cards(sign_in(cast.son).get(f"/rejected-entries?author={cast.lan.id}").text)
    assert [re.search(r"Điểu Bré|Lê Văn An|Nguyễn Thị Hòa", card)[0] for card in found] == [
        "Điểu Bré", "Nguyễn Thị Hòa"]


@pytest.mark.parametrize("said", [
    "", "household=nowhere", "x" * 9000, "&".join("a=1" for _ in range(3000)), "household=%ff",
    "visited_at=2026-13-45T99:99&outcome=flown", "visited_at=9999-12-31T23:59",
    "visited_at=0001-01-01T00:00", "household=%00&outcome=<script>",
    "people-0=x&people-0-id=%00&people-0-steps-0-kind=%00&people-00-steps-0-state=<script>",
    "people-0-steps-0-kind=SIM&people-0-steps-0-kind-more=x&return_on=2026-02-31",
    "dossiers-0-code=<script>&dossiers-0-id=1&note=<script>&return_part=<script>"])
def test_any_rejected_body_is_shown(cast, lan, sign_in, said):
    result(lan, cast.lan, entry(said))
    for browser, path in ((lan, "/rejected-entries"),
                          (sign_in(cast.son), f"/rejected-entries?author={cast.lan.id}")):
        [card] = cards(browser.get(path).text)
        assert "<script" not in card and "flown" not in card


def test_card_shows_all_recorded_details(cast, lan, sign_in):
    said = body(cast.bre, (cast.resident("Thị Rin").id, "yes", [("VNEID_2_KH", "helped", {}),
                                                ("DVCQG", "not_yet", {"obstacle": "O01"})]),
                ("", "", [("SIM", "had", {})]), note="Chiều quay lại", return_on="2026-12-05",
                return_part="afternoon", **{"dossiers-0-procedure": "1.001193",
                                            "dossiers-0-code": "H10-1"})
    result(lan, cast.lan, entry(said))  # the mode and the id of the dossier are missing
    cast.hanh.set_language("en")
    for who, words in (("lan", ["Thị Rin: Kích hoạt VNeID – xong hôm đó; Cổng Dịch vụ công – chưa "
                                "(Không có máy thông minh)", "Người không ghi tên: ",
                                "Hồ sơ: Đăng ký khai sinh, H10-1", "Hẹn 5/12, chiều",
                                "Ghi chú: Chiều quay lại"]),
                       ("hanh", ["Thị Rin: Activate VNeID – done that day; National services "
                                 "portal – not yet (No smartphone)", "Birth registration"])):
        page = sign_in(getattr(cast, who)).get("/rejected-entries").text
        card = re.sub("</?b>", "", cards(page)[0])
        assert not [word for word in words if word not in card], (who, card)


@pytest.mark.parametrize("then, now, is_named", [
    (None, "yes", True), (None, "no", False), (None, "", False), (True, "", True),
    (True, "no", False), (False, "", False), (False, "yes", True)])
def test_card_names_only_residents_who_consented(cast, lan, then, now, is_named):
    rin = cast.resident("Thị Rin")
    if then is not None:
        Consent.create(resident=rin, purpose="record", given=then, asked_at=clock.now(),
                       asked_by=cast.lan)
    said = body(cast.bre, (rin.id, now, [("DVCQG", "not_yet", {})]), return_on="2020-01-01")
    assert result(lan, cast.lan, entry(said))["status"] == "rejected"
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Cổng Dịch vụ công – chưa" in card
    assert ("Thị Rin" in card) == is_named


def test_card_does_not_name_residents_invisible_to_the_reader(cast, lan, sign_in):
    result(lan, cast.lan, entry(body(cast.hlan, (cast.resident("H'Lan").id, "yes", []))))
    assert "Người không ghi tên" in cards(lan.get("/rejected-entries").text)[0]


@pytest.mark.parametrize("code", REJECTIONS)
def test_every_code_has_reason_and_advice_in_the_readers_language(cast, lan, sign_in, code):
    send_rejected(lan, cast.lan, cast.hlan, code=code)
    cast.son.set_language("en")
    own = lan.get("/rejected-entries").text
    others = sign_in(cast.son).get("/rejected-entries").text
    assert str(REJECTIONS[code].why) in own and str(REJECTIONS[code].advice) in own
    assert cards(others) and not re.search(r"[ăđơưạảấậẹếềệịọốộớợụứữ]", re.sub(
        "Lê Thị Lan", "", cards(others)[0]))


def test_unknown_code_shows_the_stored_reason(cast, lan):
    item = send_rejected(lan, cast.lan, cast.hlan, code="unheard_of")
    [card] = cards(lan.get("/rejected-entries").text)
    assert item.reason in card and "Còn ở Gửi về xã thì bấm Sửa." in card


def test_field_messages_are_shown_only_in_their_own_language(cast, lan, sign_in):
    send_rejected(lan, cast.lan, cast.bre, outcome="later")
    assert "Chọn ngày hẹn lại." in cards(sign_in(cast.tu).get("/rejected-entries").text)[0]
    for reader in (cast.tu, cast.lan):
        reader.set_language("en")
        assert "Chọn ngày hẹn" not in cards(sign_in(reader).get("/rejected-entries").text)[0]


def test_field_messages_of_another_submitter_are_hidden_in_another_language(cast, sign_in, hand_in):
    cast.tu.set_language("en")
    page = hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre, outcome="later"))))
    assert "Choose the day to come back." in page.text
    for reader, is_told in ((cast.lan, False), (cast.tu, True)):
        [card] = cards(sign_in(reader).get("/rejected-entries").text)
        assert ("Choose the day" in card) == is_told


def test_card_shows_at_most_as_many_items_as_a_form_allows(cast, lan):
    said = "&".join(f"people-{n}-id={uuid4()}&people-{n}-steps-0-kind=SIM" for n in range(700))
    assert result(lan, cast.lan, entry(f"{said}&" + "&".join(
        f"dossiers-{n}-code=H10" for n in range(90))))["status"] == "rejected"
    page = lan.get("/rejected-entries")
    assert page.status_code == 200
    [card] = cards(page.text)
    assert card.count("<li>") == 30


def test_control_character_is_replaced_and_the_text_is_shown(cast, lan):
    result(lan, cast.lan, entry(body(cast.bre, outcome="absent", note="Chiều\x07 quay lại")))
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Chiều\ufffd quay lại" in card


def test_long_texts_are_truncated_in_the_list(cast, lan):
    note, reason = "chiều " * 400, "xa " * 400
    item = send_rejected(lan, cast.lan, cast.bre, note=note, why_unreached=reason)
    [card] = cards(lan.get("/rejected-entries").text)
    assert f"{note[:299]}…</li>" in card and f"{reason[:299]}…</li>" in card
    assert len(parse_qs(item.body)["note"][0]) == len(note)


def test_entry_of_unknown_kind_is_listed_with_its_reason(cast, lan):
    result(lan, cast.lan, entry(body(cast.bre, note="x"), kind="visits.dream"))
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Việc khác" in card and "Xã chưa nhận loại việc này." in card
    assert "Điểu Bré" not in card


@pytest.mark.parametrize("form, note", [(0, "Trưa"), (1, "Trưa"), (2, "Chiều"), (9, "Chiều")])
def test_older_form_is_upgraded_before_it_is_shown(
        cast, lan, monkeypatch, form, note):
    item = send_rejected(lan, cast.lan, cast.hlan, note="Chiều")
    RejectedEntry.update(form=form, body=item.body.replace(quote("Chiều"), "Chiều")).execute()
    kind = KINDS["visits.create"]._replace(
        form=2, upgrades={1: lambda body: body.replace("Chiều", "Trưa")})
    monkeypatch.setitem(KINDS, "visits.create", kind)
    [card] = cards(lan.get("/rejected-entries").text)
    assert f"<b>Ghi chú</b>: {note}" in card


def test_unreadable_entry_is_listed_among_the_others(cast, lan, monkeypatch):
    for house in (cast.bre, cast.van, cast.hoa):
        send_rejected(lan, cast.lan, house, outcome="later")

    def fail(body):
        raise ZeroDivisionError

    RejectedEntry.update(form=1).where(RejectedEntry.body.contains(str(cast.van.id))).execute()
    RejectedEntry.update(form=2).where(~RejectedEntry.body.contains(str(cast.van.id))).execute()
    kind = KINDS["visits.create"]._replace(form=2, upgrades={1: fail})
    monkeypatch.setitem(KINDS, "visits.create", kind)
    found = cards(lan.get("/rejected-entries").text)
    assert [("Một lượt" in card, "Hẹn lại" in card) for card in found] == [
        (False, True), (True, False), (False, True)]


def test_card_does_not_name_a_household_invisible_to_the_reader(cast, lan, sign_in):
    send_rejected(lan, cast.lan, cast.hlan)
    for who, named in (("tu", False), ("son", True)):
        [card] = cards(sign_in(getattr(cast, who)).get("/rejected-entries").text)
        assert ("H&#39;Lan" in card) == named == (str(cast.hlan.id) in card)
    send_rejected(lan, cast.lan, cast.kin)
    assert "Giàng" not in sign_in(cast.son).get("/rejected-entries").text


def test_former_leader_sees_the_entry_without_the_authors_name(cast, lan, sign_in):
    send_rejected(lan, cast.lan, cast.hlan)
    cast.lan.move_to(cast.da_xanh, clock.today())
    [card] = cards(sign_in(cast.tu).get("/rejected-entries").text)
    assert "Lê Thị Lan" not in card
    assert "Lê Thị Lan" in cards(sign_in(cast.son).get("/rejected-entries").text)[0]


def test_query_count_is_independent_of_rejected_entries(cast, lan, sign_in):
    chair, tries = sign_in(cast.son), []
    for _ in range(2):
        for house in (cast.bre, cast.van, cast.hoa):
            send_rejected(lan, cast.lan, house, outcome="later")
        with counted() as found:
            assert cards(chair.get("/rejected-entries").text)
        tries.append(len(found))
    assert tries[0] == tries[1] <= 6


def test_list_is_paginated_with_a_bounded_query_count(cast, lan, sign_in):
    rin = cast.resident("Thị Rin")
    said = body(cast.bre, (rin.id, "yes", [("VNEID_2_KH", "had", {})]),
                **{"dossiers-0-procedure": "1.001193"})
    entries = [entry(said) for _ in range(53)]
    send(lan, cast.lan, *entries)
    assert RejectedEntry.select().count() == 53
    chair = sign_in(cast.son)
    with counted() as found:
        page = chair.get(f"/rejected-entries?author={cast.lan.id}").text
    assert len(found) <= 10
    assert len(cards(page)) == 50 and page.count("Thị Rin") == page.count("Đăng ký khai sinh") == 50
    assert "Trang trước" not in page
    [after] = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = chair.get(after.replace("&amp;", "&")).text
    assert len(cards(rest)) == 3 and "Trang sau" not in rest
    assert f'name="next" value="{after}"' in rest
    assert f'rel="prev" href="/rejected-entries?author={cast.lan.id}"' in rest
    shown = re.findall(r"/rejected-entries/(\d+)/settlement", page + rest)
    assert len(set(shown)) == 53
    beyond = chair.get(f"/rejected-entries?author={cast.lan.id}&page=3")
    assert (beyond.status_code, beyond.location) == (
        302, f"/rejected-entries?author={cast.lan.id}")


def test_pack_renews_pages_after_rejection_and_settlement(cast, lan, sign_in):
    """The entry comes from another session; no other page of the author changes."""
    known = {}

    def pull():
        answer = lan.get("/pack", query_string=known)
        header, *lines = map(json.loads, answer.text.splitlines())
        known.update(since=header["cursor"], epoch=header["epoch"], scope=header["scope"])
        return {line["url"]: line["html"] for line in lines if "url" in line}

    assert "chưa nhận 1" not in "".join(pull().values())
    send_rejected(sign_in(cast.lan), cast.lan, cast.hlan)
    told = pull()
    assert set(told) == {"/", "/outbox"}
    assert all("Xã chưa nhận 1 lượt của anh chị" in html for html in told.values())
    assert pull() == {}
    RejectedEntry.get().settle()
    told = pull()
    assert set(told) == {"/", "/outbox"}
    assert not any("chưa nhận 1" in html for html in told.values())
