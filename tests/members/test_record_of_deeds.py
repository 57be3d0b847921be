"""Chair and officer read who did what: newest first, filtered, without a resident's name."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.deeds.sentences import GROUPS, SENTENCES, note
from teamapp.languages import texts
from teamapp.models import Deed

pytestmark = pytest.mark.once  # the result does not depend on the database


def said(page):
    """Return the sentences of a page."""
    return [re.sub(r"<br>.*", "", row) for row in re.findall(
        r'<th scope="row">(.*?)</th>', page, re.S)]


def test_every_kind_has_its_sentence_in_both_languages_and_one_group(app):
    assert set(SENTENCES) == set(Deed.KINDS)
    assert sorted(kind for _, kinds in GROUPS.values() for kind in kinds) == sorted(Deed.KINDS)
    with app.test_request_context():
        for kind, sentence in SENTENCES.items():
            assert texts("en").gettext(str(sentence)) != str(sentence), kind
        assert len({str(sentence) for sentence in SENTENCES.values()}) == len(SENTENCES)


def test_every_kind_is_drawn(cast, sign_in):
    for kind in Deed.KINDS:
        Deed.record(kind, cast.son, cast.an_phu, user=cast.lan, village=cast.cau_van)
    page = sign_in(cast.hanh).get("/deeds").text
    assert len(said(page)) == len(Deed.KINDS)
    assert "Cấp thẻ đăng nhập cho Lê Thị Lan" in said(page)
    assert "Chuyển Lê Thị Lan sang Ấp Cầu Ván" in said(page)
    assert "%(" not in page


def test_newest_stand_first_fifty_a_page(cast, sign_in):
    now = clock.now()
    Deed.insert_many([{"commune": cast.an_phu, "by": cast.son, "kind": "user_created",
                       "user": cast.lan, "at": now - timedelta(hours=n), "note": f"số {n}"}
                      for n in range(51)]).execute()
    browser = sign_in(cast.son)
    first, second = browser.get("/deeds").text, browser.get("/deeds?page=2").text
    assert re.findall(r"số (\d+)", first) == [str(n) for n in range(50)]
    assert re.findall(r"số (\d+)", second) == ["50"]
    assert "Trang sau" in first and "Trang trước" not in first
    assert "Trang trước" in second and "Trang sau" not in second


@pytest.mark.parametrize("query, kinds", [
    ("", ["data_exported", "user_moved", "card_issued"]), ("?deed_group=people", ["user_moved"]),
    ("?deed_group=data&whose={son}", ["data_exported"]),
    ("?whose={lan}", ["user_moved", "card_issued"]), ("?whose={hanh}", ["card_issued"]),
    ("?deed_group=data&whose={lan}", []),
    ("?deed_group=none&whose=²", ["data_exported", "user_moved", "card_issued"]),
    ("?whose={chau}", ["data_exported", "user_moved", "card_issued"])])
def test_filter_by_kind_and_person(cast, sign_in, query, kinds):
    Deed.record("card_issued", cast.hanh, cast.an_phu, user=cast.lan)
    Deed.record("user_moved", cast.son, cast.an_phu, user=cast.lan, village=cast.da_xanh)
    Deed.record("data_exported", cast.son, cast.an_phu)
    Deed.record("data_exported", cast.chau, cast.binh_loc)
    query = query.format(**{name: person.id for name, person in vars(cast).items()
                            if name in ("son", "lan", "hanh", "chau")})
    page = sign_in(cast.son).get(f"/deeds{query}").text
    with_names = {"card_issued": "Cấp thẻ đăng nhập cho Lê Thị Lan",
                  "user_moved": "Chuyển Lê Thị Lan sang Bon Đá Xanh",
                  "data_exported": "Xuất toàn bộ dữ liệu của xã"}
    assert said(page) == [with_names[kind] for kind in kinds]
    assert kinds or "Không có việc nào như vậy." in page


def test_deed_of_the_command_line_names_the_operator(cast, sign_in):
    Deed.record("commune_created", None, cast.an_phu)
    assert "Người quản trị máy chủ" in sign_in(cast.son).get("/deeds").text


@pytest.mark.parametrize("stored, read", [
    ("member → leader", "thành viên → tổ trưởng"), ("name, phone", "tên, số điện thoại"),
    ("signal: fair → weak", "sóng: tạm được → yếu"), ("V01", "V01"), ("", "")])
def test_codes_of_a_note_are_read_as_words(app, stored, read):
    with app.test_request_context():
        assert note(Deed(note=stored)) == read
