"""What the commune could not take: its author and the leader see it, and say that they have."""

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


def refuse(browser, user, house, code=None, **more):
    """Send a visit that is rejected, and return what lies in the inbox of it."""
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
    """Return the cards of rejected work on a page."""
    return re.findall(r'<div class="card" data-rejected.*?</form>', page, re.S)


def test_the_author_is_told_on_the_day_page_and_the_outbox_and_finds_it(cast, lan):
    refuse(lan, cast.lan, cast.hlan)
    for path in ("/", "/outbox"):
        page = lan.get(path).text
        assert "Xã chưa nhận 1 lượt của anh chị" in page, path
        assert 'href="/rejected-entries"' in page, path
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Nhà này không thuộc tổ của người ghi." in card
    assert "Vắng nhà" in card and "H&#39;Lan" not in card


def test_who_has_nothing_refused_is_told_nothing(cast, lan, sign_in):
    refuse(sign_in(cast.binh), cast.binh, cast.hlan)
    assert "/rejected-entries" not in lan.get("/").text + lan.get("/outbox").text
    page = lan.get("/rejected-entries").text
    assert not cards(page) and "Không còn lượt nào xã chưa nhận." in page


@pytest.mark.parametrize("who, sees", [
    ("tu", True), ("hanh", True), ("son", True), ("lan", True), ("binh", False), ("mai", False),
    ("kien", False), ("chau", False)])
def test_author_leader_and_commune_see_it_and_nobody_else(cast, lan, desk, who, sees):
    item = refuse(lan, cast.lan, cast.bre, outcome="later")  # without a day to come back
    browser = desk(getattr(cast, who))
    assert len(cards(browser.get("/rejected-entries").text)) == sees
    found = cards(browser.get(f"/rejected-entries?author={cast.lan.id}").text)
    assert len(found) == sees
    if sees:
        assert all(word in found[0] for word in ("Điểu Bré", "Hẹn lại", "Có chỗ ghi chưa đúng."))
    if sees and who != "lan":
        assert f'"/rejected-entries?author={cast.lan.id}"' in browser.get(
            f"/people/{cast.lan.id}").text
    page = "/outbox-files"  # where everybody has a token
    assert browser.press(f"/rejected-entries/{item.id}/settlement", page).status_code == (
        303 if sees else 404)
    assert bool(RejectedEntry.get().settled_at) == sees


def test_a_persons_page_tells_how_many_are_theirs_and_leads_to_them(cast, lan, sign_in):
    for house in (cast.hlan, cast.kin):
        refuse(lan, cast.lan, house)
    leader = sign_in(cast.tu)
    assert "Lượt xã chưa nhận (2)" in leader.get(f"/people/{cast.lan.id}").text
    assert "chưa nhận" not in leader.get(f"/people/{cast.binh.id}").text
    page = leader.get(f"/rejected-entries?author={cast.lan.id}").text
    assert len(cards(page)) == 2 and "Người ghi" not in page
    assert f'href="/people/{cast.lan.id}"' in page
    assert not cards(leader.get(f"/rejected-entries?author={cast.binh.id}").text)


@pytest.mark.parametrize("author", ["kien", "mai", 0, -1, 2**31, 9 * 10**30])
def test_an_author_who_is_not_the_readers_to_see_is_as_one_who_wrote_nothing(
        cast, lan, sign_in, author):
    for browser, user, house in ((lan, cast.lan, cast.hlan), (sign_in(cast.kien), cast.kien,
                                 cast.bre), (sign_in(cast.mai), cast.mai, cast.bre)):
        refuse(browser, user, house)
    leader = sign_in(cast.tu)
    asked = getattr(cast, author).id if isinstance(author, str) else author
    page = leader.get(f"/rejected-entries?author={asked}")
    assert (page.status_code, cards(page.text)) == (200, [])
    assert page.text == leader.get("/rejected-entries?author=999999").text
    assert len(cards(leader.get("/rejected-entries?author=lan").text)) == 1


