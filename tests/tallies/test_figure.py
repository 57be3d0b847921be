"""A figure opens to its rows: equal in number, of the own commune only."""

import re

import pytest

from teamapp.models import Resident
from teamapp.tallies.rows import KINDS
from tests.recording.test_visits import form, keep, person, step
from tests.rounds.conftest import bare
from tests.tallies.test_board import _wednesday, at, worked  # noqa: F401

PERIODS = ("", "?period=month", "?period=days&first=2026-11-10&last=2026-11-17",
           "?period=days&first=2026-10-20&last=2026-12-10",
           "?period=days&first=2026-11-17&last=2026-11-17")


def rows(answer):
    """Return the number of rows in the drawer."""
    return answer.text.split('id="drawer"')[1].split("</aside>")[0].count('<li class="row">')


def title_number(answer):
    """Return the number in the drawer's title."""
    title = answer.text.split('id="drawer-title"')[1].split("</h2>")[0]
    return int(re.search(r'<span class="number">([\d.]+)', title)[1].replace(".", ""))


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("figure", "column"), [
    ("activations", "Kích hoạt"), ("visits", "Lượt đến hộ"), ("houses", "Số hộ tiếp cận được"),
    ("dossiers", "Hồ sơ")])
def test_row_count_equals_the_figure(browser_of, worked, line, figure, column, period):  # noqa: F811
    chair = browser_of(worked.son)
    board = chair.get(f"/tallies{period}").text
    for place, label in ((worked.cau_van.id, "Ấp Cầu Ván"), (worked.da_xanh.id, "Đá Xanh"),
                         (0, "Cả xã")):
        figure_there = int(line(board, label)[column])
        answer = chair.get(f"/tallies/{place}/{figure}{period}", headers={"HX-Request": "true"})
        assert rows(answer) == title_number(answer) == figure_there


def test_moved_household_counts_in_one_village_only(browser_of, worked, line):  # noqa: F811
    worked.bre.village = worked.da_xanh
    worked.bre.number = 99
    worked.bre.save()
    keep(worked.mai, form(worked.bre, at=at(18)))
    chair = browser_of(worked.son)
    for period, all_houses in (("", "3"), (PERIODS[3], "4")):
        board = chair.get(f"/tallies{period}").text
        for place, label in ((worked.cau_van.id, "Ấp Cầu Ván"), (worked.da_xanh.id, "Đá Xanh")):
            answer = chair.get(f"/tallies/{place}/houses{period}")
            assert rows(answer) == int(line(board, label)["Số hộ tiếp cận được"])
        assert line(board, "Cả xã")["Số hộ tiếp cận được"] == all_houses


def test_obstacles_open_singly_and_together(browser_of, worked):  # noqa: F811
    chair = browser_of(worked.son)
    answer = chair.get("/tallies/0/obstacles?code=O11")
    assert rows(answer) == title_number(answer) == 2
    assert "Thị Rin" in answer.text
    assert rows(chair.get("/tallies/0/obstacles")) == 3
    assert rows(chair.get(f"/tallies/{worked.da_xanh.id}/obstacles")) == 1


def test_coverage_lists_people(browser_of, worked):  # noqa: F811
    chair = browser_of(worked.son)
    board = chair.get("/tallies").text
    for state, words, people in (("done", "đã kích hoạt", 4), ("not_yet", "chưa kích hoạt", 2),
                                 ("unasked", "chưa rà soát", 1)):
        answer = chair.get(f"/tallies/0/coverage?state={state}")
        assert rows(answer) == title_number(answer) == people
        assert f"{words} {people}<" in board
    adults = Resident.select().where(Resident.commune == worked.an_phu,
                                     Resident.is_adult_in(2026)).count()
    assert adults == 4 + 2 + 1
    page = chair.get("/tallies/0/coverage?state=unasked").text
    assert "Còn 13 người chưa có tên trong danh sách" in page


