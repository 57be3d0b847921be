"""What is settled is listed after what is open: who, when and how; each opens to the whole."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import RejectedEntry, Visit
from teamapp.reviews import queries
from tests.deeds import visit
from tests.forms_in_pages import form_in
from tests.queries import counted
from tests.recording.test_changes import correction
from tests.sync.phone import body, entry

from .conftest import cards, press, void

ROW = re.compile(r"<details data-settled>.*?</details>", re.S)


def rows(browser, kind, more="&settled=1"):
    """Return the settled rows of a list; of rejected entries, of their own page."""
    path = f"/reviews?of={kind}" if kind != "rejected" else "/rejected-entries?"
    return [re.sub(r"\s+", " ", row) for row in ROW.findall(browser.get(path + more).text)]


def test_fold_is_closed_until_it_is_opened(cast, two_changes, sign_in):
    two_changes()
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "changes")[0], "Dùng bản này")
    page = browser.get("/reviews?of=changes").text
    assert "Xem việc đã xử lý" in page and "data-settled" not in page
    assert "/reviews?of=changes&amp;settled=1#settled" in page
    assert "Chưa xử lý việc nào." in browser.get("/reviews?of=days&settled=1").text


@pytest.mark.parametrize("who", ["tu", "hanh"])
def test_choice_says_who_chose_which_version_and_opens_to_both(cast, two_changes, sign_in, who):
    two_changes()
    browser = sign_in(getattr(cast, who))
    press(browser, cards(browser, "changes")[0], "Dùng bản này")
    [row] = rows(sign_in(cast.tu), "changes")
    assert f"{getattr(cast, who).name} chọn bản của Nguyễn Văn Tư" in row and "Điểu Bré" in row
    assert "Ông ở nhà" in row and "<mark><b>Vắng nhà</b></mark>" in row
    assert "Đang tính" in row and "Không tính" in row and "<form" not in row


def test_late_change_that_was_not_taken_says_so(cast, phones, sign_in, later):
    first = entry(body(cast.bre))
    phones(cast.lan, first)
    later(days=9)
    phones(cast.lan, correction(first, body(cast.bre, outcome="absent")))
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "changes")[0], "Không nhận")
    [row] = rows(browser, "changes")
    assert "Nguyễn Văn Tư không nhận bản của Lê Thị Lan" in row


def test_settled_change_that_gets_a_rival_is_open_again(cast, two_changes, phones, sign_in):
    first, _, _ = two_changes()
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "changes")[0], "Dùng bản này")
    phones(cast.lan, correction(first, body(cast.bre, note="Lại nữa")))
    assert not rows(browser, "changes") and len(cards(browser, "changes")) == 1


def test_void_by_choice_says_so(cast, two_changes, sign_in):
    two_changes(second=void)
    browser = sign_in(cast.hanh)
    press(browser, cards(browser, "changes")[0], "Dùng bản này")
    [row] = rows(browser, "changes")
    assert "Phạm Thị Hạnh bỏ lượt theo Nguyễn Văn Tư" in row and "Cầu Ván" in row


def test_duplicates_looked_at_are_listed_until_a_third_one_comes(cast, sign_in):
    visit(cast.lan, cast.bre, note="Một")
    visit(cast.binh, cast.bre, note="Hai")
    browser = sign_in(cast.tu)
    press(browser, cards(browser, "duplicates")[0], "Đã xử lý")
    [row] = rows(browser, "duplicates")
    assert "Đã xem, giữ nguyên" in row and "Một" in row and "Hai" in row
    assert not rows(sign_in(cast.tu), "days")
    visit(cast.tu, cast.bre, note="Ba")
    assert not rows(browser, "duplicates") and len(cards(browser, "duplicates")) == 1


def test_unusual_dates_looked_at_are_listed_until_the_visit_is_corrected(cast, sign_in):
    seen = visit(cast.lan, cast.bre, days_ago=70)
    browser = sign_in(cast.hanh)
    press(browser, cards(browser, "days")[0], "Đã xử lý")
    [row] = rows(browser, "days")
    assert "Đã xem, giữ nguyên" in row and "Ngày giờ ghi cũ hơn 60 ngày" in row
    form = form_in(browser.get(f"/records/{seen}/entries/visits.correct").text, "entry")
    form.post(browser, reason="mistake", asked_by="self", note="Vẫn ngày ấy")
    assert not rows(browser, "days") and len(cards(browser, "days")) == 1


def test_rejected_entries_say_how_they_were_settled(cast, phones, sign_in):
    for house in (cast.bre, cast.hoa, cast.van):
        phones(cast.lan, entry(body(house, outcome="later"), form=2))
    own, helped, pressed = RejectedEntry.select().order_by(RejectedEntry.id)
    phones(cast.lan, entry(body(cast.bre), replaces=str(own.entry)))
    leader = sign_in(cast.tu)
    form = form_in(leader.get(f"/rejected-entries/{helped.id}/resubmission").text, "entry")
    form.post(leader, outcome="absent")
    pressed.settle()
    found = "".join(rows(leader, "rejected"))
    assert "Gửi lại, xã nhận số 1," in found and f"/households/{cast.bre.id}" in found
    assert "Nguyễn Văn Tư sửa giúp, xã nhận số 2," in found
    assert re.search(r"<small>Đã xử lý \d", found) and "Lê Thị Lan" in found
    assert len(rows(sign_in(cast.lan), "rejected")) == 3
    assert not rows(sign_in(cast.binh), "rejected") and not rows(sign_in(cast.chau), "rejected")


def test_entry_that_comes_back_is_open_again(cast, phones, sign_in):
    one = entry(body(cast.bre, outcome="later"), form=2)
    phones(cast.lan, one)
    RejectedEntry.get().settle()
    browser = sign_in(cast.tu)
    assert len(rows(browser, "rejected")) == 1
    phones(cast.lan, one)
    assert not rows(browser, "rejected")


def test_other_teams_and_communes_see_nothing_of_it(cast, two_changes, sign_in):
    two_changes()
    press(sign_in(cast.tu), cards(sign_in(cast.tu), "changes")[0], "Dùng bản này")
    elsewhere = cast.person("yban", "leader", "Y Ban", cast.da_xanh)
    assert not rows(sign_in(elsewhere), "changes") and not rows(sign_in(cast.chau), "changes")


def test_settled_rows_are_paged_with_a_bounded_number_of_queries(cast, sign_in, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr("teamapp.reviews.routes.PAGE", 2)
    for place, house in enumerate((cast.bre, cast.van, cast.hoa)):
        visit(cast.lan, house, days_ago=70 + place)
    now = clock.now()
    for place, one in enumerate(Visit.select()):
        Visit.update(reviewed_at=now - timedelta(hours=place)).where(Visit.id == one.id).execute()
    browser = sign_in(cast.tu)
    with counted() as asked:
        assert len(rows(browser, "days")) == 2
    assert "settled=2#settled" in browser.get("/reviews?of=days&settled=1").text
    assert len(rows(browser, "days", "&settled=2")) == 1
    monkeypatch.setattr("teamapp.reviews.routes.PAGE", 3)
    with counted() as again:
        assert len(rows(browser, "days")) == 3
    assert len(again) == len(asked)
