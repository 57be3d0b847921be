"""The day page: assigned households, progress, appointments and open dossiers."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Visit

from ..deeds import round_for, visit
from ..queries import counted, ways


@pytest.fixture
def day(cast, sign_in):
    """Return a function that gets a person's day page."""
    def read(user=cast.lan):
        return sign_in(user).get("/").get_data(as_text=True)
    return read


def walk(html):
    """Return the heads of the households still to visit, in order."""
    part = html.split('class="list walk"')[1].split("</ul>")[0]
    return re.findall(r"<b>([^<]+)</b>", part)


def figure(html):
    """Return (left, done, total) as shown on the page."""
    return tuple(int(re.search(pattern, html)[1]) for pattern in (
        r'data-left="done">(\d+)', r'data-figure="done">(\d+)', r"</span>/(\d+) nhà"))


def test_member_without_assignments_gets_a_link_to_the_list(day):
    html = day()
    assert "Chưa được giao nhà nào." in html and 'href="/households"' in html
    assert "data-count-scope" not in html


def test_assigned_households_are_in_walking_order(cast, day):
    round_for(cast.lan, [cast.hoa, cast.bre])
    html = day()
    assert walk(html) == ["Nguyễn Thị Hòa", "Điểu Bré"] and figure(html) == (2, 0, 2)
    assert "2 người chưa hỏi" in html and "chưa kích hoạt" not in html, "as the house page says"
    assert "cổng xanh" in html and "Đợt 4" in html
    assert "data-count-scope" not in day(cast.binh)


def test_household_of_two_rounds_is_listed_in_both(cast, day):
    round_for(cast.lan, [cast.hoa])
    round_for(cast.lan, [cast.hoa, cast.bre])
    assert day().count("<b>Nguyễn Thị Hòa</b>") == 2


def test_finishing_visit_marks_the_household_done(cast, day):
    round_for(cast.lan, [cast.hoa, cast.bre, cast.van])
    visit(cast.binh, cast.hoa)
    visit(cast.lan, cast.van, "absent")
    html = day()
    assert walk(html) == ["Điểu Bré", "Lê Văn An"] and figure(html) == (2, 1, 3)
    assert html.count("data-done") == 1 and "Đã xong <span data-folded>1</span>" in html
    assert "Vắng nhà" in html and html.count('class="done"') == 1


def test_visit_before_the_round_leaves_the_household_open(cast, day):
    round_for(cast.lan, [cast.hoa])
    visit(cast.lan, cast.hoa, days_ago=5)
    html = day()
    assert figure(html) == (1, 0, 1)
    assert "Chưa đến" in html and "Gặp được" not in html


def test_drafts_and_past_rounds_are_hidden(cast, day):
    round_for(cast.lan, [cast.hoa], published=False)
    round_for(cast.lan, [cast.bre], starts=-9, ends=-1)
    assert "Chưa được giao nhà nào." in day() and "data-count-scope" not in day()


def test_future_round_is_in_the_page_but_hidden(cast, day):
    starts = clock.today() + timedelta(days=3)
    round_for(cast.lan, [cast.hoa], starts=3, name="Đợt 5")
    html = day()
    assert f'data-from="{starts}"' in html
    assert f"Đợt 5 bắt đầu ngày {starts.day}/{starts.month}." in html


def test_appointment_shows_on_its_day_and_ends_with_the_next_visit(cast, day):
    today = clock.today()
    visit(cast.lan, cast.hoa, "later", days_ago=2, return_on=today, return_part="afternoon")
    visit(cast.lan, cast.van, "later", days_ago=2, return_on=today + timedelta(days=4))
    html = day()
    assert "Hẹn hôm nay" in html and ", chiều" in html
    assert f'data-from="{today + timedelta(days=4)}"' in html
    assert "Nguyễn Thị Hòa" not in day(cast.binh), "it was Lan who promised"
    visit(cast.binh, cast.hoa, "absent", days_ago=1)
    assert "Nguyễn Thị Hòa" not in day()


def test_missed_appointment_shows_for_a_week(cast, day):
    last = visit(cast.lan, cast.hoa, "later", days_ago=20, return_on=clock.today())
    for days, shown in ((6, True), (8, False)):
        Visit.update(return_on=clock.today() - timedelta(days=days)).where(
            Visit.id == last).execute()
        assert ("Nguyễn Thị Hòa" in day()) is shown


def test_own_open_dossiers_show_when_they_are_overdue(cast, day):
    due = clock.today() - timedelta(days=1)
    visit(cast.lan, cast.bre, dossiers=[{"due_on": due}, {}])
    html = day()
    assert "Hồ sơ đang chờ 2" in html and "Quá hẹn" in html
    assert "Hồ sơ đang chờ" not in day(cast.binh)


def test_member_of_a_new_village_sees_no_household_of_the_old_one(cast, day):
    round_for(cast.lan, [cast.hoa])
    visit(cast.lan, cast.van, "later", days_ago=1, return_on=clock.today())
    visit(cast.lan, cast.bre, dossiers=[{}])
    cast.lan.move_to(cast.da_xanh, clock.today())
    html = day()
    for name in ("Hòa", "Văn An", "Bré"):
        assert name not in html


def test_commune_is_redirected_to_the_board(cast, sign_in):
    answer = sign_in(cast.son).get("/")
    assert (answer.status_code, answer.location) == (302, "/tallies")


def test_day_page_needs_few_queries(cast, sign_in):
    round_for(cast.lan, [cast.hoa, cast.bre, cast.van])
    visit(cast.lan, cast.van, "later", days_ago=1, return_on=clock.today())
    lan = sign_in(cast.lan)
    with counted() as queries:
        lan.get("/")
    assert len(queries) <= 9


@pytest.mark.once
def test_appointments_are_found_by_the_index_on_households(cast, day):
    visit(cast.lan, cast.bre, "later", return_on=clock.today())
    with counted() as asked:
        assert "Điểu Bré" in day()
    found = [way for way in ways(asked) if "visit_" in way]
    assert {way.split("INDEX ")[1] for way in found} == {
        "visit_household_id_happened_at (household_id=?)", "sqlite_autoindex_visit_1 (id=?)"}
