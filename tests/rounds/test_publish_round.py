"""The chair publishes a round; roles and foreign communes are limited."""

import pytest

from teamapp.models import Assignment, Commune, Counter, Round
from tests.deeds import visit
from tests.rounds.conftest import bare


@pytest.fixture
def shared(browser_of, cast, draft):
    """Return the draft with every household assigned."""
    browser_of(cast.hanh).send(f"/rounds/{draft.id}/allocation")
    return draft


def test_chair_publishes_a_round(browser_of, cast, shared):
    chair = browser_of(cast.son)
    before = Round.get().cursor
    answer = chair.send(f"/rounds/{shared.id}/publication")
    assert answer.status_code == 303
    round = Round.get()
    assert not round.is_draft
    assert round.published_by == cast.son
    assert round.cursor > before
    assert round.cursor == Counter.cursor_of(cast.an_phu.id)
    page = chair.get(answer.location).text
    assert "Đã phát động cho 4 thành viên; máy của họ nhận ở lần có sóng tới." in page


def test_officer_cannot_publish(browser_of, cast, shared):
    officer = browser_of(cast.hanh)
    assert officer.send(f"/rounds/{shared.id}/publication").status_code == 403
    assert Round.get().is_draft
    assert "/publication" not in officer.get(f"/rounds/{shared.id}").text


def test_round_without_assignees_is_not_published(browser_of, cast, draft):
    answer = browser_of(cast.son).send(f"/rounds/{draft.id}/publication")
    assert answer.status_code == 409
    assert "chưa ai được giao nhà nào" in answer.text
    assert Round.get().is_draft


def test_round_shows_households_of_former_members(browser_of, cast, draft):
    chair = browser_of(cast.son)
    village = f"/rounds/{draft.id}/villages/{cast.da_xanh.id}"
    chair.send(f"{village}/allocation", members=[cast.mai.id])
    chair.send(f"/people/{cast.mai.id}/deactivation")
    answer = chair.send(f"/rounds/{draft.id}/publication")
    assert answer.status_code == 409 and Round.get().is_draft
    gone = "1 nhà giao cho tài khoản đã đóng hoặc chuyển nơi khác."
    warning = f"{gone} Mở thôn, ấp để giao lại."
    assert warning in answer.text
    assert f"1 nhà, {gone}" in chair.get(village).text
    chair.send(f"/rounds/{draft.id}/allocation")
    chair.send(f"/rounds/{draft.id}/publication")
    page = chair.get(f"/rounds/{draft.id}").text
    assert warning in page and "Đã phát động cho 3 thành viên" in page
    visit(cast.hanh, cast.hlan)
    assert warning not in chair.get(f"/rounds/{draft.id}").text


