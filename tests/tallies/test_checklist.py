"""A new commune's first steps stand on the board until all of them are done."""

import re

import pytest

from teamapp import clock
from teamapp.models import Commune, Round, User, Village
from teamapp.models.secret import hash_secret


def steps(page):
    """Return [(the words of a step, the address of its button)]; None without the list."""
    if 'class="checklist"' not in page:
        return None
    found = page.split('class="checklist"')[1].split("</ol>")[0].split("<li>")[1:]
    return [(" ".join(re.sub(r"<[^>]+>", " ", part).split()),
             re.findall(r'class="button[^"]*" href="([^"]+)"', part)) for part in found]


@pytest.fixture
def bare(cast):
    """Return the officer and the chair of a commune with nothing else."""
    commune = Commune.create(province="99", code="99009", name="xã Mới")
    return [User.create(username=f"moi-{role}", role=role, name="Người Mới", commune=commune,
                        secret_hash=hash_secret("mot-mat-khau-dai")) for role in (
        "officer", "chair")]


def test_commune_without_a_village_shows_its_first_step_on_sensible_pages(browser_of, bare):
    for person in bare:
        browser = browser_of(person)
        page = browser.get("/tallies").text
        found = steps(page)
        assert found[0] == ("Thôn, ấp 0 thôn, ấp Thêm thôn, ấp", ["/villages"])
        assert [urls for _, urls in found[1:]] == [[], [], [], []]
        assert all("Cần có thôn, ấp trước." in words for words, _ in found[1:4])
        assert "Cần có hộ dân trước." in found[4][0]
        assert "Tất cả các tổ đã cập nhật" not in page and "<tbody>" not in page
        for path in ("/rounds", "/rounds/new", "/people", "/households", "/targets", "/reviews",
                     "/villages", "/villages/new", "/villages/order", "/tallies/0/visits"):
            assert browser.get(path).status_code == 200, path


def test_each_step_has_its_state_and_one_button(browser_of, cast):
    Village.append(cast.an_phu, unit_type="ap", name="Bàu Sen", code="V03")
    User.update(secret_hash="").where(User.id == cast.binh.id).execute()
    found = steps(browser_of(cast.son).get("/tallies").text)
    assert [urls for _, urls in found] == [
        ["/villages"], ["/people"], [], ["/targets"], ["/rounds/new"]]
    words = [told for told, _ in found]
    assert "3 thôn, ấp" in words[0]
    assert "4 người, 1 chưa vào lần nào" in words[1] and "1 thôn, ấp chưa có ai." in words[1]
    assert "1 thôn, ấp chưa có hộ nào" in words[2]
    assert "flask --app app households import TỆP --commune 99001 --village MÃ" in words[2]
    assert "Chưa đặt" in words[3] and "Chưa có đợt nào" in words[4]


def test_officer_is_told_what_only_the_chair_does(browser_of, cast, set_target):
    officer, chair = (steps(browser_of(person).get("/tallies").text)
                      for person in (cast.hanh, cast.son))
    assert "Chủ tịch đặt chỉ tiêu." in officer[3][0] and "Xem chỉ tiêu" in officer[3][0]
    assert "Chủ tịch phát động đợt." in officer[4][0]
    assert "Chủ tịch" not in chair[3][0] + chair[4][0] and "Đặt chỉ tiêu" in chair[3][0]


def test_list_is_gone_when_all_is_done(browser_of, cast, set_target):
    chair, today = browser_of(cast.son), clock.today()
    set_target(cast.cau_van, 30, today)
    with cast.an_phu.write() as tx:
        made = Round.create(commune=cast.an_phu, name="Đợt", starts_on=today, ends_on=today,
                            created_by=cast.hanh, cursor=tx.cursor)
    draft = steps(chair.get("/tallies").text)[4]
    assert draft[1] == [f"/rounds/{made.id}"] and "Có dự thảo, chưa phát động" in draft[0]
    Round.update(published_at=clock.now(), published_by=cast.son).execute()
    assert steps(chair.get("/tallies").text) is None
