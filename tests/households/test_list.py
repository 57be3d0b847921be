"""The list of households: searched by word, in pages, limited to the own village."""

import re
from html import unescape

import pytest

from teamapp import clock
from teamapp.models import Household

from ..deeds import visit
from ..queries import counted


def shown(client, **asked):
    """Return the heads of the listed households, in order."""
    html = unescape(client.get("/households", query_string=asked).get_data(as_text=True))
    return [part.split("</b>")[0] for part in html.split('<li class="row"')[1:]
            for part in [part.split("<b>")[1]]]


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's browser."""
    return sign_in(cast.lan)


@pytest.mark.parametrize("words, found", [
    ("dieu bre", ["Điểu Bré"]), ("Điểu Bré", ["Điểu Bré"]), ("ĐIỂU BRÉ", ["Điểu Bré"]),
    ("bre", ["Điểu Bré"]), ("rin", ["Điểu Bré"]), ("an", ["Lê Văn An"]),
    ("le van 1957", ["Lê Văn An"]), ("cum 1 an", ["Lê Văn An"]), ("3", ["Nguyễn Thị Hòa"]),
    ("", ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]), ("lan", []), ("kin", []), ("eu", []),
    ("%", ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]), ("zzz", [])])
def test_search_matches_beginnings_of_words(lan, words, found):
    assert shown(lan, q=words) == found


@pytest.mark.parametrize("words", ["h lan", "H'Lan", "h’lan", "lan"])
def test_search_ignores_apostrophes(cast, sign_in, words):
    assert shown(sign_in(cast.mai), q=words) == ["H'Lan"]


def test_filter_selects_matching_households(cast, lan):
    visit(cast.lan, cast.bre, people=[(cast.resident("Điểu Bré"), "helped"),
                                      (cast.resident("Thị Rin"), "had")])
    visit(cast.lan, cast.van, "later", return_on=None)
    assert shown(lan, **{"is": "todo"}) == ["Nguyễn Thị Hòa"]
    assert shown(lan, **{"is": "not"}) == ["Lê Văn An", "Nguyễn Thị Hòa"]
    assert shown(lan, **{"is": "dream"}) == ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]


def test_appointment_filter_ends_with_the_next_visit(cast, lan):
    visit(cast.lan, cast.van, "later", days_ago=1, return_on=clock.today())
    assert shown(lan, **{"is": "later"}) == ["Lê Văn An"]
    visit(cast.binh, cast.van, "absent")
    assert shown(lan, **{"is": "later"}) == []


def test_page_holds_a_hundred_households(cast, lan):
    village = cast.cau_van
    with cast.an_phu.write() as tx:
        for number in range(10, 210):
            cast.house(tx, f"more {number}", village, number, "Cụm 9", f"Lý {number}",
                       [(f"Lý {number}", 1990, "")])
    assert len(shown(lan)) == 100
    assert [len(shown(lan, page=number)) for number in (2, 3, -1)] == [100, 3, 100]
    assert shown(lan, page=2)[0] == "Lý 107"
    with counted() as queries:
        lan.get("/households")
    assert len(queries) <= 5


def test_page_after_the_last_redirects_to_the_first(lan):
    answer = lan.get("/households?page=9999&q=bre&is=todo")
    assert answer.status_code == 302
    assert answer.location == "/households?q=bre&is=todo"
    assert shown(lan, page=1) == ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]


@pytest.mark.parametrize("asked", [{"is": "later"}, {"is": "later", "q": ""},
                                   {"is": "later", "q": "  "}])
def test_empty_result_shows_a_message(lan, asked):
    html = lan.get("/households", query_string=asked).get_data(as_text=True)
    assert "Không có nhà nào như vậy." in html
    assert "Không thấy" not in html


def test_commune_lists_only_its_own_villages(cast, sign_in):
    hanh = sign_in(cast.hanh)
    assert shown(hanh) == ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]
    assert shown(hanh, village=cast.da_xanh.id) == ["H'Lan"]
    assert shown(hanh, q="lan") == ["H'Lan"]
    assert shown(hanh, q="kin") == [] == shown(hanh, q="1", village=cast.da_xanh.id, page=2)
    assert "Giàng" not in hanh.get("/households", query_string={
        "village": cast.suoi_la.id}).get_data(as_text=True)


def test_commune_lists_all_villages_on_request(cast, sign_in):
    hanh = sign_in(cast.hanh)
    everybody = ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa", "H'Lan"]
    assert shown(hanh, village="", q="") == everybody
    chip = re.search(r'href="([^"]+is=todo[^"]*)"', hanh.get("/households?village=&q=").text)[1]
    assert "village=&" in chip.replace("&amp;", "&") + "&"
    assert shown(hanh, village="", **{"is": "todo"}) == everybody


def test_row_names_the_village_in_a_list_of_several(cast, sign_in):
    hanh = sign_in(cast.hanh)
    for asked in ({"village": ""}, {"q": "cum 1"}):
        with counted() as queries:
            html = hanh.get("/households", query_string=asked).text
        assert html.count("<span>Ấp Cầu Ván</span>") == 3
        assert html.count("<span>Bon Đá Xanh</span>") == 1
        assert len(queries) <= 5
    for user, asked in ((cast.hanh, {"village": cast.cau_van.id}), (cast.lan, {})):
        assert "<span>Ấp Cầu Ván</span>" not in sign_in(user).get(
            "/households", query_string=asked).text.split('id="list"')[1].split("</main>")[0]
    assert "<span>Thôn Suối Lá</span>" not in sign_in(cast.chau).get("/households?village=").text


@pytest.mark.parametrize("asked", [
    {"page": "x"}, {"page": "99999999999999999999"}, {"village": "x"}, {"village": "-1"},
    {"q": "\0"}, {"q": "'" * 500}, {"q": "\ud800".encode("utf-8", "surrogatepass")},
    {"is": "x" * 999}])
def test_invalid_query_parameters_are_ignored(cast, sign_in, asked):
    for user in (cast.lan, cast.son):
        answer = sign_in(user).get("/households", query_string=asked, follow_redirects=True)
        assert answer.status_code == 200


def test_search_key_holds_the_household_and_its_people(cast):
    assert Household.get_by_id(cast.van.id).search_key.startswith("le van an cum 1 2")