def test_seen_is_settled_kept_and_told_no_more(cast, lan, desk):
    item = refuse(lan, cast.lan, cast.hlan)
    leader, page = desk(cast.tu), f"/rejected-entries?author={cast.lan.id}"
    assert "Lượt xã chưa nhận (1)" in leader.get("/people").text
    answer = leader.press(f"/rejected-entries/{item.id}/settlement", page, next=page)
    assert (answer.status_code, answer.location) == (303, page)
    assert not cards(leader.get(page).text) and "chưa nhận" not in leader.get("/people").text
    assert "/rejected-entries" not in lan.get("/").text
    kept = RejectedEntry.get()
    assert kept.settled_at and kept.body == item.body


def test_who_presses_second_finds_it_seen_since_the_first(cast, lan, desk):
    item = refuse(lan, cast.lan, cast.hlan)
    refuse(lan, cast.lan, cast.bre, outcome="later")  # stays, so that the page has a form
    settled = []
    for who in (cast.tu, cast.lan):
        answer = desk(who).press(f"/rejected-entries/{item.id}/settlement", "/rejected-entries",
                                 next="/rejected-entries")
        assert (answer.status_code, answer.location) == (303, "/rejected-entries")
        settled.append(RejectedEntry.get_by_id(item.id).settled_at)
    assert settled[0] and settled[0] == settled[1]


def test_settling_leads_to_no_other_site(cast, lan, desk):
    item = refuse(lan, cast.lan, cast.hlan)
    answer = desk(cast.lan).press(f"/rejected-entries/{item.id}/settlement", "/rejected-entries",
                                  next="https://elsewhere.example/")
    assert answer.location == "/"


def test_the_newest_comes_first_and_what_was_mended_is_gone(cast, lan, sign_in):
    for house, outcome in ((cast.bre, "later"), (cast.van, "later"), (cast.hoa, "later")):
        item = refuse(lan, cast.lan, house, outcome=outcome)
    item.received_at = clock.now() - timedelta(days=3)
    item.save()
    mend = entry(body(cast.van, outcome="absent"),
                 replaces=str(RejectedEntry.get(RejectedEntry.body.contains(str(cast.van.id))).entry))
    assert result(lan, cast.lan, mend)["status"] == "accepted"
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
def test_whatever_was_written_it_is_shown(cast, lan, sign_in, said):
    result(lan, cast.lan, entry(said))
    for browser, path in ((lan, "/rejected-entries"),
                          (sign_in(cast.son), f"/rejected-entries?author={cast.lan.id}")):
        [card] = cards(browser.get(path).text)
        assert "<script" not in card and "flown" not in card


