"""The official order is stored at once, whole, and not over another person's."""

import pytest

from teamapp.models import Village


@pytest.fixture
def three(cast):
    """Return the ids of the three villages of An Phú, in order, as text."""
    made = cast.village(cast.an_phu, "V03", "ap", "Bàu Sen", 3)
    return [str(village.id) for village in (cast.cau_van, cast.da_xanh, made)]


def test_order_is_stored_and_told(browser_of, cast, three, villages, deeds):
    a, b, c = three
    answer = browser_of(cast.hanh).send(
        "/villages/order", htmx=True, drawn=f"{a} {b} {c}", place=[c, a, b])
    assert answer.status_code == 204
    assert villages(cast.an_phu) == ["Ấp Bàu Sen", "Ấp Cầu Ván", "Bon Đá Xanh"]
    assert deeds(cast.an_phu) == [("village_changed", "hanh", None, "position")]
    assert Village.get_by_id(cast.suoi_la.id).position == 1


@pytest.mark.parametrize(("move", "order"), [
    ("1 -1", "1 0 2"), ("1 1", "0 2 1"), ("0 -1", "0 1 2"), ("2 1", "0 1 2"), ("1 2", "0 1 2"),
    ("9 1", "0 1 2")])
def test_button_without_the_script_moves_one_step(
        browser_of, cast, three, move, order):
    place, _, step = move.partition(" ")
    id = three[int(place)] if place != "9" else "999"
    answer = browser_of(cast.hanh).send("/villages/order", drawn=" ".join(three), place=three,
                                        move=f"{id} {step}")
    assert (answer.status_code, answer.location) == (303, "/villages/order")
    assert [str(village.id) for village in Village.visible_to(cast.hanh)] == [
        three[int(place)] for place in order.split()]


def test_button_in_htmx_gets_the_list(browser_of, cast, three):
    answer = browser_of(cast.hanh).send("/villages/order", htmx=True, drawn=" ".join(three),
                                        place=three, move=f"{three[2]} -1")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<form id="order"')
    assert answer.text.index("Bàu Sen") < answer.text.index("Đá Xanh")


def test_outdated_order_is_told_and_not_stored(browser_of, cast, three, villages):
    a, b, c = three
    officer, chair = browser_of(cast.hanh), browser_of(cast.son)
    chair.send("/villages/order", drawn=f"{a} {b} {c}", place=[b, a, c])
    answer = officer.send("/villages/order", htmx=True, drawn=f"{a} {b} {c}", place=[a, c, b])
    assert answer.status_code == 422
    assert "người khác vừa đổi danh sách này" in answer.text
    assert f'value="{b} {a} {c}"' in answer.text
    assert villages(cast.an_phu) == ["Bon Đá Xanh", "Ấp Cầu Ván", "Ấp Bàu Sen"]


@pytest.mark.parametrize("places", [
    [], ["x"], ["0"], ["0", "0", "1", "2"], ["0", "1", "9" * 30], ["0", "1", "far"]])
def test_order_of_other_villages_is_not_stored(browser_of, cast, three, villages, places):
    before = villages(cast.an_phu)
    sent = [str(cast.suoi_la.id) if place == "far" else three[int(place)] if place in "012"
            else place for place in places]
    answer = browser_of(cast.hanh).send("/villages/order", drawn=" ".join(three), place=sent)
    assert answer.status_code == 422
    assert villages(cast.an_phu) == before and Village.get_by_id(cast.suoi_la.id).position == 1
