"""The chair gives a round out; who may do what with it, and what is not there for whom."""

import pytest

from teamapp.models import Assignment, Commune, Counter, Round
from tests.deeds import visit
from tests.rounds.conftest import bare


@pytest.fixture
def shared(desk, cast, draft):
    """Return the draft, every house given to somebody."""
    desk(cast.hanh).send(f"/rounds/{draft.id}/allocation")
    return draft


def test_the_chair_publishes(desk, cast, shared):
    chair = desk(cast.son)
    before = Round.get().cursor
    answer = chair.send(f"/rounds/{shared.id}/publication")
    assert answer.status_code == 303
    round = Round.get()
    assert not round.is_draft
    assert round.published_by == cast.son
    assert round.cursor > before
    assert round.cursor == Counter.cursor_of(cast.an_phu.id)
    page = chair.get(answer.location).text
    assert "Đã giao cho 4 thành viên; máy của họ nhận ở lần có sóng tới." in page


def test_the_officer_cannot_publish(desk, cast, shared):
    officer = desk(cast.hanh)
    assert officer.send(f"/rounds/{shared.id}/publication").status_code == 403
    assert Round.get().is_draft
    assert "/publication" not in officer.get(f"/rounds/{shared.id}").text


def test_a_round_nobody_has_a_house_of_is_not_published(desk, cast, draft):
    answer = desk(cast.son).send(f"/rounds/{draft.id}/publication")
    assert answer.status_code == 409
    assert "chưa ai có nhà nào" in answer.text
    assert Round.get().is_draft


def test_houses_of_somebody_who_left_the_team_are_told(desk, cast, draft):
    chair = desk(cast.son)
    village = f"/rounds/{draft.id}/villages/{cast.da_xanh.id}"
    chair.send(f"{village}/allocation", members=[cast.mai.id])
    chair.send(f"/people/{cast.mai.id}/deactivation")
    answer = chair.send(f"/rounds/{draft.id}/publication")
    assert answer.status_code == 409 and Round.get().is_draft
    told = "1 nhà giao cho người không còn ở tổ. Mở thôn, ấp để giao lại."
    assert told in answer.text
    assert "1 nhà, 1 nhà giao cho người không còn ở tổ." in chair.get(village).text
    chair.send(f"/rounds/{draft.id}/allocation")
    chair.send(f"/rounds/{draft.id}/publication")
    page = chair.get(f"/rounds/{draft.id}").text
    assert told in page and "Đã giao cho 3 thành viên" in page
    visit(cast.hanh, cast.hlan)
    assert told not in chair.get(f"/rounds/{draft.id}").text