def test_repeated_publication_keeps_the_first_time(browser_of, cast, shared):
    chair = browser_of(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    first = Round.get()
    chair.send(f"/rounds/{shared.id}/publication")
    assert Round.get().published_at == first.published_at
    assert Round.get().cursor == first.cursor


def test_published_round_is_reassigned_and_packs_follow(browser_of, cast, shared, holders):
    chair = browser_of(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    village = f"/rounds/{shared.id}/villages/{cast.cau_van.id}"
    for url, fields in ((f"{village}/assignments", {"member": cast.binh.id}),
                        (f"{village}/removals", {}), (f"{village}/houses", {}),
                        (f"{village}/allocation", {"members": [cast.lan.id]})):
        before = Round.get().cursor
        answer = chair.send(url, houses=[str(cast.bre.id)], **fields)
        assert answer.status_code == 303
        assert Round.get().cursor > before
    assert holders(shared)["Điểu Bré"] == cast.lan.name


def test_published_round_changes_only_name_and_days(browser_of, cast, shared, fields):
    chair = browser_of(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    before = Assignment.select().count()
    assert 'name="villages"' not in chair.get(f"/rounds/{shared.id}/edit").text
    chair.send(f"/rounds/{shared.id}", **fields | {"name": "Kéo dài", "villages": []})
    assert Round.get().name == "Kéo dài"
    assert Assignment.select().count() == before


@pytest.fixture
def meanwhile(cast, monkeypatch):
    """Return a function that runs another write just before the next transaction."""

    def arrange(deed):
        tx = Commune.write

        def late(commune):
            monkeypatch.setattr(Commune, "write", tx)
            with tx(cast.an_phu) as earlier:
                deed(earlier)
            return tx(commune)

        monkeypatch.setattr(Commune, "write", late)

    return arrange


def test_round_published_meanwhile_keeps_its_households(browser_of, cast, shared, fields,
                                                        meanwhile):
    officer = browser_of(cast.hanh)
    meanwhile(lambda tx: shared.publish(tx, cast.son))
    fields |= {"name": "Tên khác", "villages": [cast.da_xanh.id]}
    assert officer.send(f"/rounds/{shared.id}", **fields).status_code == 303
    round = Round.get()
    assert not round.is_draft and round.name == "Tên khác"
    assert Assignment.select().count() == 4


def test_round_published_meanwhile_is_not_deleted(browser_of, cast, shared, meanwhile):
    officer = browser_of(cast.hanh)
    meanwhile(lambda tx: shared.publish(tx, cast.son))
    assert officer.send(f"/rounds/{shared.id}/removal").status_code == 409
    assert Round.select().count() == 1


def test_round_emptied_meanwhile_is_not_published(browser_of, cast, shared, meanwhile):
    chair = browser_of(cast.son)
    meanwhile(lambda tx: Assignment.update(member=None).execute())
    assert chair.send(f"/rounds/{shared.id}/publication").status_code == 409
    assert Round.get().is_draft


@pytest.mark.parametrize("path", ["", "/allocation", "/publication", "/villages/{v}/assignments",
                                  "/villages/{v}/allocation", "/villages/{v}/removals",
                                  "/villages/{v}/houses"])
def test_draft_deleted_meanwhile_is_404(browser_of, cast, shared, fields, meanwhile, path):
    officer, chair = browser_of(cast.hanh), browser_of(cast.son)
    away, there = (row.household_id for row in shared.assignments_in(cast.cau_van).limit(2))
    officer.send(f"/rounds/{shared.id}/villages/{cast.cau_van.id}/removals", houses=[str(away)])
    meanwhile(lambda tx: shared.discard())
    answer = chair.send(
        f"/rounds/{shared.id}{path.format(v=cast.cau_van.id)}", **fields, member=cast.lan.id,
        members=[cast.lan.id], houses=[str(away if path.endswith("/houses") else there)])
    assert answer.status_code == 404
    assert Round.select().count() == 0 and Assignment.select().count() == 0


def test_published_round_is_not_deleted(browser_of, cast, shared):
    chair = browser_of(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    answer = chair.send(f"/rounds/{shared.id}/removal")
    assert answer.status_code == 409
    assert "không xóa được" in answer.text
    assert Round.select().count() == 1


def paths(round, village):
    """Return (method, address) of every route of a round."""
    one = f"/rounds/{round}"
    place = f"{one}/villages/{village}"
    return [("get", one), ("get", f"{one}/edit"), ("post", one), ("post", f"{one}/proposal"),
            ("post", f"{one}/removal"), ("post", f"{one}/publication"),
            ("post", f"{one}/allocation"), ("get", place), ("post", f"{place}/assignments"),
            ("post", f"{place}/allocation"),
            ("post", f"{place}/removals"), ("get", f"{place}/houses"), ("post", f"{place}/houses")]


def test_foreign_round_equals_a_missing_one(browser_of, cast, shared):
    chau = browser_of(cast.chau)
    strange = paths(shared.id, cast.cau_van.id)
    missing = paths(2_000_000_000, cast.cau_van.id)
    for (method, url), (_, nowhere) in zip(strange, missing):
        answers = [getattr(chau.browser, method)(
            address, data={"csrf_token": chau.token} if method == "post" else None)
            for address in (url, nowhere)]
        gone = 303 if url.endswith("/removal") else 404  # forgotten already: the list
        assert [answer.status_code for answer in answers] == [gone, gone], url
        assert bare(answers[0]) == bare(answers[1])
        assert answers[0].location == answers[1].location
    assert Round.get() == shared
    assert "Đợt tháng 11" not in chau.get("/rounds").text
    assert chau.get("/rounds/99999999999999999999").status_code == 404


def test_village_outside_the_round_is_404(browser_of, cast, fields):
    officer = browser_of(cast.hanh)
    officer.send("/rounds", **fields | {"villages": [cast.cau_van.id]})
    for village in (cast.da_xanh, cast.suoi_la):
        url = f"/rounds/{Round.get().id}/villages/{village.id}"
        assert officer.get(url).status_code == 404


def test_members_and_leaders_get_403(sign_in, cast, shared):
    for user in (cast.lan, cast.tu):
        browser = sign_in(user)
        for url in ("/rounds", "/rounds/new", f"/rounds/{shared.id}"):
            assert browser.get(url).status_code == 403