def test_what_was_done_is_told_to_who_writes_it_down_again(cast, lan, sign_in):
    said = body(cast.bre, (cast.resident("Thị Rin").id, "yes", [("VNEID_2_KH", "helped", {}),
                                                ("DVCQG", "not_yet", {"obstacle": "O01"})]),
                ("", "", [("SIM", "had", {})]), note="Chiều quay lại", return_on="2026-12-05",
                return_part="afternoon", **{"dossiers-0-procedure": "1.001193",
                                            "dossiers-0-code": "H10-1"})
    result(lan, cast.lan, entry(said))  # nobody says how it was done, and the dossier has no id
    cast.hanh.set_language("en")
    for who, words in (("lan", ["Thị Rin: Kích hoạt VNeID – xong hôm đó; DVC quốc gia – chưa "
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
def test_only_who_agreed_is_named(cast, lan, then, now, is_named):
    rin = cast.resident("Thị Rin")
    if then is not None:
        Consent.create(resident=rin, purpose="record", given=then, asked_at=clock.now(),
                       asked_by=cast.lan)
    said = body(cast.bre, (rin.id, now, [("DVCQG", "not_yet", {})]), return_on="2020-01-01")
    assert result(lan, cast.lan, entry(said))["status"] == "rejected"
    [card] = cards(lan.get("/rejected-entries").text)
    assert "DVC quốc gia – chưa" in card
    assert ("Thị Rin" in card) == is_named


def test_people_the_reader_may_not_see_are_not_named(cast, lan, sign_in):
    result(lan, cast.lan, entry(body(cast.hlan, (cast.resident("H'Lan").id, "yes", []))))
    assert "Người không ghi tên" in cards(lan.get("/rejected-entries").text)[0]


@pytest.mark.parametrize("code", REJECTIONS)
def test_every_reason_is_said_in_the_readers_language_and_what_to_do(cast, lan, sign_in, code):
    refuse(lan, cast.lan, cast.hlan, code=code)
    cast.son.set_language("en")
    own = lan.get("/rejected-entries").text
    others = sign_in(cast.son).get("/rejected-entries").text
    assert str(REJECTIONS[code].why) in own and str(REJECTIONS[code].advice) in own
    assert cards(others) and not re.search(r"[ăđơưạảấậẹếềệịọốộớợụứữ]", re.sub(
        "Lê Thị Lan", "", cards(others)[0]))


def test_a_code_of_another_release_says_what_the_phone_was_told(cast, lan):
    item = refuse(lan, cast.lan, cast.hlan, code="unheard_of")
    [card] = cards(lan.get("/rejected-entries").text)
    assert item.reason in card and "Còn ở Gửi về xã thì bấm Sửa." in card


def test_what_was_wrong_is_told_as_it_was_said_to_who_reads_that_language(cast, lan, sign_in):
    refuse(lan, cast.lan, cast.bre, outcome="later")
    assert "Chọn ngày hẹn lại." in cards(sign_in(cast.tu).get("/rejected-entries").text)[0]
    for reader in (cast.tu, cast.lan):
        reader.set_language("en")
        assert "Chọn ngày hẹn" not in cards(sign_in(reader).get("/rejected-entries").text)[0]


def test_what_another_brought_is_not_told_in_the_bearers_language(cast, sign_in, hand_in):
    cast.tu.set_language("en")
    page = hand_in(cast.tu, saved(cast.lan, entry(body(cast.bre, outcome="later"))))
    assert "Choose the day to come back." in page.text
    for reader, is_told in ((cast.lan, False), (cast.tu, True)):
        [card] = cards(sign_in(reader).get("/rejected-entries").text)
        assert ("Choose the day" in card) == is_told


def test_of_endless_people_and_dossiers_as_many_are_told_as_a_form_takes(cast, lan):
    said = "&".join(f"people-{n}-id={uuid4()}&people-{n}-steps-0-kind=SIM" for n in range(700))
    assert result(lan, cast.lan, entry(f"{said}&" + "&".join(
        f"dossiers-{n}-code=H10" for n in range(90))))["status"] == "rejected"
    page = lan.get("/rejected-entries")
    assert page.status_code == 200
    [card] = cards(page.text)
    assert card.count("<li>") == 30


def test_what_no_phone_writes_is_marked_and_the_rest_of_the_words_are_there(cast, lan):
    result(lan, cast.lan, entry(body(cast.bre, outcome="absent", note="Chiều\x07 quay lại")))
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Chiều\ufffd quay lại" in card


def test_long_words_are_cut_in_the_list(cast, lan):
    note, reason = "chiều " * 400, "xa " * 400
    item = refuse(lan, cast.lan, cast.bre, note=note, reason=reason)
    [card] = cards(lan.get("/rejected-entries").text)
    assert f"{note[:299]}…</li>" in card and f"{reason[:299]}…</li>" in card
    assert len(parse_qs(item.body)["note"][0]) == len(note)


def test_what_is_of_no_kind_we_know_is_listed_with_its_reason(cast, lan):
    result(lan, cast.lan, entry(body(cast.bre, note="x"), kind="visits.dream"))
    [card] = cards(lan.get("/rejected-entries").text)
    assert "Việc khác" in card and "Xã chưa nhận loại việc này." in card
    assert "Điểu Bré" not in card


@pytest.mark.parametrize("form, note", [(0, "Trưa"), (1, "Trưa"), (2, "Chiều"), (9, "Chiều")])
def test_what_an_older_form_wrote_is_read_as_its_answers_mean_now(
        cast, lan, monkeypatch, form, note):
    item = refuse(lan, cast.lan, cast.hlan, note="Chiều")
    RejectedEntry.update(form=form, body=item.body.replace(quote("Chiều"), "Chiều")).execute()
    kind = KINDS["visits.create"]._replace(
        form=2, upgrades={1: lambda body: body.replace("Chiều", "Trưa")})
    monkeypatch.setitem(KINDS, "visits.create", kind)
    [card] = cards(lan.get("/rejected-entries").text)
    assert f"<b>Ghi chú</b>: {note}" in card


def test_one_that_no_form_can_read_stands_among_the_others(cast, lan, monkeypatch):
    for house in (cast.bre, cast.van, cast.hoa):
        refuse(lan, cast.lan, house, outcome="later")

    def fail(body):
        raise ZeroDivisionError

    RejectedEntry.update(form=1).where(RejectedEntry.body.contains(str(cast.van.id))).execute()
    RejectedEntry.update(form=2).where(~RejectedEntry.body.contains(str(cast.van.id))).execute()
    kind = KINDS["visits.create"]._replace(form=2, upgrades={1: fail})
    monkeypatch.setitem(KINDS, "visits.create", kind)
    found = cards(lan.get("/rejected-entries").text)
    assert [("Một lượt" in card, "Hẹn lại" in card) for card in found] == [
        (False, True), (True, False), (False, True)]


def test_a_house_the_reader_may_not_see_is_not_named(cast, lan, sign_in):
    refuse(lan, cast.lan, cast.hlan)
    for who, named in (("tu", False), ("son", True)):
        [card] = cards(sign_in(getattr(cast, who)).get("/rejected-entries").text)
        assert ("H&#39;Lan" in card) == named == (str(cast.hlan.id) in card)
    refuse(lan, cast.lan, cast.kin)
    assert "Giàng" not in sign_in(cast.son).get("/rejected-entries").text


def test_who_moved_away_is_not_named_to_the_old_leader_but_the_visit_is_there(cast, lan, sign_in):
    refuse(lan, cast.lan, cast.hlan)
    cast.lan.move_to(cast.da_xanh, clock.today())
    [card] = cards(sign_in(cast.tu).get("/rejected-entries").text)
    assert "Lê Thị Lan" not in card
    assert "Lê Thị Lan" in cards(sign_in(cast.son).get("/rejected-entries").text)[0]


def test_the_number_of_queries_does_not_grow_with_what_was_rejected(cast, lan, sign_in):
    chair, tries = sign_in(cast.son), []
    for _ in range(2):
        for house in (cast.bre, cast.van, cast.hoa):
            refuse(lan, cast.lan, house, outcome="later")
        with counted() as found:
            assert cards(chair.get("/rejected-entries").text)
        tries.append(len(found))
    assert tries[0] == tries[1] <= 6


def test_a_page_of_fifty_asks_no_more_and_leads_to_the_next(cast, lan, sign_in):
    rin = cast.resident("Thị Rin")
    said = body(cast.bre, (rin.id, "yes", [("VNEID_2_KH", "had", {})]),
                **{"dossiers-0-procedure": "1.001193"})
    entries = [entry(said) for _ in range(53)]
    send(lan, cast.lan, *entries)
    assert RejectedEntry.select().count() == 53
    chair = sign_in(cast.son)
    with counted() as found:
        page = chair.get(f"/rejected-entries?author={cast.lan.id}").text
    assert len(found) <= 9
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


def test_a_phone_that_has_its_pages_hears_of_it(cast, lan, sign_in):
    """Another person's contact brought it: nothing else of hers has changed."""
    known = {}

    def pull():
        answer = lan.get("/pack", query_string=known)
        header, *lines = map(json.loads, answer.text.splitlines())
        known.update(since=header["cursor"], epoch=header["epoch"], scope=header["scope"])
        return {line["url"]: line["html"] for line in lines if "url" in line}

    assert "chưa nhận 1" not in "".join(pull().values())
    refuse(sign_in(cast.lan), cast.lan, cast.hlan)
    told = pull()
    assert set(told) == {"/", "/outbox"}
    assert all("Xã chưa nhận 1 lượt của anh chị" in html for html in told.values())
    assert pull() == {}
    RejectedEntry.get().settle()
    told = pull()
    assert set(told) == {"/", "/outbox"}
    assert not any("chưa nhận 1" in html for html in told.values())
