"""The board shows the figures of the recorded visits and the state of the targets."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.counting.coverage import Share
from teamapp.models import Device, Round, Session, User, Village
from tests.recording.test_visits import form, keep, person, step
from tests.sync.phone import body, entry, send

GAP, RATE = "Còn thiếu so với chỉ tiêu", "Tỷ lệ kích hoạt đến 18/11"
REACHED = "Số hộ tiếp cận được"


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
    assert "Trong tuần có thêm 3 người kích hoạt." in page
    assert line(page, "Ấp Cầu Ván") == {
        "Kích hoạt": "2", "Chỉ tiêu đến nay": "—", GAP: "—", RATE: "30%",
        "Lượt đến hộ": "4", "Số hộ tiếp cận được": "2", "Hồ sơ": "2"}
    assert line(page, "Đá Xanh")["Kích hoạt"] == "1"
    total = line(page, "Cả xã")
    assert (total["Kích hoạt"], total["Lượt đến hộ"], total[REACHED]) == ("3", "5", "3")


def test_board_shows_this_month(browser_of, worked, line):
    page = browser_of(worked.son).get("/tallies?period=month").text
    assert "Trong tháng có thêm 4 người kích hoạt." in page
    assert line(page, "Ấp Cầu Ván") | {RATE: ""} == {
        "Kích hoạt": "3", "Chỉ tiêu đến nay": "—", GAP: "—", RATE: "",
        "Lượt đến hộ": "6", "Số hộ tiếp cận được": "3", "Hồ sơ": "3"}


def test_board_shows_a_free_period(browser_of, worked, line):
    page = browser_of(worked.son).get("/tallies?period=days&first=2026-11-10&last=2026-11-17").text
    assert "Từ 10/11 đến 17/11/2026 có thêm 3 người kích hoạt." in page
    cau_van = line(page, "Ấp Cầu Ván")
    assert (cau_van["Kích hoạt"], cau_van["Lượt đến hộ"], cau_van[REACHED], cau_van["Hồ sơ"]) \
        == ("2", "4", "2", "1")
    assert line(page, "Cả xã")[REACHED] == "3"


def test_free_period_over_whole_months_counts_each_day_once(browser_of, worked, line):
    url = "/tallies?period=days&first=2026-10-20&last=2026-12-10"
    page = browser_of(worked.son).get(url).text
    assert line(page, "Cả xã")["Lượt đến hộ"] == "7"
    assert line(page, "Ấp Cầu Ván")[REACHED] == "3"


def test_coverage_bar_shows_done_not_yet_and_unasked(browser_of, worked):
    page = browser_of(worked.son).get("/tallies").text
    assert "đã kích hoạt 4" in page  # Hòa, An, Bré, H'Lan
    assert "chưa kích hoạt 2" in page  # Rin, Ban
    assert "chưa rà soát 1" in page and "chưa có tên trong danh sách 13" in page  # of 20 declared


def test_complete_list_is_the_denominator(browser_of, worked, line):
    Village.update(list_complete=True).where(Village.id == worked.da_xanh.id).execute()
    page = browser_of(worked.son).get("/tallies").text
    assert line(page, "Đá Xanh")[RATE] == "50%"
    assert "chưa có tên trong danh sách 5" in page


def test_unknown_figure_is_a_dash(browser_of, worked, line):
    Village.update(declared_14plus=None).where(Village.id == worked.da_xanh.id).execute()
    page = browser_of(worked.son).get("/tallies").text
    assert line(page, "Đá Xanh")[RATE] == "—"
    assert "chưa có tên trong danh sách 5" in page
    assert "Chưa có số người từ 14 tuổi của Bon Đá Xanh." in page


@pytest.mark.parametrize("period", ["", "?period=month",
                                    "?period=days&first=2026-10-01&last=2026-10-05"])
def test_figures_of_today_name_their_day_in_every_period(browser_of, worked, line, period):
    phone(worked.lan, at(17), left=3)
    chair = browser_of(worked.son)
    page, village = (chair.get(f"/tallies{path}{period}").text
                     for path in ("", f"/{worked.cau_van.id}"))
    for text in (page, village):
        assert "Tỷ lệ kích hoạt đến hôm nay, 18/11/2026" in text
        assert "3 lượt còn trên máy đến hôm nay (18/11), " in text
    assert line(page, "Ấp Cầu Ván")[RATE] == "30%"
    drawer = chair.get(f"/tallies/0/coverage{period}", headers={"HX-Request": "true"}).text
    assert "Cả xã, đến hôm nay, 18/11/2026" in drawer


def test_longer_list_than_declared_offsets_no_other_village(browser_of, worked):
    Village.update(declared_14plus=2).where(Village.id == worked.cau_van.id).execute()
    page = browser_of(worked.son).get("/tallies").text
    assert "chưa rà soát 1" in page and "chưa có tên trong danh sách 8" in page
    assert "Danh sách nhiều hơn số xã khai 3 người." in page


def test_team_without_contact_in_the_period_has_no_figures(browser_of, cast, line):
    keep(cast.lan, form(cast.bre, outcome="absent", at=at(17)))
    chair = browser_of(cast.son)
    page = chair.get("/tallies").text
    assert line(page, "Đá Xanh")["Lượt đến hộ"] == "—"
    assert line(page, "Ấp Cầu Ván")["Kích hoạt"] == "0"
    phone(cast.mai, at(17))
    assert line(chair.get("/tallies").text, "Đá Xanh")["Lượt đến hộ"] == "0"


def test_board_shows_the_target_to_date_and_the_gap(browser_of, worked, line, set_target):
    set_target(worked.cau_van, 60, clock.today().replace(day=1))
    set_target(worked.da_xanh, 30, clock.today().replace(day=1))
    set_target(worked.cau_van, 80, clock.today(), "coverage")
    page = browser_of(worked.son).get("/tallies").text
    assert "Trong tuần có thêm 3 người kích hoạt, đạt 14,3% chỉ tiêu (21)." in page
    assert "Chỉ tiêu đến nay: 9." in page
    assert "Còn thiếu so với chỉ tiêu: 6." in page
    cau_van = line(page, "Ấp Cầu Ván")
    assert (cau_van["Chỉ tiêu đến nay"], cau_van[GAP], cau_van[RATE]) == (
        "6", "4", "30% /80%")
    page = browser_of(worked.son).get("/tallies?period=month").text
    assert "đạt 4,4% chỉ tiêu (90)." in page
    assert "Chỉ tiêu đến nay: 54." in page


def test_gaps_add_up_over_the_rows(browser_of, worked, line, set_target):
    for village, amount in ((worked.cau_van, 10), (worked.da_xanh, 50)):
        set_target(village, amount, clock.today().replace(day=1))
    chair = browser_of(worked.son)
    page = chair.get("/tallies").text
    gaps = [line(page, label)[GAP] for label in ("Ấp Cầu Ván", "Đá Xanh", "Cả xã")]
    assert gaps == ["0", "4", "4"]
    assert "Chỉ tiêu đến nay: 6." in page and "Còn thiếu so với chỉ tiêu: 4." in page
    assert "nơi vượt không bù cho nơi thiếu" in page  # the sums alone give 6 - 3
    assert "không bù" not in chair.get(f"/tallies/{worked.da_xanh.id}").text


def test_no_percentage_while_a_village_has_no_target(browser_of, worked, set_target):
    set_target(worked.da_xanh, 60, clock.today().replace(day=1))
    set_target(worked.da_xanh, 90, clock.today().replace(day=1), "coverage")
    page = browser_of(worked.son).get("/tallies").text
    assert "Trong tuần có thêm 3 người kích hoạt.<" in page
    assert "Chỉ tiêu: 14, chưa kể nơi chưa đặt." in page
    assert 'class="target"' not in page.split("<table")[0]


def test_reached_target_is_told_for_its_period(browser_of, worked, set_target):
    for village in (worked.cau_van, worked.da_xanh):
        set_target(village, 6, clock.today().replace(day=1))
    page = browser_of(worked.son).get("/tallies").text
    assert "đạt 150% chỉ tiêu (2)" in page and "Đạt chỉ tiêu tuần." in page


def test_village_on_schedule_is_marked(browser_of, worked, set_target):
    set_target(worked.cau_van, 10, clock.today().replace(day=1))
    assert "Đạt chỉ tiêu đến nay." in browser_of(worked.son).get("/tallies").text


def test_board_states_that_nobody_was_activated(browser_of, cast):
    keep(cast.lan, form(cast.bre, outcome="absent", at=at(17)))
    assert "Trong tuần chưa có thêm người kích hoạt." in browser_of(cast.son).get("/tallies").text


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
    return " ".join(page.split("Cần đôn đốc")[1].split("</aside>")[0].split())


def test_teams_silent_for_three_days_are_listed(browser_of, cast):
    User.update(phone="0900000999").where(User.id == cast.tu.id).execute()
    phone(cast.lan, at(14), left=3)
    phone(cast.binh, at(12), left=2)
    phone(cast.mai, at(17), left=1)
    page = browser_of(cast.son).get("/tallies").text
    calls = calls_on(page)
    assert "Cầu Ván" in calls
    assert "Cập nhật lần cuối 14/11. 2 máy còn 5 lượt, không liên lạc từ 12/11" in calls
    assert 'href="tel:0900000999"' in calls
    assert "Đá Xanh" not in calls
    assert "6 lượt còn trên máy đến hôm nay (18/11), theo lần liên lạc cuối" in calls


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
    assert "0 lượt còn trên máy" in page and "Tất cả các tổ đã cập nhật trong 3 ngày." in page
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
    assert "Chưa cập nhật lần nào. Nguyễn Văn Tư chưa ghi số máy" in calls
    assert "Chưa cập nhật lần nào. Chưa có tổ trưởng" in calls
    assert "tel:" not in calls


def rejected(browser, user, cast):
    """Send an entry for another village's household, which is rejected."""
    assert send(browser, user, entry(body(cast.hlan))).json["results"][0]["status"] == "rejected"


