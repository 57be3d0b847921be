"""The way to what waits, and the head of its lists with their numbers."""

import re

import pytest

from teamapp.models import OpenReviews
from tests.sync.phone import body, entry
from tests.sync.test_rejected_entries import send_rejected

from .conftest import cards, press


@pytest.fixture
def everything(cast, phones, two_changes, sign_in):
    """Let one matter of each kind wait in the first village."""
    two_changes()
    for by in (cast.lan, cast.binh):
        phones(by, entry(body(cast.van)))
    phones(cast.lan, entry(body(cast.hoa, visited_at="2025-01-02T08:00")))
    send_rejected(sign_in(cast.lan), cast.lan, cast.hlan)


def numbers(page):
    """Return {tab: its number} of a page."""
    return dict(re.findall(r'<a class="chip"[^>]*>([^<]+) <b>(\d+)</b>', page))


def test_every_list_has_the_same_tabs_with_the_numbers_of_what_is_open(
        cast, everything, sign_in):
    for user in (cast.tu, cast.hanh):
        browser = sign_in(user)
        for path in ("/rejected-entries", "/reviews?of=changes", "/reviews?of=days"):
            assert numbers(browser.get(path).text) == {
                "Xã chưa nhận": "1", "Bản sửa chờ": "1", "Có thể trùng": "1",
                "Ngày giờ lạ": "1"}, path
    assert OpenReviews.of(cast.chau) == OpenReviews() == OpenReviews.of(cast.lan)


def test_leader_is_led_there_from_the_day_page_and_the_team(cast, everything, sign_in):
    browser = sign_in(cast.tu)
    assert "Có 4 việc cần xem." in browser.get("/").text
    assert "Cần xem 4" in browser.get("/people").text
    assert 'href="/reviews"' in browser.get("/me").text
    lan = sign_in(cast.lan)
    assert "cần xem" not in lan.get("/").text and "/reviews" not in lan.get("/me").text
    assert "Xã chưa nhận 1 lượt của anh chị" in lan.get("/").text


def test_commune_is_led_there_from_every_page(cast, everything, sign_in):
    browser = sign_in(cast.son)
    for path in ("/tallies", "/rounds", "/people"):
        assert "Cần xem 4" in browser.get(path).text, path


def test_leaders_phone_gets_the_new_number_after_a_review(cast, everything, sign_in):
    browser = sign_in(cast.tu)
    browser_of_the_officer = sign_in(cast.hanh)
    pack = browser.get("/pack").text
    assert "Có 4 việc cần xem." in pack
    known = re.search(r'"epoch":"([^"]+)","cursor":(\d+),"scope":"([^"]+)"', pack)
    [card] = cards(browser_of_the_officer, "days")
    press(browser_of_the_officer, card, "Đã xử lý")
    newer = browser.get(f"/pack?epoch={known[1]}&since={known[2]}&scope={known[3]}").text
    assert "Có 3 việc cần xem." in newer


def test_page_opens_with_the_first_kind_that_has_something_open(cast, two_changes, sign_in):
    browser = sign_in(cast.tu)
    assert "Không còn gì cần xem." in browser.get("/reviews").text
    two_changes()
    assert "Hai người cùng sửa" in browser.get("/reviews").text
    send_rejected(sign_in(cast.lan), cast.lan, cast.hlan)
    assert browser.get("/reviews").location == "/rejected-entries"
    assert "Không còn gì cần xem ở mục này." in browser.get("/reviews?of=days").text
    assert browser.get("/reviews?of=nothing").status_code == 404


def test_member_may_not_open_it(cast, sign_in):
    assert sign_in(cast.lan).get("/reviews").status_code == 403
