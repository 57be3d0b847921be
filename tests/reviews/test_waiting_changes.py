"""Two people changed one visit, or one changed it late: a person chooses."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from teamapp.counting.reconciliation import differences
from teamapp.models import Change, Visit
from tests.queries import counted
from tests.recording.test_changes import correction
from tests.sync.phone import body, entry, helped, record_of

from .conftest import cards, post, press, void


def live_note(visit):
    """Return (outcome, note) of the live version of a visit."""
    return Visit.live(Visit.outcome, Visit.note).where(
        Visit.first == UUID(record_of(visit))).tuples().first()


def test_both_versions_stand_beside_each_other_with_what_differs(cast, two_changes, sign_in):
    two_changes()
    [card] = cards(sign_in(cast.tu), "changes")
    counted_now, waiting = card.split('<div class="versions">')[1].split("</section>")[:2]
    assert "Hai người cùng sửa" in card and "Điểu Bré" in card
    assert "Đang tính" in counted_now and "<mark><b>Vắng nhà</b></mark>" in counted_now
    assert "Lê Thị Lan sửa" in counted_now and "Ai nhờ sửa: bà con" in counted_now
    assert "Chờ từ" in waiting and "<mark><b>Gặp được</b></mark>" in waiting
    assert "Nguyễn Văn Tư sửa" in waiting and "Vì sao: Ghi sai" in waiting
    assert "Ông ở nhà" in waiting and "<mark>Đến nhà" not in card


@pytest.mark.parametrize("who", ["tu", "hanh", "son"])
def test_leader_or_commune_takes_the_other_version_with_one_tap(
        cast, two_changes, sign_in, who):
    first, _, _ = two_changes()
    browser = sign_in(getattr(cast, who))
    assert live_note(first)[0] == "absent"
    answer = press(browser, cards(browser, "changes")[0], "Dùng bản này")
    assert answer.status_code == 303 and answer.location == "/reviews?of=changes"
    assert live_note(first) == ("met", "Ông ở nhà")
    assert not cards(browser, "changes") and differences(cast.an_phu) == []
    assert {change.settled_by_id for change in Change.select()} == {getattr(cast, who).id}


def test_version_that_counts_is_kept_with_one_tap(cast, two_changes, sign_in):
    first, _, _ = two_changes()
    browser = sign_in(cast.tu)
    [card] = cards(browser, "changes")
    kept = re.findall(r"<form.*?</form>", card, re.S)[0]
    assert post(browser, kept, "Dùng bản này").status_code == 303
    assert live_note(first)[0] == "absent" and not cards(browser, "changes")


def test_decision_sent_twice_or_after_another_persons_changes_nothing(cast, two_changes, sign_in):
    first, _, _ = two_changes()
    leader, officer = sign_in(cast.tu), sign_in(cast.hanh)
    [card], [same] = cards(leader, "changes"), cards(officer, "changes")
    press(leader, card, "Dùng bản này")
    said = list(Change.select(Change.state, Change.settled_receipt).tuples())
    assert press(leader, card, "Dùng bản này").status_code == 303
    other = re.findall(r"<form.*?</form>", same, re.S)[0]
    assert post(officer, other, "Dùng bản này").status_code == 303
    assert list(Change.select(Change.state, Change.settled_receipt).tuples()) == said
    assert live_note(first)[0] == "met"


def test_of_two_decisions_at_the_same_moment_one_holds(cast, two_changes, sign_in):
    two_changes()
    forms = []
    for place, user in enumerate((cast.tu, cast.hanh)):
        browser = sign_in(user)
        [card] = cards(browser, "changes")
        forms.append((browser, re.findall(r"<form.*?</form>", card, re.S)[place]))
    start = Barrier(2)

    def decide(browser, form):
        start.wait()
        return post(browser, form, "Dùng bản này").status_code

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(decide, *zip(*forms, strict=True))] == [303, 303]
    assert sorted(change.state for change in Change.select()) == ["dismissed", "effective"]
    assert len({change.settled_by_id for change in Change.select()} - {None}) == 1
    assert differences(cast.an_phu) == []


def test_decision_waits_if_another_change_came_since_the_page_was_opened(
        cast, two_changes, phones, sign_in):
    first, _, _ = two_changes()
    browser = sign_in(cast.tu)
    [card] = cards(browser, "changes")
    phones(cast.lan, correction(first, body(cast.bre, outcome="later", return_on="2026-12-24")))
    press(browser, card, "Dùng bản này")
    assert Change.select().where(Change.state == "waiting").count() == 2
    [card] = cards(browser, "changes")
    assert card.count("Dùng bản này") == 3
    press(browser, card, "Dùng bản này")
    assert not cards(browser, "changes") and live_note(first)[0] == "later"


def test_void_against_a_correction(cast, two_changes, sign_in):
    first, _, _ = two_changes(second=void)
    browser = sign_in(cast.tu)
    [card] = cards(browser, "changes")
    assert "Bỏ lượt này, không tính" in card and "nhầm ngõ" in card
    press(browser, card, "Dùng bản này")
    assert live_note(first) is None and differences(cast.an_phu) == []


@pytest.fixture
def late(cast, phones, later):
    """Return a function by which someone changes a visit of Lan's after 31 days."""

    def make(by, said=None):
        first = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
        phones(cast.lan, first)
        later(days=31)
        change = correction(first, said or body(cast.bre, outcome="absent"))
        return phones(by, change)["flag"]

    return make