def test_board_links_to_what_waits_for_the_commune(browser_of, sign_in, cast):
    chair, officer = browser_of(cast.son), browser_of(cast.hanh)
    assert "chờ xử lý" not in chair.get("/tallies").text
    rejected(sign_in(cast.lan), cast.lan, cast)
    made = [draft(cast, name) for name in ("Đợt một", "Đợt hai")]
    for browser, words in ((chair, "2 đợt dự thảo chờ phát động."),
                           (officer, "2 đợt dự thảo chờ chủ tịch phát động.")):
        page = browser.get("/tallies").text.split("<main")[1]
        assert "1 lượt xã chưa nhận chờ xử lý." in page and 'href="/rejected-entries"' in page
        assert words in page and 'href="/rounds"' in page
    with cast.an_phu.write() as tx:
        made[0].publish(tx, cast.son)
    page = chair.get("/tallies").text.split("<main")[1]
    assert "1 đợt dự thảo chờ phát động." in page and f'href="/rounds/{made[1].id}"' in page


def test_what_waits_in_another_commune_is_not_shown(browser_of, sign_in, cast):
    rejected(sign_in(cast.lan), cast.lan, cast)
    draft(cast, "Đợt một")
    page = browser_of(cast.chau).get("/tallies").text
    assert "chờ xử lý" not in page and "dự thảo" not in page


