"""The list of households: searched by word, in pages, limited to the own village."""

import re
from html import unescape
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.households.listing import CONDITIONS
from teamapp.households.queries import households
from teamapp.models import Household, Resident

from ..cast import uuid_of
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


RIN, LOI = "Thị Rin, 1960", "Điểu Lơi, 2015"


@pytest.mark.parametrize("words, found", [
    ("dieu bre", ["Điểu Bré"]), ("Điểu Bré", ["Điểu Bré"]), ("ĐIỂU BRÉ", ["Điểu Bré"]),
    ("bre", ["Điểu Bré"]), ("rin", [RIN]), ("rin 1960", [RIN]), ("rin cum 1", [RIN]),
    ("loi so 1", [LOI]), ("an", ["Lê Văn An"]), ("bre cong xanh", ["Điểu Bré"]),
    ("le van 1957", ["Lê Văn An"]), ("cum 1 an", ["Lê Văn An"]), ("3", ["Nguyễn Thị Hòa"]),
    ("số 2", ["Lê Văn An"]), ("cụm 2", ["Nguyễn Thị Hòa"]), ("cum 3", []), ("số 4", []),
    ("cụm 1", ["Điểu Bré", "Lê Văn An"]), ("dieu rin", []), ("rin 1957", []), ("rin bre", []),
    ("", ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]), ("lan", []), ("kin", []), ("eu", []),
    ("so", []), ("%", ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]), ("zzz", [])])
def test_search_finds_all_words_within_one_person_or_house(lan, words, found):
    assert shown(lan, q=words) == found


def test_search_shows_whole_words_and_heads_first(cast, lan):
    with cast.an_phu.write() as tx:
        for number, (head, other) in enumerate((
                ("Vũ Hai", "Lê Lanh"), ("Lê Lanh", "Vũ Ba"), ("Vũ Tư", "Lê Lan"),
                ("Lê Lan", "Vũ Năm")), 10):
            cast.house(tx, f"house {number}", cast.cau_van, number, "Cụm 9", head,
                       [(head, 1970, ""), (other, 1999, "")])
            for name in (head, other):
                Resident.update(id=uuid4()).where(Resident.id == uuid_of(name)).execute()
    assert shown(lan, q="le lan") == ["Lê Lan", "Lê Lan, 1999", "Lê Lanh", "Lê Lanh, 1999"]
    with counted() as queries:
        html = lan.get("/households?q=le+lan").text
    assert html.count("<span>nhà Vũ Tư</span>") == 1 and "nhà Lê Lan" not in html
    assert len(queries) <= 7


@pytest.mark.parametrize("words", ["h lan", "H'Lan", "h’lan", "lan"])
def test_search_ignores_apostrophes(cast, sign_in, words):
    assert shown(sign_in(cast.mai), q=words) == ["H'Lan"]


def test_filter_selects_matching_households(cast, lan):
    visit(cast.lan, cast.bre, people=[(cast.resident("Điểu Bré"), "helped"),
                                      (cast.resident("Thị Rin"), "had")])
    visit(cast.lan, cast.van, "later", return_on=None)
    assert shown(lan, **{"is": "todo"}) == ["Nguyễn Thị Hòa"]
    assert shown(lan, **{"is": "unasked"}) == ["Lê Văn An", "Nguyễn Thị Hòa"]
    assert shown(lan, **{"is": "not"}) == []
    assert shown(lan, **{"is": "dream"}) == ["Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa"]


def test_filter_agrees_with_the_house_page_and_with_the_phone(cast, lan):
    an, hoa = cast.resident("Lê Văn An"), cast.resident("Nguyễn Thị Hòa")
    visit(cast.lan, cast.van, people=[(an, "had", "VNEID_2_DK")])
    visit(cast.lan, cast.hoa, people=[(hoa, "not_yet")])
    assert shown(lan, **{"is": "not"}) == ["Lê Văn An", "Nguyễn Thị Hòa"]
    for house in (cast.van, cast.hoa):
        assert "Chưa kích hoạt" in lan.get(f"/households/{house.id}").text
    assert "1 người chưa kích hoạt, 1 người chưa hỏi" in " ".join(
        lan.get("/households?q=le+van+an").text.split())
    assert shown(lan, **{"is": "unasked"}) == ["Điểu Bré", "Lê Văn An"]
    found = households(Household.visible_to(cast.lan))
    for mark in CONDITIONS:
        on_phone = {house.head for house in found if mark in house.summary.marks.split()}
        assert on_phone == set(shown(lan, **{"is": mark})), mark


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
    for asked in ({"village": ""}, {"q": "cum"}):
        with counted() as queries:
            html = hanh.get("/households", query_string=asked).text
        assert html.count("<span>Ấp Cầu Ván</span>") == 3
        assert html.count("<span>Bon Đá Xanh</span>") == 1
        assert len(queries) <= 7
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


def test_search_key_holds_the_head_and_the_place(cast):
    assert Household.get_by_id(cast.bre.id).search_key == "dieu bre |so 1 cum 1 cong xanh"