@pytest.mark.parametrize("decision, outcome", [("Nhận", "absent"), ("Không nhận", "met")])
def test_late_change_is_accepted_or_not(cast, late, sign_in, decision, outcome):
    assert late(cast.lan) == "changed_late"
    browser = sign_in(cast.tu)
    [card] = cards(browser, "changes")
    assert "Sửa muộn" in card and "Hai người" not in card and "Lê Thị Lan ghi" in card
    assert press(browser, card, decision).status_code == 303
    assert Visit.live().get().outcome == outcome and not cards(browser, "changes")
    assert differences(cast.an_phu) == []


def test_leaders_own_late_change_waits_for_the_commune(cast, late, sign_in):
    assert late(cast.tu) == "changed_late"
    leader, officer = sign_in(cast.tu), sign_in(cast.hanh)
    [card] = cards(leader, "changes")
    assert "cán bộ hoặc chủ tịch xã quyết định" in card and "<form" not in card
    [open_card] = cards(officer, "changes")
    page = leader.get(f"/people/{cast.lan.id}").text
    token = re.search(r'csrf_token" value="([^"]+)', page)[1]
    forced = leader.post(f"/changes/{Change.get().id}/settlement", data={
        "decision": "accept", "seen": 10**6, "csrf_token": token})
    assert forced.status_code == 403 and Change.get().state == "waiting"
    press(officer, open_card, "Nhận")
    assert Change.get().state == "effective"


def test_correction_of_the_waiting_version_shows_what_it_says_now(
        cast, two_changes, phones, sign_in):
    first, _, by_tu = two_changes()
    phones(cast.tu, correction(by_tu, body(cast.bre, note="Bà ở nhà")))
    browser = sign_in(cast.son)
    [card] = cards(browser, "changes")
    assert "Bà ở nhà" in card and "Ông ở nhà" not in card
    press(browser, card, "Dùng bản này")
    assert live_note(first) == ("met", "Bà ở nhà")


def test_invalid_decision_is_refused(cast, two_changes, sign_in):
    two_changes()
    browser = sign_in(cast.tu)
    [card] = cards(browser, "changes")
    wrong = card.replace('value="accept"', 'value="perhaps"')
    assert press(browser, wrong, "Dùng bản này").status_code == 400


def test_commune_lists_them_by_village_and_others_see_nothing(cast, two_changes, phones, sign_in):
    two_changes()
    first = entry(body(cast.hlan))
    for by, one in ((cast.mai, first), (cast.mai, correction(first, body(cast.hlan, note="a"))),
                    (cast.hanh, correction(first, body(cast.hlan, note="b")))):
        phones(by, one)
    page = sign_in(cast.hanh).get("/reviews?of=changes").text
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["Ấp Cầu Ván", "Bon Đá Xanh"]
    assert "H&#39;Lan" not in sign_in(cast.tu).get("/reviews?of=changes").text
    assert not cards(sign_in(cast.chau), "changes")


def test_query_count_is_bounded_however_many_wait(cast, two_changes, sign_in):
    chair, leader, tries = sign_in(cast.son), sign_in(cast.tu), []
    for _ in range(2):
        for house in (cast.bre, cast.van, cast.hoa):
            two_changes(house)
        for browser in (chair, leader):
            with counted() as found:
                assert cards(browser, "changes")
            tries.append(len(found))
    assert tries[:2] == tries[2:] and max(tries) <= 12
