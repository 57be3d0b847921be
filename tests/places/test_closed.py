"""A closed village is offered nowhere; what was done there keeps its place."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Target, Village
from tests.deeds import visit


@pytest.fixture
def closed(cast):
    """Return Đá Xanh, closed today."""
    Village.update(closed_on=clock.today()).where(Village.id == cast.da_xanh.id).execute()
    return cast.da_xanh


@pytest.mark.parametrize("page", ["/rounds/new", "/targets", "/households"])
def test_closed_village_is_not_offered(browser_of, cast, closed, page):
    text = browser_of(cast.son).get(page).text
    assert "Cầu Ván" in text
    assert "Đá Xanh" not in text.replace("Cầu Ván", "")


def test_draft_drops_a_village_closed_since(browser_of, cast):
    officer, today = browser_of(cast.hanh), clock.today()
    fields = {"name": "Đợt", "starts_on": today, "ends_on": today, "choice": "all",
              "villages": [cast.cau_van.id, cast.da_xanh.id]}
    there = officer.send("/rounds", **fields).location
    Village.update(closed_on=today).where(Village.id == cast.da_xanh.id).execute()
    form = officer.get(f"{there}/edit").text
    assert f'value="{cast.da_xanh.id}"' not in form
    drawn = re.findall(r'name="drawn" value="(\d+)"', form)
    answer = officer.send(there, **fields | {"villages": drawn, "drawn": drawn, "choice": "keep"})
    assert answer.status_code == 303
    assert "Đá Xanh" not in officer.get(there).text


def test_import_into_a_closed_village_is_refused(app, cast, closed, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("Số hộ,Họ tên\n1,Lê Văn An\n", "utf-8")
    result = app.test_cli_runner().invoke(args=[
        "households", "import", str(file), "--commune", cast.an_phu.code, "--village", "V02"])
    assert result.exit_code == 1
    assert "Bon Đá Xanh đã đóng." in result.output


def test_board_lists_a_closed_village_only_with_figures(
        browser_of, cast, closed, line):
    chair = browser_of(cast.son)
    page = chair.get("/tallies").text
    assert "Đá Xanh" not in page
    visit(cast.mai, cast.hlan)
    page = chair.get("/tallies").text
    assert line(page, "Bon Đá Xanh")["Lượt đến hộ"] == "1"
    assert line(page, "Cả xã")["Lượt đến hộ"] == "1"


def test_closed_village_is_neither_called_nor_in_the_denominator(
        browser_of, cast, closed, line):
    visit(cast.mai, cast.hlan)
    Village.update(declared_14plus=None).where(Village.id == closed.id).execute()
    page = browser_of(cast.son).get("/tallies").text
    assert "Chưa có số người từ 14 tuổi" not in page
    assert "Đá Xanh" not in page.split("Cần đôn đốc")[1].split("</aside>")[0]


def test_target_of_a_closed_village_ends_that_day(
        browser_of, cast, closed, line, set_target):
    first, last = clock.month_of(clock.today())
    set_target(closed, 30, first - timedelta(days=31))
    visit(cast.mai, cast.hlan, days_ago=0)
    Village.update(closed_on=first - timedelta(days=1)).where(Village.id == closed.id).execute()
    page = browser_of(cast.son).get("/tallies?period=month").text
    assert line(page, "Bon Đá Xanh")["Còn thiếu so với chỉ tiêu"] == "—"
    assert Target.select().count() == 1
