"""The officer drafts a round: villages, days and households."""

import re
from datetime import date, timedelta

import pytest

from teamapp import clock
from teamapp.models import Assignment, Round
from teamapp.rostering.selection import candidates
from tests.recording.test_visits import form, keep, person, step


def heads(round):
    return {row.household.head for row in round.assignments}


def test_draft_holds_households_by_village_in_walking_order(browser_of, cast, draft):
    assert draft.name == "Đợt tháng 11"
    assert draft.is_draft
    assert heads(draft) == {"Điểu Bré", "Lê Văn An", "Nguyễn Thị Hòa", "H'Lan"}
    page = browser_of(cast.hanh).get(f"/rounds/{draft.id}/villages/{cast.cau_van.id}").text
    assert page.index("Điểu Bré") < page.index("Lê Văn An") < page.index("Nguyễn Thị Hòa")
    assert "Lan</b>" not in page.split("Nguyễn Thị Hòa")[1]


def test_selection_of_households_never_visited(browser_of, cast, fields):
    keep(cast.lan, form(cast.van, outcome="absent"))
    browser_of(cast.hanh).send("/rounds", **fields | {"choice": "unvisited"})
    assert heads(Round.get()) == {"Điểu Bré", "Nguyễn Thị Hòa", "H'Lan"}


def test_selection_of_households_with_a_person_not_activated(browser_of, cast, fields):
    keep(cast.lan, form(cast.van, person("Lê Văn An", step()), person("Lê Thị Hà", step("had"))),
         form(cast.bre, person("Điểu Bré", step()), person("Thị Rin", step("not_yet"))))
    browser_of(cast.hanh).send("/rounds", **fields | {"choice": "unactivated"})
    assert heads(Round.get()) == {"Điểu Bré", "Nguyễn Thị Hòa", "H'Lan"}


def test_children_need_no_activation(browser_of, cast, fields):
    keep(cast.lan, form(cast.bre, person("Điểu Bré", step()), person("Thị Rin", step())))
    browser_of(cast.hanh).send("/rounds", **fields | {"choice": "either"})
    assert heads(Round.get()) == {"Lê Văn An", "Nguyễn Thị Hòa", "H'Lan"}


def test_households_that_moved_away_are_not_selected(browser_of, cast, fields):
    keep(cast.lan, form(cast.hoa, outcome="moved"))
    browser_of(cast.hanh).send("/rounds", **fields | {"choice": "either"})
    assert heads(Round.get()) == {"Điểu Bré", "Lê Văn An", "H'Lan"}


def test_form_shows_the_number_of_selected_households(browser_of, cast, fields):
    answer = browser_of(cast.hanh).send("/rounds/proposal", htmx=True, **fields)
    assert "4 nhà" in answer.text
    assert "Ấp Cầu Ván" in answer.text
    assert "<html" not in answer.text
    assert Round.select().count() == 0
    whole = browser_of(cast.hanh).send("/rounds/proposal", **fields)
    assert "4 nhà" in whole.text
    assert 'value="Đợt tháng 11"' in whole.text


def test_one_button_checks_all_villages(browser_of, cast):
    page = browser_of(cast.hanh).send("/rounds/proposal?all=1").text
    assert page.count(" checked") == 3  # both villages and the choice of houses
    assert "4 nhà" in page


def test_button_for_all_villages_returns_the_form(browser_of, cast):
    page = browser_of(cast.hanh).get("/rounds/new").text
    button = re.search(r'<button[^>]*all=1[^>]*>', page)[0]
    assert 'hx-post="/rounds/proposal?all=1"' in button and 'hx-select="#round"' in button
    piece = browser_of(cast.hanh).send("/rounds/proposal?all=1", htmx=True, name="Đợt này").text
    form = piece.split('<form id="round"')[1].split("</form>")[0]
    assert 'value="Đợt này"' in form and form.count(" checked") == 3


