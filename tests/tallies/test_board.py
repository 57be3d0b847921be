"""The board shows the figures of the recorded visits and the state of the targets."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.models import Device, Session, User, Village
from teamapp.tallies.queries import Share
from tests.recording.test_visits import form, keep, person, step
from tests.sync.phone import send


@pytest.fixture(autouse=True)
def _wednesday(monkeypatch):
    """Set the clock to Wednesday, 18 November 2026, 10:00."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 18, 3, tzinfo=UTC))


def at(day, hour=2):
    """Return a moment of November 2026, in UTC."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def dossier():
    """Return a dossier's data as parsed by the form."""
    return {"id": uuid4(), "resident": None, "procedure": "1.001193", "code": "",
            "channel": "online", "due_on": None}


@pytest.fixture
def worked(cast):
    """Record a few visits: two weeks ago, last week, this week."""
    keep(cast.lan, form(cast.hoa, person("Nguyễn Thị Hòa", step("had")), at=at(3)))
    keep(cast.lan, form(cast.van, person("Lê Văn An", step()), at=at(10), dossiers=[dossier()]))
    keep(cast.lan,
         form(cast.bre, person("Điểu Bré", step()), person("Thị Rin", step("not_yet",
              obstacle="O11")), at=at(16)),
         form(cast.bre, person("Thị Rin", step("not_yet", obstacle="O11")), at=at(17)),
         form(cast.van, outcome="absent", at=at(17)),
         form(cast.hoa, person(None, step()), at=at(18), dossiers=[dossier(), dossier()]))
    keep(cast.mai, form(cast.hlan, person("H'Lan", step()), person(
        "Y Ban", step("not_yet", obstacle="O20")), at=at(17)))
    return cast


def test_board_shows_this_week(browser_of, worked, line):
    page = browser_of(worked.son).get("/tallies").text
    assert "Tuần này thêm 3 người kích hoạt." in page
    assert line(page, "Ấp Cầu Ván") == {
        "Kích hoạt": "2", "Đến hôm nay cần": "—", "Còn thiếu": "—", "Độ phủ": "30%",
        "Lượt thăm": "4", "Nhà đã gặp": "2", "Hồ sơ": "2"}
    assert line(page, "Đá Xanh")["Kích hoạt"] == "1"
    total = line(page, "Cả xã")
    assert (total["Kích hoạt"], total["Lượt thăm"], total["Nhà đã gặp"]) == ("3", "5", "3")


def test_board_shows_this_month(browser_of, worked, line):
    page = browser_of(worked.son).get("/tallies?period=month").text
    assert "Tháng này thêm 4 người kích hoạt." in page
    assert line(page, "Ấp Cầu Ván") | {"Độ phủ": ""} == {
        "Kích hoạt": "3", "Đến hôm nay cần": "—", "Còn thiếu": "—", "Độ phủ": "",
        "Lượt thăm": "6", "Nhà đã gặp": "3", "Hồ sơ": "3"}


def test_board_shows_a_free_period(browser_of, worked, line):
    page = browser_of(worked.son).get("/tallies?period=days&first=2026-11-10&last=2026-11-17").text
    assert "10/11 – 17/11/2026: thêm 3 người kích hoạt." in page
    cau_van = line(page, "Ấp Cầu Ván")
    assert (cau_van["Kích hoạt"], cau_van["Lượt thăm"], cau_van["Nhà đã gặp"], cau_van["Hồ sơ"]) \
        == ("2", "4", "2", "1")
    assert line(page, "Cả xã")["Nhà đã gặp"] == "3"


def test_free_period_over_whole_months_counts_each_day_once(browser_of, worked, line):
    url = "/tallies?period=days&first=2026-10-20&last=2026-12-10"
    page = browser_of(worked.son).get(url).text
    assert line(page, "Cả xã")["Lượt thăm"] == "7"
    assert line(page, "Ấp Cầu Ván")["Nhà đã gặp"] == "3"


def test_coverage_bar_shows_done_not_yet_and_unasked(browser_of, worked):
    page = browser_of(worked.son).get("/tallies").text
    assert "đã 4" in page  # Hòa, An, Bré, H'Lan
    assert "chưa 2" in page  # Rin, Ban
    assert "chưa hỏi 14" in page  # of 2 × 10 declared


def test_complete_list_is_the_denominator(browser_of, worked, line):
    Village.update(list_complete=True).where(Village.id == worked.da_xanh.id).execute()
    page = browser_of(worked.son).get("/tallies").text
    assert line(page, "Đá Xanh")["Độ phủ"] == "50%"
    assert "chưa hỏi 6" in page


