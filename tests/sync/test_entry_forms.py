"""Officer, chair and leader correct and void visits online, without an outbox."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from teamapp.counting.reconciliation import differences
from teamapp.models import Change, Companion, Filing, Receipt, RejectedEntry, Step, Visit
from tests.deeds import step, visit
from tests.forms_in_pages import form_in
from tests.recording.test_changes import correction
from tests.sync.phone import body, entry, result

HOUSE = "/households/"


def address(kind, record, leave="/reviews?of=days"):
    """Return the address of a kind's form about a record."""
    return f"/records/{record}/entries/{kind}?next={quote(leave)}"


@pytest.fixture
def recorded(cast):
    """Return the id of a visit with everything a form has, at Điểu Bré's."""
    rin = cast.resident("Thị Rin")
    return visit(cast.lan, cast.bre, note="Dặn ông <cất> giấy", companions=[cast.binh.id],
                 people=[step(rin, "helped"), step(cast.resident("Điểu Bré"), "had")],
                 dossiers=[{"resident": rin.id, "code": "H12.34-261129-0001"}])


def opened(browser, kind, record, **more):
    """Return the form of a kind about a record, as a browser gets it."""
    answer = browser.get(address(kind, record, **more))
    assert answer.status_code == 200
    return form_in(answer.text, "entry")


@pytest.mark.parametrize("who", ["hanh", "son", "tu"])
def test_form_is_filled_with_what_was_recorded_and_changes_nothing_by_itself(
        cast, sign_in, recorded, who):
    by = getattr(cast, who)
    browser = sign_in(by)
    form = opened(browser, "visits.correct", recorded)
    answer = form.post(browser, reason="mistake", asked_by="resident")
    assert answer.status_code == 303 and answer.location == "/reviews?of=days"
    old, new = Visit.get_by_id(recorded), Visit.live().get()
    assert new.corrects_id == old.id and not old.is_live
    for name in ("member_id", "household_id", "outcome", "note", "village_id", "day"):
        assert getattr(new, name) == getattr(old, name), name
    for table in (Step, Filing, Companion):
        facts = [name for name in table._meta.sorted_field_names if name not in (
            "id", "visit", "is_live", "counted", "commune", "receipt")]
        assert [[getattr(one, name) for name in facts] for one in
                table.select().where(table.visit == old.id)] == \
            [[getattr(one, name) for name in facts] for one in
             table.select().where(table.visit == new.id)], table
    assert Change.get().by == by and differences(cast.an_phu) == []


@pytest.mark.parametrize("who", ["hanh", "son"])
@pytest.mark.parametrize("kind, text", [("visits.correct", "Sửa lượt này"),
                                        ("visits.void", "Bỏ lượt này")])
def test_commune_reaches_the_forms_from_the_page_of_any_household(
        cast, sign_in, who, kind, text):
    seen = visit(cast.mai, cast.hlan, days_ago=200)
    page = sign_in(getattr(cast, who)).get(f"{HOUSE}{cast.hlan.id}").text
    link = address(kind, seen, f"{HOUSE}{cast.hlan.id}").replace("%2F", "/")
    assert f'href="{link}"' in page and text in page
    assert "data-version" not in page