@pytest.mark.parametrize(("path", "there"), [
    ("/rounds/proposal", "/rounds"), ("/rounds/{r}/proposal", "/rounds/{r}"),
    ("/rounds/{r}/publication", "/rounds/{r}"), ("/rounds/{r}/removal", "/rounds/{r}"),
    ("/rounds/{r}/villages/{v}/allocation", "/rounds/{r}/villages/{v}"),
    ("/people/{p}/deactivation", "/people/{p}"), ("/people/{p}/sign-ins/{s}/loss", "/people/{p}")])
def test_get_of_a_post_address_leads_to_its_page(browser_of, cast, draft, path, there):
    ids = {"r": draft.id, "v": cast.cau_van.id, "p": cast.lan.id, "s": "x" * 64}
    chair = browser_of(cast.son)
    answer = chair.get(path.format(**ids))
    assert (answer.status_code, answer.location) == (302, there.format(**ids))
    assert chair.get(answer.location).status_code == 200


def test_changed_draft_keeps_assignees(browser_of, cast, draft, fields, holders):
    Assignment.update(member=cast.lan.id).where(Assignment.household == cast.bre.id).execute()
    browser_of(cast.hanh).send(f"/rounds/{draft.id}", **fields | {
        "name": "Đợt mới", "villages": [cast.cau_van.id], "choice": "unvisited"})
    assert Round.get().name == "Đợt mới"
    assert holders(draft) == {
        "Điểu Bré": cast.lan.name, "Lê Văn An": None, "Nguyễn Thị Hòa": None}


def test_renamed_draft_keeps_its_households(browser_of, cast, draft, fields):
    Assignment.delete().where(Assignment.household == cast.bre.id).execute()
    browser_of(cast.hanh).send(f"/rounds/{draft.id}", **fields | {"name": "Khác", "choice": "keep"})
    assert "Điểu Bré" not in heads(draft)
    assert len(heads(draft)) == 3


def test_added_village_requires_a_selection(browser_of, cast, fields):
    officer = browser_of(cast.hanh)
    officer.send("/rounds", **fields | {"villages": [cast.cau_van.id]})
    answer = officer.send(f"/rounds/{Round.get().id}", **fields | {"choice": "keep"})
    assert answer.status_code == 422
    assert "chọn đến nhà nào" in answer.text


@pytest.fixture
def older(cast, browser_of, fields):
    """Return a function that saves the officer's outdated form: the chair added Đá Xanh."""
    browser_of(cast.hanh).send("/rounds", **fields | {"villages": [cast.cau_van.id]})
    officer, url = browser_of(cast.hanh), f"/rounds/{Round.get().id}"
    drawn = re.findall(r'name="drawn" value="(\d+)"', officer.get(f"{url}/edit").text)
    browser_of(cast.son).send(url, **fields | {"drawn": drawn, "choice": "all"})
    browser_of(cast.son).send(f"{url}/villages/{cast.da_xanh.id}/allocation", members=[cast.mai.id])

    def save(**changes):
        return officer.send(url, **fields | {
            "villages": [cast.cau_van.id], "drawn": drawn, "choice": "keep"} | changes)

    return save


def test_outdated_form_keeps_villages_added_since(cast, older, holders):
    assert older(name="Tên mới").status_code == 303
    round = Round.get()
    assert round.name == "Tên mới"
    assert {row.village_id for row in round.villages} == {cast.cau_van.id, cast.da_xanh.id}
    assert holders(round)["H'Lan"] == cast.mai.name


def test_outdated_form_changes_only_its_own_changes(browser_of, cast, older, fields):
    browser_of(cast.son).send(f"/rounds/{Round.get().id}", **fields | {
        "villages": [cast.da_xanh.id], "choice": "keep"})
    assert older().status_code == 303
    assert heads(Round.get()) == {"H'Lan"}
    assert older(villages=[]).status_code == 303
    assert heads(Round.get()) == {"H'Lan"}


def test_outdated_form_cannot_remove_the_last_village(browser_of, cast, older, fields):
    browser_of(cast.son).send(f"/rounds/{Round.get().id}", **fields | {
        "villages": [cast.cau_van.id], "choice": "keep"})
    answer = older(villages=[])
    assert answer.status_code == 422
    assert "Chọn ít nhất một thôn, ấp." in answer.text


