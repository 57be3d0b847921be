"""Households are assigned to members: one by one, by cluster, evenly."""

import json
import re
from uuid import uuid4

import pytest

from teamapp.models import Assignment, Household, Round
from teamapp.rostering.allocation import shares
from teamapp.rostering.selection import candidates
from tests.recording.test_visits import form, keep


@pytest.fixture
def village(draft, cast):
    """Return the address of Cầu Ván in the draft."""
    return f"/rounds/{draft.id}/villages/{cast.cau_van.id}"


def test_one_household_is_assigned(browser_of, cast, draft, village, holders):
    answer = browser_of(cast.hanh).send(f"{village}/assignments", houses=[str(cast.bre.id)],
                                        member=cast.lan.id)
    assert answer.status_code == 303
    assert holders(draft)["Điểu Bré"] == cast.lan.name
    assert holders(draft)["Lê Văn An"] is None


def test_selected_households_are_assigned_and_swapped_in_place(browser_of, cast, draft, village,
                                                               holders):
    answer = browser_of(cast.hanh).send(f"{village}/assignments", htmx=True, member=cast.binh.id,
                                        houses=[str(cast.bre.id), str(cast.hoa.id)])
    assert answer.text.lstrip().startswith('<div id="village"')
    assert "Đã giao 2 nhà cho Trần Bình." in answer.text
    assert holders(draft) == {"Điểu Bré": "Trần Bình", "Lê Văn An": None,
                              "Nguyễn Thị Hòa": "Trần Bình", "H'Lan": None}


def test_members_of_one_name_show_their_username(browser_of, cast, draft, village):
    other = cast.person("lan.2", "member", cast.lan.name, cast.cau_van)
    officer, name = browser_of(cast.hanh), f"{cast.lan.name} (lan.2)"
    answer = officer.send(f"{village}/assignments", htmx=True, member=other.id,
                          houses=[str(cast.bre.id)])
    assert f"Đã giao 1 nhà cho {name}." in answer.text
    page = officer.get(village).text
    assert page.count(name) == 3, "who goes, whose a house is, to whom to give"
    assert f"{cast.lan.name}<" not in page


def test_selection_for_another_button_stays_checked(browser_of, cast, draft, village):
    def ticks(answer):
        return set(re.findall(r'<input[^>]*? value="([^"]+)"[^>]* checked|'
                              r'<input checked[^>]*? value="([^"]+)"', answer.text))

    def ticked(answer):
        return {one or other for one, other in ticks(answer)}

    officer, lan, hoa = browser_of(cast.hanh), str(cast.lan.id), str(cast.hoa.id)
    answer = officer.send(f"{village}/assignments", htmx=True, houses=[str(cast.bre.id)],
                          member=cast.binh.id, members=[lan])
    assert ticked(answer) == {lan}
    answer = officer.send(f"{village}/assignments", htmx=True, houses=[hoa], cluster="Cụm 1",
                          member=cast.binh.id, members=[lan])
    assert ticked(answer) == {lan, hoa}
    answer = officer.send(f"{village}/allocation", htmx=True, houses=[hoa], members=[lan])
    assert ticked(answer) == {lan, hoa}
    assert len(ticked(officer.get(village))) == 3


def test_rejected_partial_has_a_target_on_the_page(browser_of, cast, draft, village):
    officer = browser_of(cast.hanh)
    shown = officer.get(village).text
    [rejected] = [rule for rule in json.loads(
        re.search(r"name=\"htmx-config\" content='([^']+)'", shown)[1])["responseHandling"]
        if rule["code"] == "[45].."]
    assert rejected["swap"] and f'id="{rejected["target"].lstrip("#")}"' in shown
    draft.choose([cast.da_xanh.id], candidates([cast.da_xanh.id], "all", 2026))
    answer = officer.send(f"{village}/assignments", htmx=True, member=cast.lan.id)
    assert answer.status_code == 404 and 'id="refusal"' in answer.text
    assert officer.get(village).text.count('id="refusal"') == 1


def test_enter_submits_the_main_button(browser_of, cast, village):
    officer = browser_of(cast.hanh)
    for url, name in ((village, "giving"), ("/rounds/new", "round")):
        first = re.search(rf'<form[^>]* id="{name}".*?(<button[^>]*>)', officer.get(url).text, re.S)
        assert first[1] == "<button hidden>", "the first button of a form is what Enter presses"


def test_whole_cluster_is_assigned(browser_of, cast, draft, village, holders):
    browser_of(cast.hanh).send(f"{village}/assignments", cluster="Cụm 1", member=cast.lan.id)
    assert holders(draft) == {"Điểu Bré": "Lê Thị Lan", "Lê Văn An": "Lê Thị Lan",
                              "Nguyễn Thị Hòa": None, "H'Lan": None}


def test_unassigned_households_are_allocated_evenly(browser_of, cast, draft, village, holders):
    officer = browser_of(cast.hanh)
    officer.send(f"{village}/assignments", houses=[str(cast.hoa.id)], member=cast.tu.id)
    officer.send(f"{village}/allocation", members=[cast.lan.id, cast.binh.id])
    assert sorted(filter(None, holders(draft).values())) == [
        "Lê Thị Lan", "Nguyễn Văn Tư", "Trần Bình"]