def test_unknown_figure_is_a_dash(browser_of, worked, line):
    Village.update(declared_14plus=None).where(Village.id == worked.da_xanh.id).execute()
    page = browser_of(worked.son).get("/tallies").text
    assert line(page, "Đá Xanh")["Độ phủ"] == "—"
    assert "chưa hỏi —" in page
    assert "Chưa có số người từ 14 tuổi của Bon Đá Xanh." in page


def test_team_without_contact_in_the_period_has_no_figures(browser_of, cast, line):
    keep(cast.lan, form(cast.bre, outcome="absent", at=at(17)))
    chair = browser_of(cast.son)
    page = chair.get("/tallies").text
    assert line(page, "Đá Xanh")["Lượt thăm"] == "—"
    assert line(page, "Ấp Cầu Ván")["Kích hoạt"] == "0"
    phone(cast.mai, at(17))
    assert line(chair.get("/tallies").text, "Đá Xanh")["Lượt thăm"] == "0"


def test_board_shows_the_target_to_date_and_the_gap(browser_of, worked, line, set_target):
    set_target(worked.cau_van, 60, clock.today().replace(day=1))
    set_target(worked.da_xanh, 30, clock.today().replace(day=1))
    set_target(worked.cau_van, 80, clock.today(), "coverage")
    page = browser_of(worked.son).get("/tallies").text
    assert "Tuần này thêm 3 người kích hoạt. Cần 21." in page
    assert "Đến hôm nay cần 9." in page
    assert "Còn thiếu 6." in page
    cau_van = line(page, "Ấp Cầu Ván")
    assert (cau_van["Đến hôm nay cần"], cau_van["Còn thiếu"], cau_van["Độ phủ"]) == (
        "6", "4", "30% /80%")
    page = browser_of(worked.son).get("/tallies?period=month").text
    assert "Cần 90." in page
    assert "Đến hôm nay cần 54." in page


def test_village_on_schedule_is_marked(browser_of, worked, set_target):
    set_target(worked.cau_van, 10, clock.today().replace(day=1))
    assert "Kịp chỉ tiêu." in browser_of(worked.son).get("/tallies").text


def test_board_states_that_nobody_was_activated(browser_of, cast):
    keep(cast.lan, form(cast.bre, outcome="absent", at=at(17)))
    assert "Tuần này chưa thêm người kích hoạt." in browser_of(cast.son).get("/tallies").text


def test_board_shows_the_three_most_frequent_obstacles(browser_of, worked):
    page = browser_of(worked.son).get("/tallies").text
    part = page.split("Khó khăn gặp nhiều")[1]
    assert part.index("2 lần") < part.index("1 lần")
    assert part.index("Chưa đăng ký mức 2") < part.index("Sợ lừa đảo")


def phone(user, seen_at, left=0):
    """Record a contact of a device."""
    Device.create(id=uuid4(), user=user, commune=user.commune, village=user.village,
                  left_count=left, left_oldest_at=seen_at if left else None, seen_at=seen_at)


def calls_on(page):
    """Return the words of the panel of teams to call."""
    return " ".join(page.split("Nên gọi")[1].split("</aside>")[0].split())


def test_teams_silent_for_three_days_are_listed(browser_of, cast):
    User.update(phone="0900000999").where(User.id == cast.tu.id).execute()
    phone(cast.lan, at(14), left=3)
    phone(cast.binh, at(12), left=2)
    phone(cast.mai, at(17), left=1)
    page = browser_of(cast.son).get("/tallies").text
    calls = calls_on(page)
    assert "Cầu Ván" in calls
    assert "Có tin lần cuối 14/11. 2 máy còn 5 lượt, không liên lạc từ 12/11" in calls
    assert 'href="tel:0900000999"' in calls
    assert "Đá Xanh" not in calls
    assert "6 lượt còn trên máy, theo lần liên lạc cuối" in calls


def test_silent_phone_is_listed_though_its_team_was_heard(browser_of, cast):
    for user in (cast.lan, cast.mai):
        phone(user, at(18))
    phone(cast.binh, at(14), left=3)
    calls = calls_on(browser_of(cast.son).get("/tallies").text)
    assert "1 máy còn 3 lượt, không liên lạc từ 14/11" in calls
    assert "Đá Xanh" not in calls


def test_given_up_and_lost_phones_do_not_count(browser_of, cast):
    for user in (cast.lan, cast.mai):
        phone(user, at(18))
    phone(cast.binh, clock.now() - Device.GIVEN_UP, left=4)
    phone(cast.binh, at(14), left=3)
    Session.begin(cast.binh)
    Session.update(device=Device.get(Device.left_count == 3).id).execute()
    chair = browser_of(cast.son)
    assert "3 lượt còn trên máy" in chair.get("/tallies").text
    Session.get(Session.user == cast.binh).mark_lost()
    page = chair.get("/tallies").text
    assert "0 lượt còn trên máy" in page and "Ba ngày qua tổ nào cũng có tin." in page
    phone_found = Device.get(Device.left_count == 3)
    Device.hear_from(phone_found.id, cast.binh, 2, None, clock.now() + timedelta(seconds=1))
    assert "2 lượt còn trên máy" in chair.get("/tallies").text


