"""The day page: my houses in walking order, what is done, appointments, waiting dossiers."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Visit

from ..deeds import round_for, visit
from ..queries import counted, ways


@pytest.fixture
def day(cast, sign_in):
    """Return a function that reads the day page of a person."""
    def read(user=cast.lan):
        return sign_in(user).get("/").get_data(as_text=True)
    return read


def walk(html):
    """Return the names of the houses still to go to, in their order."""
    part = html.split('class="list walk"')[1].split("</ul>")[0]
    return re.findall(r"<b>([^<]+)</b>", part)


def figure(html):
    """Return (left, done, total) as the page says it."""
    return tuple(int(re.search(pattern, html)[1]) for pattern in (
        r'data-left="done">(\d+)', r'data-figure="done">(\d+)', r"</span>/(\d+) nhà"))


def test_who_was_given_nothing_is_led_to_the_list(day):
    html = day()
    assert "Chưa được giao nhà nào." in html and 'href="/households"' in html
    assert "data-count-scope" not in html


def test_my_houses_stand_in_walking_order(cast, day):
    round_for(cast.lan, [cast.hoa, cast.bre])
    html = day()
    assert walk(html) == ["Nguyễn Thị Hòa", "Điểu Bré"] and figure(html) == (2, 0, 2)
    assert "2 người chưa kích hoạt" in html and "cổng xanh" in html and "Đợt 4" in html
    assert "data-count-scope" not in day(cast.binh)


def test_a_house_in_two_rounds_stands_in_both(cast, day):
    round_for(cast.lan, [cast.hoa])
    round_for(cast.lan, [cast.hoa, cast.bre])
    assert day().count("<b>Nguyễn Thị Hòa</b>") == 2


def test_a_visit_that_ends_the_matter_makes_a_house_done(cast, day):
    round_for(cast.lan, [cast.hoa, cast.bre, cast.van])
    visit(cast.binh, cast.hoa)
    visit(cast.lan, cast.van, "absent")
    html = day()
    assert walk(html) == ["Điểu Bré", "Lê Văn An"] and figure(html) == (2, 1, 3)
    assert html.count("data-done") == 1 and "Đã xong 1" in html
    assert "Vắng nhà" in html and html.count('class="done"') == 1


def test_a_visit_before_the_round_leaves_the_house_to_be_visited(cast, day):
    round_for(cast.lan, [cast.hoa])
    visit(cast.lan, cast.hoa, days_ago=5)
    html = day()
    assert figure(html) == (1, 0, 1)
    assert "Chưa đến" in html and "Gặp được" not in html


def test_drafts_and_rounds_that_are_over_are_not_shown(cast, day):
    round_for(cast.lan, [cast.hoa], published=False)
    round_for(cast.lan, [cast.bre], starts=-9, ends=-1)
    assert "Chưa được giao nhà nào." in day() and "data-count-scope" not in day()


def test_a_round_that_begins_later_waits_in_the_page_for_its_day(cast, day):
    starts = clock.today() + timedelta(days=3)
    round_for(cast.lan, [cast.hoa], starts=3, name="Đợt 5")
    html = day()
    assert f'data-from="{starts}"' in html
    assert f"Đợt 5 bắt đầu ngày {starts.day}/{starts.month}." in html


def test_appointments_wait_for_their_day_and_end_with_the_next_call(cast, day):
    today = clock.today()
    visit(cast.lan, cast.hoa, "later", days_ago=2, return_on=today, return_part="afternoon")
    visit(cast.lan, cast.van, "later", days_ago=2, return_on=today + timedelta(days=4))
    html = day()
    assert "Hẹn hôm nay" in html and ", chiều" in html
    assert f'data-from="{today + timedelta(days=4)}"' in html
    assert "Nguyễn Thị Hòa" not in day(cast.binh), "it was Lan who promised"
    visit(cast.binh, cast.hoa, "absent", days_ago=1)
    assert "Nguyễn Thị Hòa" not in day()


def test_a_promise_nobody_kept_is_shown_for_a_week(cast, day):
    last = visit(cast.lan, cast.hoa, "later", days_ago=20, return_on=clock.today())
    for days, shown in ((6, True), (8, False)):
        Visit.update(return_on=clock.today() - timedelta(days=days)).where(
            Visit.id == last).execute()
        assert ("Nguyễn Thị Hòa" in day()) is shown


def test_dossiers_that_wait_are_mine_and_say_when_they_are_late(cast, day):
    due = clock.today() - timedelta(days=1)
    visit(cast.lan, cast.bre, dossiers=[{"due_on": due}, {}])
    html = day()
    assert "Hồ sơ đang chờ 2" in html and "Quá hẹn" in html
    assert "Hồ sơ đang chờ" not in day(cast.binh)


def test_who_moved_to_another_village_sees_no_house_of_the_old_one(cast, day):
    round_for(cast.lan, [cast.hoa])
    visit(cast.lan, cast.van, "later", days_ago=1, return_on=clock.today())
    visit(cast.lan, cast.bre, dossiers=[{}])
    cast.lan.move_to(cast.da_xanh, clock.today())
    html = day()
    for name in ("Hòa", "Văn An", "Bré"):
        assert name not in html


def test_the_commune_is_led_to_the_board(cast, sign_in):
    answer = sign_in(cast.son).get("/")
    assert (answer.status_code, answer.location) == (302, "/tallies")


def test_the_day_is_read_in_few_queries(cast, sign_in):
    round_for(cast.lan, [cast.hoa, cast.bre, cast.van])
    visit(cast.lan, cast.van, "later", days_ago=1, return_on=clock.today())
    lan = sign_in(cast.lan)
    with counted() as queries:
        lan.get("/")
    assert len(queries) <= 9


@pytest.mark.once
def test_who_was_promised_a_visit_is_found_by_the_houses_not_by_the_villages_past(cast, day):
    visit(cast.lan, cast.bre, "later", return_on=clock.today())
    with counted() as asked:
        assert "Điểu Bré" in day()
    found = [way for way in ways(asked) if "visit_" in way]
    assert {way.split("INDEX ")[1] for way in found} == {
        "visit_household_id_visited_at (household_id=?)", "sqlite_autoindex_visit_1 (id=?)"}