def test_corrected_visit_is_told_on_the_page_it_was_opened_from(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    house = f"{HOUSE}{cast.bre.id}"
    form = opened(browser, "visits.correct", recorded, leave=house)
    form.post(browser, outcome="met", note="Ông ở nhà", reason="mistake", asked_by="self")
    page = browser.get(house).text
    assert "Đã sửa, xã nhận số 2." in page and "Ông ở nhà" in page
    assert "Đã sửa" not in browser.get(house).text
    assert Receipt.get().submitted_by is None and Receipt.get().user == cast.hanh


def test_void_is_told_and_takes_the_visit_back(cast, sign_in, recorded):
    browser = sign_in(cast.son)
    form = opened(browser, "visits.void", recorded)
    assert form.post(browser, reason="not_real", note="Nhầm ngõ").status_code == 303
    assert "Đã bỏ lượt, xã nhận số 2." in browser.get("/reviews?of=days").text
    assert not Visit.live().exists() and differences(cast.an_phu) == []
    assert browser.get(address("visits.correct", recorded)).status_code == 404


def test_form_posted_twice_counts_once(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.void", recorded)
    said = [form.post(browser, reason="not_real") for _ in range(2)]
    assert [one.status_code for one in said] == [303, 303]
    assert Change.select().count() == Receipt.select().count() == 1


def test_double_click_counts_once(cast, sign_in, recorded):
    browsers = [sign_in(cast.hanh), sign_in(cast.hanh)]
    form = opened(browsers[0], "visits.correct", recorded)
    token = form_in(browsers[1].get(address("visits.correct", recorded)).text, "entry")
    start = Barrier(2)

    def press(place):
        start.wait()
        pairs = dict(form.pairs, reason="mistake", asked_by="self")
        if place:
            pairs["csrf_token"] = token.value("csrf_token")
        return browsers[place].post(form.action, data=pairs).status_code

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(press, (0, 1))] == [303, 303]
    assert Change.select().count() == 1


def test_wrong_form_comes_back_as_typed_with_the_sentence_beside_its_field(
        cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", recorded)
    entry_id = form.value("entry")
    answer = form.post(browser, outcome="later", return_on="", note="Chữ vừa gõ", reason="mistake",
                       asked_by="self", **{"people__0__consent": "no"})
    assert answer.status_code == 422
    assert "Chọn ngày hẹn lại." in answer.text.split('name="return_on"')[1][:400]
    again = form_in(answer.text, "entry")
    assert again.value("note") == "Chữ vừa gõ" and again.value("outcome") == "later"
    assert again.value("entry") == entry_id and again.value("people-0-consent") == "no"
    assert not Change.select().exists() and not RejectedEntry.select().exists()
    assert not Receipt.select().exists()
    answer = again.post(browser, outcome="met")
    assert answer.status_code == 303 and Visit.live().get().note == "Chữ vừa gõ"


def test_rule_of_the_recorder_stands_beside_its_field_too(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", recorded)
    answer = form.post(browser, reason="mistake", asked_by="self",
                       **{"people__0__steps__0__kind": "KHONG_CO"})
    assert answer.status_code == 422
    at = answer.text.split('name="people-0-steps-0-kind"')[1].split('class="choices')[0]
    assert "Không có loại tài khoản này." in at
    assert 'value="KHONG_CO" selected' in at


def test_change_that_waits_says_so(cast, sign_in):
    first = entry(body(cast.bre))
    result(sign_in(cast.lan), cast.lan, first)
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", Visit.get().id)
    result(sign_in(cast.lan), cast.lan, correction(first, body(cast.bre, outcome="absent")))
    form.post(browser, reason="mistake", asked_by="self")
    page = browser.get("/reviews?of=changes").text
    assert "Xã nhận số 3, nhưng lượt này có người sửa trước." in page
    assert Change.select().where(Change.state == "waiting").count() == 1


def test_newest_version_is_opened_by_the_id_of_an_older_one(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", recorded)
    form.post(browser, note="Bản hai", reason="mistake", asked_by="self")
    again = opened(browser, "visits.correct", recorded)
    assert again.value("note") == "Bản hai"
    assert UUID(again.value("visit")) == Visit.live().get().id


def test_items_are_added_and_removed_without_javascript(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", recorded)
    grown = form.post(browser, ("add", "people-2-id="), note="Đang gõ")
    assert grown.status_code == 200 and not Change.select().exists()
    form = form_in(grown.text, "entry")
    assert form.value("people-2-id") == "" and form.value("note") == "Đang gõ"
    [add_step] = [one for one in form.buttons if one[1] == "people-2-steps-0-kind="]
    form = form_in(form.post(browser, add_step).text, "entry")
    assert "people-2-steps-0-kind" in form.names
    [add_dossier] = [one for one in form.buttons if one[1].startswith("dossiers-1-id=")]
    form = form_in(form.post(browser, add_dossier).text, "entry")
    assert UUID(form.value("dossiers-1-id"))
    for item in ("people-2", "dossiers-1", "dossiers-0", "people-1"):
        form = form_in(form.post(browser, ("remove", item)).text, "entry")
        assert not any(name.startswith(f"{item}-") for name in form.names)
    assert form.post(browser, reason="mistake", asked_by="self").status_code == 303
    assert not Filing.live().exists() and Step.live().count() == 1


def test_kind_without_a_form_online_is_not_found(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    for kind in ("visits.create", "nothing"):
        assert browser.get(address(kind, recorded)).status_code == 404
    assert browser.get(address("visits.correct", uuid4())).status_code == 404
    foreign = visit(cast.kien, cast.kin)
    assert browser.get(address("visits.void", foreign)).status_code == 404
    of_another_village = visit(cast.mai, cast.hlan)
    assert sign_in(cast.tu).get(address("visits.void", of_another_village)).status_code == 404


def test_form_without_its_token_or_entry_id_is_refused(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.void", recorded)
    assert browser.post(form.action, data={"visit": str(recorded)}).status_code == 400
    form.put("entry", "x")
    assert form.post(browser).status_code == 422
    assert not Change.select().exists()


def test_redirect_stays_on_this_site(cast, sign_in, recorded):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.void", recorded, leave="//evil.example/x")
    assert form.post(browser, reason="not_real").location == "/"


def test_server_error_keeps_what_was_typed(cast, sign_in, recorded, monkeypatch):
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", recorded)
    monkeypatch.setattr("teamapp.recording.corrections.write", lambda *_: 1 / 0)
    answer = form.post(browser, note="Chữ vừa gõ", reason="mistake", asked_by="self")
    assert answer.status_code == 503 and "Chữ vừa gõ" in answer.text
    assert "Bấm Lưu lần nữa" in answer.text and not Change.select().exists()


def test_step_that_is_done_keeps_no_obstacle(cast, sign_in):
    rin = cast.resident("Thị Rin")
    seen = visit(cast.lan, cast.bre, people=[step(rin, "helped")])
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", seen)
    form.post(browser, reason="mistake", asked_by="self",
              **{"people__0__steps__0__obstacle": "O90"})
    assert Step.live().get().obstacle is None


def test_companion_who_left_stays_on_the_visit(cast, sign_in, recorded):
    cast.binh.deactivate()
    browser = sign_in(cast.hanh)
    opened(browser, "visits.correct", recorded).post(browser, reason="mistake", asked_by="self")
    assert Companion.get(Companion.visit == Visit.live().get()).user == cast.binh


def test_helped_step_counts_for_whom_the_officer_chose(cast, sign_in):
    bre = cast.resident("Điểu Bré")
    seen = visit(cast.lan, cast.bre, people=[step(cast.resident("Thị Rin"), "helped")])
    browser = sign_in(cast.hanh)
    form = opened(browser, "visits.correct", seen)
    form.post(browser, reason="wrong_person", asked_by="resident",
              **{"people__0__id": str(bre.id), "people__0__consent": "yes"})
    assert Step.live().get().resident == bre
    assert differences(cast.an_phu) == []