@pytest.mark.parametrize("oldest", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_extreme_reported_days_do_not_break_the_board(browser_of, sign_in, cast, oldest):
    heard = send(sign_in(cast.lan), cast.lan, left={"count": 3, "oldest": oldest})
    assert heard.status_code == 200
    page = browser_of(cast.son).get(f"/tallies/{cast.lan.village_id}")
    assert page.status_code == 200 and "3 lượt còn trên máy" in page.text


def test_silent_team_without_a_leader_is_listed(browser_of, cast):
    calls = calls_on(browser_of(cast.son).get("/tallies").text)
    assert "Chưa có tin lần nào. Nguyễn Văn Tư chưa ghi số máy" in calls
    assert "Chưa có tin lần nào. Chưa có tổ trưởng" in calls
    assert "tel:" not in calls


def test_villages_are_in_official_order(browser_of, cast):
    Village.update(position=9).where(Village.id == cast.cau_van.id).execute()
    table = browser_of(cast.son).get("/tallies").text.split("Từng thôn, ấp")[1]
    assert table.index("Đá Xanh") < table.index("Cầu Ván")


def test_village_links_to_its_households(browser_of, cast):
    page = browser_of(cast.son).get(f"/tallies/{cast.cau_van.id}")
    found = re.search(r'href="(/households\?village=\d+)"', page.text)
    assert "Điểu Bré" in browser_of(cast.son).get(found[1]).text


def test_village_page_lists_its_visits(browser_of, worked):
    chair = browser_of(worked.son)
    page = chair.get(f"/tallies/{worked.cau_van.id}").text
    assert "Tuần này thêm 2 người kích hoạt." in page
    visits = page.split('id="visits"')[1]
    assert visits.count("<tr>") == 4 + 1
    assert "Điểu Bré" in visits
    assert "Vắng nhà" in visits
    assert "xong 1 việc, 2 hồ sơ" in visits
    assert "H&#39;Lan" not in visits


def test_empty_board_shows_a_message(browser_of, cast):
    chair = browser_of(cast.son)
    page = chair.get("/tallies").text
    assert "Kỳ này chưa có tin." in page
    assert "Chưa có máy nào gửi về." in page
    assert "Chưa đặt chỉ tiêu." in page
    assert "Chưa ghi khó khăn nào trong kỳ này." in page
    page = chair.get(f"/tallies/{cast.cau_van.id}").text
    assert "Kỳ này chưa có tin." in page
    assert "Chưa có lượt nào trong kỳ này." in page


@pytest.mark.parametrize(("query", "words"), [
    ("period=year", "Chọn tuần này, tháng này hoặc các ngày."),
    ("period=%00", "Chọn tuần này, tháng này hoặc các ngày."),
    ("period=days&first=2026-11-10", "Chọn ngày cuối."),
    ("period=days&last=2026-11-10", "Chọn ngày đầu."),
    ("period=days&first=x&last=2026-11-10", "Ghi ngày theo dạng ngày/tháng/năm."),
    ("period=days&first=2026-11-10&last=2026-11-09", "Ngày cuối đứng trước ngày đầu."),
    ("period=days&first=2025-11-10&last=2026-11-11", "Nhiều nhất một năm."),
    ("period=days&first=0001-01-01&last=0001-01-02", "Xem lại năm."),
    ("period=days&first=9999-12-30&last=9999-12-31", "Xem lại năm."),
])
def test_invalid_period_shows_an_error(browser_of, cast, query, words):
    for url in ("/tallies", f"/tallies/{cast.cau_van.id}", f"/tallies/{cast.cau_van.id}/visits"):
        answer = browser_of(cast.son).get(f"{url}?{query}")
        assert answer.status_code == 422
        assert words in answer.text


def test_free_period_defaults_to_the_last_thirty_days(browser_of, cast):
    page = browser_of(cast.son).get("/tallies?period=days").text
    assert 'value="2026-10-20"' in page
    assert 'value="2026-11-18"' in page


def test_board_shows_only_the_own_commune(browser_of, worked):
    page = browser_of(worked.chau).get("/tallies?period=month").text
    assert "Cầu Ván" not in page
    assert "Kỳ này chưa có tin." in page
    assert "Suối Lá" in page


@pytest.mark.parametrize(("done", "everyone", "percent"), [
    (1, 200, 1), (1, 201, 0), (5, 8, 63), (1, 3, 33), (2, 3, 67), (7, 5, 100), (0, 0, None),
    (3, None, None)])
def test_percent_is_rounded_half_up(done, everyone, percent):
    assert Share(done, 0, everyone).percent == percent