def test_round_is_allocated_within_each_villages_team(browser_of, cast, draft, holders):
    browser_of(cast.hanh).send(f"/rounds/{draft.id}/allocation")
    assert holders(draft)["H'Lan"] == "H'Mai"
    assert sorted(holders(draft).values()) == ["H'Mai", "Lê Thị Lan", "Nguyễn Văn Tư", "Trần Bình"]


def test_allocation_keeps_neighbours_together_and_evens_out():
    houses = list(range(10))
    assert shares(houses, {"a": 0, "b": 0, "c": 0}) == [
        ("a", [0, 1, 2, 3]), ("b", [4, 5, 6]), ("c", [7, 8, 9])]
    assert shares(houses, {"a": 8, "b": 0}) == [("a", [0]), ("b", list(range(1, 10)))]
    assert shares(houses, {"a": 20, "b": 0}) == [("b", houses)]
    assert shares([], {"a": 0}) == []
    assert shares(houses, {}) == []


def test_assignment_is_withdrawn(browser_of, cast, draft, village, holders):
    browser_of(cast.hanh).send(f"{village}/allocation", members=[cast.lan.id])
    browser_of(cast.hanh).send(f"{village}/assignments", houses=[str(cast.bre.id)], member="nobody")
    assert holders(draft)["Điểu Bré"] is None


def test_households_are_removed_and_added_back(browser_of, cast, draft, village, holders):
    officer = browser_of(cast.hanh)
    officer.send(f"{village}/removals", houses=[str(cast.bre.id)])
    assert "Điểu Bré" not in holders(draft)
    assert "Điểu Bré" in officer.get(f"{village}/houses").text
    officer.send(f"{village}/houses", houses=[str(cast.bre.id)])
    assert "Điểu Bré" in holders(draft)
    assert Assignment.get(Assignment.household == cast.bre.id).position == min(
        row.position for row in draft.assignments_in(cast.cau_van))


def test_household_without_a_cluster_shows_its_number(browser_of, cast, village):
    officer = browser_of(cast.hanh)
    officer.send(f"{village}/removals", houses=[str(cast.bre.id), str(cast.van.id)])
    Household.update(cluster="").where(Household.id == cast.bre.id).execute()
    page = officer.get(f"{village}/houses").text
    assert "<small data-words>1, cổng xanh</small>" in page
    assert "<small data-words>Cụm 1, 2</small>" in page


def test_count_per_member_is_updated(browser_of, cast, draft, village):
    officer = browser_of(cast.hanh)
    answer = officer.send(f"{village}/assignments", htmx=True, cluster="Cụm 1", member=cast.lan.id)
    row = answer.text.split("<span>Lê Thị Lan</span>")[1].split("</tr>")[0]
    assert 'data-name="Số nhà">2</td>' in row


def test_progress_counts_households_finished_within_the_round(browser_of, cast, draft, village):
    chair = browser_of(cast.son)
    chair.send(f"{village}/assignments", cluster="Cụm 1", member=cast.lan.id)
    chair.send(f"/rounds/{draft.id}/publication")
    keep(cast.lan, form(cast.bre), form(cast.van, outcome="absent"))
    keep(cast.binh, form(cast.hoa, outcome="declined"))
    assert "Đã xong 2 trên 4 nhà." in chair.get(f"/rounds/{draft.id}").text
    row = chair.get(village).text.split("<span>Lê Thị Lan</span>")[1].split("</tr>")[0]
    assert 'data-name="Số nhà">2</td>' in row and 'data-name="Xong">1</td>' in row
    Round.update(starts_on="2026-01-01", ends_on="2026-01-05").execute()
    assert "Đã xong 0 trên 4 nhà." in chair.get(f"/rounds/{draft.id}").text


@pytest.mark.parametrize(("typed", "words"), [
    ({"member": "1"}, "Chưa chọn nhà nào."),
    ({"member": ""}, "Chọn người nhận nhà."),
    ({"member": "999999"}, "Người này không ở tổ của thôn, ấp này."),
    ({"member": "x" * 500}, "Người này không ở tổ của thôn, ấp này."),
    ({"member": "1", "houses": ["khong-phai-ma"]}, "Có mục không thuộc xã mình."),
    ({"member": "1", "houses": [str(uuid4())]}, "Có mục không thuộc xã mình."),
    ({"member": "1", "cluster": "Cụm 99"}, "Cụm này không có nhà nào trong đợt."),
])
def test_invalid_assignment_shows_its_error(browser_of, cast, draft, village, holders, typed,
                                            words):
    for htmx in (True, False):
        answer = browser_of(cast.hanh).send(f"{village}/assignments", htmx=htmx, **typed)
        assert answer.status_code == 422
        assert words in answer.text
    assert set(holders(draft).values()) == {None}


def test_foreign_members_and_households_are_rejected(browser_of, cast, draft, village, holders):
    officer = browser_of(cast.hanh)
    for member in (cast.mai, cast.kien, cast.son):
        assert officer.send(f"{village}/assignments", houses=[str(cast.bre.id)],
                            member=member.id).status_code == 422
    for house in (cast.hlan, cast.kin):
        for action in ("assignments", "removals", "houses"):
            assert officer.send(f"{village}/{action}", houses=[str(house.id)],
                                member=cast.lan.id).status_code == 422
    assert officer.send(f"{village}/allocation", members=[cast.mai.id]).status_code == 422
    assert officer.send(f"{village}/allocation").status_code == 422
    assert set(holders(draft).values()) == {None}
    assert len(holders(draft)) == 4