def test_person_without_consent_is_not_named(browser_of, worked):  # noqa: F811
    drawer = browser_of(worked.son).get(f"/tallies/{worked.cau_van.id}/activations").text
    drawer = drawer.split('id="drawer"')[1]
    assert "Không ghi tên" in drawer
    assert "Nguyễn Thị Hòa</b>" not in drawer


@pytest.mark.parametrize("figure", KINDS)
def test_row_names_the_village_for_a_figure_of_several(browser_of, worked, figure):  # noqa: F811
    def drawer(place):
        answer = browser_of(worked.son).get(f"/tallies/{place}/{figure}",
                                            headers={"HX-Request": "true"})
        return answer.text.split("<ul>")[1], rows(answer)

    text, listed = drawer(0)
    assert text.count("Ấp Cầu Ván") + text.count("Bon Đá Xanh") == listed > 0
    assert "Ấp Cầu Ván" not in drawer(worked.cau_van.id)[0]


def test_htmx_gets_the_drawer_and_a_browser_the_whole_board(browser_of, worked):  # noqa: F811
    chair, url = browser_of(worked.son), f"/tallies/{worked.cau_van.id}/visits"
    piece = chair.get(url, headers={"HX-Request": "true"}).text
    assert piece.lstrip().startswith('<aside class="drawer" id="drawer"')
    whole = chair.get(url).text
    assert "Trong tuần có thêm" in whole
    assert piece.strip() in whole


def test_close_link_returns_to_the_opening_page(browser_of, worked):  # noqa: F811
    chair, place = browser_of(worked.son), worked.cau_van.id
    for page, back in (("/tallies?period=month", "/tallies?period=month"),
                       (f"/tallies/{place}?period=month", f"/tallies/{place}?period=month")):
        link = re.search(rf'href="(/tallies/{place}/visits[^"]*)"', chair.get(page).text)[1]
        drawer = chair.get(link.replace("&amp;", "&"), headers={"HX-Request": "true"}).text
        assert f'href="{back}#visits-{place}"' in drawer


def test_rows_come_in_pages_of_fifty(browser_of, cast):
    keep(cast.lan, *[form(cast.bre, person(None, step()), at=at(18, 1)) for _ in range(53)])
    chair, url = browser_of(cast.son), f"/tallies/{cast.cau_van.id}"
    for figure in ("/visits", "/activations"):
        first, second = chair.get(url + figure), chair.get(f"{url}{figure}?page=2")
        assert (title_number(first), rows(first), rows(second)) == (53, 50, 3)
    assert chair.get(f"{url}?page=2").text.split('id="visits"')[1].count("<tr>") == 3 + 1
    for page in ("0", "-1", "x", "999", "9" * 30, "٣"):
        assert chair.get(f"{url}?page={page}").status_code == 200


def test_unknown_parameters_are_404(browser_of, cast):
    chair = browser_of(cast.son)
    for url in ("/tallies/99", "/tallies/0", "/tallies/99999999999999999999", "/tallies/1/people",
                "/tallies/99/visits", "/tallies/0/obstacles?code=O99",
                "/tallies/0/obstacles?code=%00", "/tallies/0/coverage?state=x"):
        assert chair.get(url).status_code == 404, url


def test_foreign_village_equals_a_missing_one(browser_of, worked):  # noqa: F811
    chau = browser_of(worked.chau)
    for tail in ("", *(f"/{figure}" for figure in KINDS)):
        strange = chau.get(f"/tallies/{worked.cau_van.id}{tail}")
        assert strange.status_code == 404
        assert bare(strange) == bare(chau.get(f"/tallies/2000000000{tail}"))
    for figure in KINDS:
        answer = chau.get(f"/tallies/0/{figure}?period=month&state=unasked")
        assert "Cầu Ván" not in answer.text
        assert "Điểu Bré" not in answer.text


def test_members_and_leaders_get_403(sign_in, cast):
    for user in (cast.lan, cast.tu):
        browser = sign_in(user)
        for url in ("/tallies", "/targets", f"/tallies/{cast.cau_van.id}",
                    f"/tallies/{cast.cau_van.id}/visits"):
            assert browser.get(url).status_code == 403