def test_outdated_form_cannot_select_in_unseen_villages(cast, older, holders):
    answer = older(choice="unactivated")
    assert answer.status_code == 422
    message = answer.text.split('<form id="round"')[0]
    assert "Người khác vừa đổi thôn, ấp của đợt. Xem lại rồi lưu." in message
    villages = [cast.cau_van.id, cast.da_xanh.id]
    assert [int(id) for id in re.findall(r'name="drawn" value="(\d+)"', answer.text)] == villages
    assert holders(Round.get())["H'Lan"] == cast.mai.name
    assert older(choice="unactivated", villages=villages, drawn=villages).status_code == 303


def test_draft_is_deleted(browser_of, cast, draft):
    answer = browser_of(cast.hanh).send(f"/rounds/{draft.id}/removal")
    assert answer.status_code == 303
    assert Round.select().count() == Assignment.select().count() == 0


def test_repeated_deletion_of_a_draft_succeeds(browser_of, cast, draft):
    officer, chair = browser_of(cast.hanh), browser_of(cast.son)
    answers = [who.send(f"/rounds/{draft.id}/removal") for who in (officer, chair)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/rounds")] * 2
    assert "Chưa có đợt nào." in chair.get("/rounds").text


def test_empty_commune_shows_the_first_step(browser_of, cast):
    page = browser_of(cast.hanh).get("/rounds").text
    assert "Chưa có đợt nào." in page
    assert "Lập đợt" in page


def day(offset):
    return (clock.today() + timedelta(days=offset)).isoformat()


@pytest.mark.parametrize(("change", "words"), [
    ({"name": ""}, "Ghi tên đợt."),
    ({"name": "   "}, "Ghi tên đợt."),
    ({"name": "x" * 81}, "Tên dài nhất 80 chữ."),
    ({"name": "a\x00b"}, "Tên có ký tự lạ."),
    ({"starts_on": ""}, "Chọn ngày bắt đầu."),
    ({"starts_on": "hôm qua"}, "Ghi ngày theo dạng ngày/tháng/năm."),
    ({"starts_on": "2090-01-01", "ends_on": "2090-01-05"}, "Xem lại năm."),
    ({"starts_on": "0001-01-01"}, "Xem lại năm."),
    ({"ends_on": "2026-02-31"}, "Ghi ngày theo dạng ngày/tháng/năm."),
    ({"ends_on": date(2000, 1, 1).isoformat()}, "Ngày kết thúc đứng trước ngày bắt đầu."),
    ({"ends_on": day(366)}, "Một đợt dài nhất một năm."),
    ({"villages": []}, "Chọn ít nhất một thôn, ấp."),
    ({"villages": ["abc"]}, "Có mục không thuộc xã mình."),
    ({"villages": ["9" * 30]}, "Có mục không thuộc xã mình."),
    ({"choice": "poor"}, "Chọn một cách trong danh sách."),
])
def test_error_stands_beside_its_field(browser_of, cast, fields, change, words):
    answer = browser_of(cast.hanh).send("/rounds", **fields | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert Round.select().count() == 0


def test_foreign_village_is_rejected(browser_of, cast, fields):
    for url in ("/rounds", "/rounds/proposal"):
        answer = browser_of(cast.hanh).send(url, **fields | {"villages": [cast.suoi_la.id]})
        assert "Suối Lá" not in answer.text
    assert Round.select().count() == 0


def test_rounds_are_listed_newest_first_twenty_a_page(browser_of, cast, draft):
    with cast.an_phu.write() as tx:
        for number in range(21):
            Round.create_draft(tx, cast.hanh, [cast.cau_van.id],
                               candidates([cast.cau_van.id], "all", 2026),
                               name=f"Đợt số {number}.",
                               starts_on=clock.today() - timedelta(days=100 + number),
                               ends_on=clock.today())
    officer = browser_of(cast.hanh)
    first, second = officer.get("/rounds").text, officer.get("/rounds?page=2").text
    assert first.index("Đợt tháng 11") < first.index("Đợt số 0.") < first.index("Đợt số 18.")
    assert "Đợt số 19." not in first
    assert "Đợt số 19." in second
    assert officer.get("/rounds?page=x").status_code == 200
