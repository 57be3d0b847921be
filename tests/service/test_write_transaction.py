"""Writers of one commune wait for each other, from its first one on, and see what was written."""

import threading

import pytest

from teamapp.models import Assignment, Counter, User
from tests.members.conftest import browser_of as browser_of_leader  # noqa: F401
from tests.rounds.conftest import browser_of, draft, fields, holders  # noqa: F401
from tests.sync.phone import body, entry, result

WRITERS = 4


def test_first_writers_of_a_commune_write_one_after_another(app, cast):
    Counter.delete().where(Counter.commune == cast.an_phu.id).execute()
    database, start, taken = app.extensions["database"], threading.Barrier(WRITERS), []

    def write():
        with database.connection_context():
            start.wait()
            with cast.an_phu.write() as tx:
                taken.append((tx.cursor, tx.next_receipt()))

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [(number, number) for number in range(1, WRITERS + 1)]


@pytest.fixture
def before(monkeypatch):
    """Return a function: an act that another person does just before the next write begins."""
    advance = Counter.advance

    def happens(act):
        def first(commune_id):
            monkeypatch.setattr(Counter, "advance", advance)
            act()
            return advance(commune_id)

        monkeypatch.setattr(Counter, "advance", first)

    return happens


def leave(user):
    """Return the act of deactivating a member."""
    return lambda: User.update(active=False).where(User.id == user.id).execute()


@pytest.mark.parametrize("path, chosen", [("assignments", "member"), ("allocation", "members")])
def test_member_who_just_left_gets_no_household(
        cast, browser_of, draft, holders, before, path, chosen):  # noqa: F811
    officer = browser_of(cast.hanh)
    before(leave(cast.lan))
    answer = officer.send(f"/rounds/{draft.id}/villages/{cast.cau_van.id}/{path}",
                          **{"houses": [str(cast.bre.id)], chosen: cast.lan.id})
    assert answer.status_code == 422
    assert set(holders(draft).values()) == {None}


def test_household_just_removed_from_a_round_is_not_assigned(
        cast, browser_of, draft, before):  # noqa: F811
    officer = browser_of(cast.hanh)
    before(lambda: Assignment.delete().where(Assignment.household == cast.bre.id).execute())
    answer = officer.send(f"/rounds/{draft.id}/villages/{cast.cau_van.id}/assignments",
                          houses=[str(cast.bre.id)], member=cast.lan.id)
    assert answer.status_code == 422


def test_leader_cannot_close_the_account_of_a_member_who_just_moved(
        cast, browser_of_leader, before):  # noqa: F811
    leader = browser_of_leader(cast.tu)
    before(lambda: User.update(village=cast.da_xanh).where(User.id == cast.lan.id).execute())
    assert leader.press(f"/people/{cast.lan.id}/deactivation").status_code == 404
    assert User.get_by_id(cast.lan.id).active


def test_visit_of_a_member_who_just_moved_is_judged_by_the_new_village(cast, sign_in, before):
    browser = sign_in(cast.mai)
    before(lambda: User.update(village=cast.cau_van).where(User.id == cast.mai.id).execute())
    assert result(browser, cast.mai, entry(body(cast.bre)))["status"] == "accepted"
