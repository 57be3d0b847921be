"""A lost phone: what was on it, 72 hours for the notice of a breach, and the decision."""

from datetime import timedelta

import pytest
from peewee import OperationalError

from teamapp import clock
from teamapp.models import Deed, LostPhone, Session

from ..sync.phone import send


@pytest.fixture
def phone(cast, sign_in):
    """Return Lan's phone, which reported three unsent entries."""
    phone = sign_in(cast.lan)
    send(phone, cast.lan, left={"count": 3, "oldest": "2026-11-21T07:40:00+07:00"})
    return phone


@pytest.fixture
def lost(cast, phone, browser_of):
    """Return the record of that phone, reported lost by the leader."""
    id = Session.get(Session.user == cast.lan).id
    answer = browser_of(cast.tu).press(f"/people/{cast.lan.id}/sign-ins/{id}/loss")
    assert answer.status_code == 303
    return LostPhone.get()


def decide(browser, lost, decision, **more):
    return browser.press(f"/lost-phones/{lost.id}/decision", "/outbox-files", decision=decision,
                         **more)


@pytest.fixture
def at_report(lost, monkeypatch):
    """Stop the clock at the report."""
    monkeypatch.setattr(clock, "now", lambda: lost.reported_at)


def test_report_notes_what_was_on_the_phone(cast, lost, at_report, sign_in):
    assert (lost.user, lost.reported_by, lost.village) == (cast.lan, cast.tu, cast.cau_van)
    assert (lost.households, lost.left_count) == (3, 3)
    assert lost.left_oldest_at.isoformat() == "2026-11-21T00:40:00+00:00"
    assert lost.seen_at <= lost.reported_at and lost.wiped_at is None
    page = sign_in(cast.hanh).get("/lost-phones").text
    for words in ("Lê Thị Lan, Ấp Cầu Ván", "danh sách 3 hộ", "3 lượt chưa gửi, từ 21/11",
                  "còn 3 ngày 0 giờ", "chưa, máy chưa liên lạc lại", "Nguyễn Văn Tư"):
        assert words in page


def test_phone_reported_twice_has_one_record(cast, lost, browser_of):
    id = Session.get(Session.user == cast.lan).id
    browser_of(cast.son).press(f"/people/{cast.lan.id}/sign-ins/{id}/loss")
    assert LostPhone.select().count() == 1
    assert [deed.kind for deed in Deed.select()] == ["phone_lost"]


def test_phone_of_an_officer_holds_no_households(cast, sign_in):
    LostPhone.report(cast.hanh, [Session.get_by_id(Session.digest(Session.begin(cast.hanh)))],
                     cast.son)
    lost = LostPhone.get()
    assert (lost.households, lost.left_count, lost.village) == (0, None, None)
    page = sign_in(cast.son).get("/lost-phones").text
    assert "không có danh sách hộ" in page and "không rõ số lượt chưa gửi" in page


@pytest.mark.parametrize("path", ["/pack", "/sign-in"])
def test_first_order_to_drop_the_pages_is_noted(cast, lost, phone, path, later, sign_in):
    later(hours=5)
    sign_in(cast.binh).get(path)
    assert LostPhone.get().wiped_at is None, "another phone"
    phone.get(path)
    first = LostPhone.get().wiped_at
    assert first == clock.now()
    later(hours=1)
    phone.get(path)
    assert LostPhone.get().wiped_at == first
    assert "máy nhận lệnh" in sign_in(cast.tu).get("/lost-phones").text


def test_order_goes_out_although_the_database_is_busy(lost, phone, monkeypatch):
    def busy(*arguments, **more):
        raise OperationalError("busy")

    monkeypatch.setattr("teamapp.models.lost_phone.transaction", busy)
    assert phone.get("/pack").json["code"] == "wipe"
    monkeypatch.undo()
    assert LostPhone.get().wiped_at is None
    assert phone.get("/pack").status_code == 401 and LostPhone.get().wiped_at


@pytest.mark.parametrize("hours, words", [
    (0, "còn 3 ngày 0 giờ"), (50, "còn 22 giờ"),
    (74, "Quá hạn thông báo vi phạm dữ liệu 2 giờ"),
    (100, "Quá hạn thông báo vi phạm dữ liệu 1 ngày 4 giờ")])
