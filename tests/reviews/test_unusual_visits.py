"""Possible duplicates, and visits dated ahead or long back: somebody looks at them."""

from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Visit
from tests.queries import counted, ways
from tests.recording.test_changes import correction
from tests.sync.phone import body, entry, helped

from .conftest import cards, press, void


@pytest.fixture
def duplicate(cast, phones):
    """Return a function by which Lan and Bình visit one house on the same day."""

    def make(house=None):
        entries = [entry(body(house or cast.bre)),
                   entry(body(house or cast.bre, helped(cast.resident("Thị Rin"))))]
        for by, one in zip((cast.lan, cast.binh), entries, strict=True):
            phones(by, one)
        return entries

    return make


def test_both_visits_of_a_possible_duplicate_are_shown(cast, duplicate, sign_in):
    duplicate()
    [card] = cards(sign_in(cast.tu), "duplicates")
    assert "Lê Thị Lan ghi" in card and "Trần Bình ghi" in card
    assert "Thị Rin" in card and "cùng ngày" in card
    assert f'href="/households/{cast.bre.id}"' in card


def test_duplicate_looked_at_is_settled_with_one_tap_also_twice(cast, duplicate, sign_in):
    duplicate()
    browser = sign_in(cast.tu)
    [card] = cards(browser, "duplicates")
    answer = press(browser, card, "Đã xử lý")
    assert (answer.status_code, answer.location) == (303, "/reviews?of=duplicates")
    assert not cards(browser, "duplicates")
    [seen] = Visit.select(Visit.reviewed_at).where(Visit.flag == "possible_duplicate").tuples()
    assert press(browser, card, "Đã xử lý").status_code == 303
    assert Visit.select(Visit.reviewed_at).where(
        Visit.flag == "possible_duplicate").tuples().get() == seen


@pytest.mark.parametrize("place", [0, 1])
def test_duplicate_is_settled_when_either_visit_is_void(
        cast, duplicate, phones, sign_in, place):
    one = duplicate()[place]
    phones((cast.lan, cast.binh)[place], void(one))
    assert not cards(sign_in(cast.tu), "duplicates")


def test_reviewed_visit_that_is_corrected_comes_again(cast, duplicate, phones, sign_in):
    _, second = duplicate()
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "duplicates")[0], "Đã xử lý")
    phones(cast.binh, correction(second, body(cast.bre, note="Đến lần nữa")))
    [card] = cards(browser, "duplicates")
    assert "Đến lần nữa" in card
    press(browser, card, "Đã xử lý")
    assert not cards(browser, "duplicates")


def test_third_visit_of_the_day_brings_the_house_back(cast, duplicate, phones, sign_in):
    duplicate()
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "duplicates")[0], "Đã xử lý")
    phones(cast.tu, entry(body(cast.bre, outcome="absent")))
    [card] = cards(browser, "duplicates")
    assert card.count("cùng ngày") == 1 and card.count(" ghi, xã nhận") == 3


def test_visit_that_came_since_the_page_was_opened_is_not_settled(
        cast, duplicate, phones, sign_in):
    duplicate()
    browser = sign_in(cast.tu)
    [card] = cards(browser, "duplicates")
    phones(cast.tu, entry(body(cast.bre, outcome="absent")))
    press(browser, card, "Đã xử lý")
    [card] = cards(browser, "duplicates")
    press(browser, card, "Đã xử lý")
    assert not cards(browser, "duplicates")


def test_duplicate_dated_long_back_is_looked_at_once_beside_the_other(cast, phones, sign_in):
    at = clock.now() - timedelta(days=70)
    one, other = entry(body(cast.bre, at=at)), entry(body(cast.bre, at=at))
    phones(cast.lan, one)
    phones(cast.binh, other)
    browser = sign_in(cast.tu)
    assert [len(cards(browser, kind)) for kind in ("duplicates", "days")] == [1, 1]
    [card] = cards(browser, "duplicates")
    assert card.count("cũ hơn 60 ngày") == 2
    phones(cast.lan, void(one))  # the second is no duplicate now, its date is still unusual
    assert [len(cards(browser, kind)) for kind in ("duplicates", "days")] == [0, 1]
    press(browser, cards(browser, "days")[0], "Đã xử lý")
    assert not cards(browser, "days")


@pytest.mark.parametrize("shift, word", [(timedelta(days=2), "Ngày giờ ghi muộn hơn lúc xã nhận"),
                                         (timedelta(days=-61), "Ngày giờ ghi cũ hơn 60 ngày")])
def test_visit_dated_ahead_or_long_back_is_looked_at(cast, phones, sign_in, shift, word):
    one = entry(body(cast.bre, at=clock.now() + shift))
    phones(cast.lan, one)
    browser = sign_in(cast.hanh)
    [card] = cards(browser, "days")
    assert word in card and "Điểu Bré" in card
    assert press(browser, card, "Đã xử lý").status_code == 303
    assert not cards(browser, "days")
    phones(cast.lan, correction(one, body(cast.bre, at=clock.now() + shift, note="Đúng ngày")))
    assert len(cards(browser, "days")) == 1
    phones(cast.lan, correction(one, body(cast.bre)))
    assert Visit.select().where(Visit.is_live).count() == 1


def test_usual_visits_need_no_look(cast, phones, sign_in):
    phones(cast.lan, entry(body(cast.bre)))
    phones(cast.lan, entry(body(cast.bre, outcome="absent")))
    browser = sign_in(cast.tu)
    assert not cards(browser, "days") and not cards(browser, "duplicates")


def test_nobody_elsewhere_sees_or_settles_them(cast, duplicate, sign_in):
    duplicate()
    browser, stranger = sign_in(cast.tu), sign_in(cast.chau)
    [card] = cards(browser, "duplicates")
    assert not cards(stranger, "duplicates")
    assert press(stranger, card, "Đã xử lý").status_code in (400, 404)
    assert cards(browser, "duplicates")


def test_lists_are_paged_with_a_bounded_query_count(cast, phones, sign_in):
    moments = [clock.now() - timedelta(days=62 + days) for days in range(52)]
    for at in moments:
        phones(cast.lan, entry(body(cast.bre, at=at)))
        phones(cast.binh, entry(body(cast.bre, at=at)))
    chair = sign_in(cast.son)
    for kind in ("duplicates", "days"):
        with counted() as found:
            assert len(cards(chair, kind)) == 50
        assert len(found) <= 12, kind
        assert len(cards(chair, kind, "&page=2")) == 2
    assert chair.get("/reviews?of=days&page=9").location == "/reviews?of=days"


@pytest.mark.once
def test_lists_are_read_by_the_index_of_what_waits(cast, duplicate, sign_in):
    duplicate()
    chair = sign_in(cast.son)
    for kind in ("changes", "duplicates", "days"):
        with counted() as found:
            chair.get(f"/reviews?of={kind}")
        plan = ways(found)
        assert not [line for line in plan if line.startswith(("SCAN visit", "SCAN t1"))], plan
        assert any("visit_to_review" in line for line in plan)