def test_publishing_twice_keeps_the_first_moment(desk, cast, shared):
    chair = desk(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    first = Round.get()
    chair.send(f"/rounds/{shared.id}/publication")
    assert Round.get().published_at == first.published_at
    assert Round.get().cursor == first.cursor


def test_a_published_round_is_still_reassigned_and_phones_follow(desk, cast, shared, holders):
    chair = desk(cast.son)
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


def test_a_published_round_changes_its_name_and_days_only(desk, cast, shared, fields):
    chair = desk(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    before = Assignment.select().count()
    assert "villages" not in chair.get(f"/rounds/{shared.id}/edit").text
    chair.send(f"/rounds/{shared.id}", **fields | {"name": "Kéo dài", "villages": []})
    assert Round.get().name == "Kéo dài"
    assert Assignment.select().count() == before


@pytest.fixture
def meanwhile(cast, monkeypatch):
    """Return a function that lets somebody else write just before the next writer's turn."""

    def arrange(deed):
        tx = Commune.write

        def late(commune):
            monkeypatch.setattr(Commune, "write", tx)
            with tx(cast.an_phu) as earlier:
                deed(earlier)
            return tx(commune)

        monkeypatch.setattr(Commune, "write", late)

    return arrange


def test_a_round_given_out_meanwhile_keeps_its_houses(desk, cast, shared, fields, meanwhile):
    officer = desk(cast.hanh)
    meanwhile(lambda tx: shared.publish(tx, cast.son))
    fields |= {"name": "Tên khác", "villages": [cast.da_xanh.id]}
    assert officer.send(f"/rounds/{shared.id}", **fields).status_code == 303
    round = Round.get()
    assert not round.is_draft and round.name == "Tên khác"
    assert Assignment.select().count() == 4


def test_a_round_given_out_meanwhile_is_not_said_to_be_forgotten(desk, cast, shared, meanwhile):
    officer = desk(cast.hanh)
    meanwhile(lambda tx: shared.publish(tx, cast.son))
    assert officer.send(f"/rounds/{shared.id}/removal").status_code == 409
    assert Round.select().count() == 1


def test_a_round_that_lost_its_houses_meanwhile_is_not_given_out(desk, cast, shared, meanwhile):
    chair = desk(cast.son)
    meanwhile(lambda tx: Assignment.update(member=None).execute())
    assert chair.send(f"/rounds/{shared.id}/publication").status_code == 409
    assert Round.get().is_draft


@pytest.mark.parametrize("path", ["", "/allocation", "/publication", "/villages/{v}/assignments",
                                  "/villages/{v}/allocation", "/villages/{v}/removals",
                                  "/villages/{v}/houses"])
def test_a_draft_forgotten_meanwhile_is_missing(desk, cast, shared, fields, meanwhile, path):
    officer, chair = desk(cast.hanh), desk(cast.son)
    away, there = (row.household_id for row in shared.assignments_in(cast.cau_van).limit(2))
    officer.send(f"/rounds/{shared.id}/villages/{cast.cau_van.id}/removals", houses=[str(away)])
    meanwhile(lambda tx: shared.discard())
    answer = chair.send(
        f"/rounds/{shared.id}{path.format(v=cast.cau_van.id)}", **fields, member=cast.lan.id,
        members=[cast.lan.id], houses=[str(away if path.endswith("/houses") else there)])
    assert answer.status_code == 404
    assert Round.select().count() == 0 and Assignment.select().count() == 0


def test_a_published_round_is_not_forgotten(desk, cast, shared):
    chair = desk(cast.son)
    chair.send(f"/rounds/{shared.id}/publication")
    answer = chair.send(f"/rounds/{shared.id}/removal")
    assert answer.status_code == 409
    assert "không xóa được" in answer.text
    assert Round.select().count() == 1


def paths(round, village):
    """Return every address of a round, with how it is asked."""
    one = f"/rounds/{round}"
    place = f"{one}/villages/{village}"
    return [("get", one), ("get", f"{one}/edit"), ("post", one), ("post", f"{one}/proposal"),
            ("post", f"{one}/removal"), ("post", f"{one}/publication"),
            ("post", f"{one}/allocation"), ("get", place), ("post", f"{place}/assignments"),
            ("post", f"{place}/allocation"),
            ("post", f"{place}/removals"), ("get", f"{place}/houses"), ("post", f"{place}/houses")]


def test_another_communes_round_is_as_good_as_missing(desk, cast, shared):
    chau = desk(cast.chau)
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


def test_a_village_that_takes_no_part_is_not_found(desk, cast, fields):
    officer = desk(cast.hanh)
    officer.send("/rounds", **fields | {"villages": [cast.cau_van.id]})
    for village in (cast.da_xanh, cast.suoi_la):
        url = f"/rounds/{Round.get().id}/villages/{village.id}"
        assert officer.get(url).status_code == 404


def test_members_and_leaders_stay_outside(sign_in, cast, shared):
    for user in (cast.lan, cast.tu):
        browser = sign_in(user)
        for url in ("/rounds", "/rounds/new", f"/rounds/{shared.id}"):
            assert browser.get(url).status_code == 403