def test_time_left_for_the_notice_is_shown(cast, at_report, sign_in, hours, words):
    LostPhone.update(reported_at=clock.now() - timedelta(hours=hours)).execute()
    assert words in sign_in(cast.tu).get("/lost-phones").text


@pytest.mark.parametrize("decision, more, words", [
    ("notified", lambda: {"notified_on": clock.today().isoformat()}, "Đã thông báo"),
    ("no_notice", lambda: {"reason": "Máy đã khóa"}, "Không phải thông báo: Máy đã khóa"),
    ("found", dict, "Đã tìm thấy máy")])
def test_officer_decides_once(cast, lost, browser_of, decision, more, words):
    officer = browser_of(cast.hanh)
    assert "1 máy đã báo mất chờ quyết định" in officer.get("/people").text
    assert "1 máy đã báo mất chờ quyết định" in officer.get("/tallies").text
    assert decide(officer, lost, decision, **more()).status_code == 303
    assert words in officer.get("/lost-phones").text
    for page in ("/people", "/tallies"):
        assert "chờ quyết định" not in officer.get(page).text
    decide(browser_of(cast.son), lost, "no_notice", reason="Khác")
    stored = LostPhone.get()
    assert (stored.decision, stored.decided_by, stored.is_late) == (decision, cast.hanh, False)
    deed = Deed.select().order_by(Deed.id.desc()).first()
    assert (deed.kind, deed.by, deed.user, deed.note) == (
        "loss_decided", cast.hanh, cast.lan, decision)


def test_notice_after_its_time_is_called_late(cast, lost, browser_of):
    LostPhone.update(reported_at=clock.now() - timedelta(days=5)).execute()
    officer = browser_of(cast.hanh)
    decide(officer, lost, "notified", notified_on=clock.today().isoformat())
    assert LostPhone.get().is_late
    assert "Quá hạn thông báo vi phạm dữ liệu." in officer.get("/lost-phones").text


@pytest.mark.parametrize("decision, more, words", [
    ("notified", {}, "Chọn ngày đã thông báo."),
    ("notified", {"notified_on": "x"}, "Ghi ngày theo dạng"),
    ("notified", {"notified_on": "2020-01-01"}, "Chọn ngày từ lúc báo mất đến hôm nay."),
    ("notified", {"notified_on": "2099-01-01"}, "Chọn ngày từ lúc báo mất đến hôm nay."),
    ("no_notice", {"reason": "  "}, "Ghi vì sao không phải thông báo."),
    ("no_notice", {"reason": "dài" * 70}, "Dài quá: tối đa 200 chữ."),
    ("no_notice", {"reason": "a\x00b"}, "Có ký tự lạ"), ("sold", {}, "")])
def test_wrong_decision_is_explained_beside_its_field(
        cast, lost, browser_of, decision, more, words):
    answer = decide(browser_of(cast.hanh), lost, decision, **more)
    assert answer.status_code == 422 and words in answer.text
    assert LostPhone.get().decision == ""


def test_id_number_in_a_reason_is_masked(cast, lost, browser_of):
    decide(browser_of(cast.hanh), lost, "no_notice", reason="CCCD 001203004567")
    assert "001203004567" not in LostPhone.get().note


def test_leader_sees_the_teams_and_decides_nothing(cast, lost, sign_in, browser_of):
    leader = browser_of(cast.tu)
    page = leader.get("/lost-phones").text
    assert "Lê Thị Lan" in page and "Ghi quyết định" not in page
    assert decide(leader, lost, "found").status_code == 403
    mai = cast.person("to.truong", "leader", "Y Ban", cast.da_xanh)
    assert "Lê Thị Lan" not in sign_in(mai).get("/lost-phones").text
    assert sign_in(cast.lan).get("/lost-phones").status_code == 403
    assert decide(browser_of(cast.chau), lost, "found").status_code == 404


def test_open_ones_stand_before_decided_ones(cast, lost, sign_in, later):
    later(hours=1)
    LostPhone.report(cast.binh, [Session.get_by_id(Session.digest(Session.begin(cast.binh)))],
                     cast.tu)
    LostPhone.get(LostPhone.user == cast.binh).decide("found", "", cast.son)
    page = sign_in(cast.son).get("/lost-phones").text
    assert page.index("Lê Thị Lan") < page.index("Trần Bình")