def draft(cast, name):
    """Return a new draft of the commune, without villages."""
    with cast.an_phu.write() as tx:
        return Round.create(commune=cast.an_phu, name=name, starts_on=clock.today(),
                            ends_on=clock.today(), created_by=cast.hanh, cursor=tx.cursor)


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
    assert "Trong tuần có thêm 2 người kích hoạt." in page
    visits = page.split('id="visits"')[1]
    assert visits.count("<tr>") == 4 + 1
    assert "Điểu Bré" in visits
    assert "Vắng nhà" in visits
    assert "hoàn thành 1 việc, 2 hồ sơ" in visits
    assert "H&#39;Lan" not in visits


def test_empty_board_shows_a_message(browser_of, cast):
    chair = browser_of(cast.son)
    page = chair.get("/tallies").text
    assert "Chưa có số liệu trong kỳ." in page
    assert "Chưa có máy nào gửi về." in page
    assert "Chưa đặt chỉ tiêu." in page
    assert "Chưa ghi khó khăn nào trong kỳ này." in page
    page = chair.get(f"/tallies/{cast.cau_van.id}").text
    assert "Chưa có số liệu trong kỳ." in page
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
    assert "Chưa có số liệu trong kỳ." in page
    assert "Suối Lá" in page


@pytest.mark.parametrize(("done", "everyone", "percent"), [
    (1, 200, 1), (1, 201, 0), (5, 8, 63), (1, 3, 33), (2, 3, 67), (7, 5, 100), (0, 0, None),
    (3, None, None)])
def test_percent_is_rounded_half_up(done, everyone, percent):
    assert Share(done, all=everyone).percent == percent
