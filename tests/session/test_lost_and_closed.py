"""A lost phone, and a person who left: what they are still told, and what is still taken."""

from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Receipt, Session, User, Visit

from ..cast import PIN
from ..sync.phone import body, entry, send

WIPE = {"v": 1, "code": "wipe"}


@pytest.fixture
def lost(cast, sign_in):
    """Return Lan's phone after it was reported lost."""
    phone = sign_in(cast.lan)
    Session.get(Session.user == cast.lan).mark_lost()
    return phone


def test_a_lost_phone_is_told_to_wipe_itself_wherever_it_asks(cast, lost):
    for answer in (lost.get("/pack"), send(lost, cast.lan, entry(body(cast.bre)))):
        assert (answer.status_code, answer.json) == (401, WIPE)
    assert lost.get("/households").status_code == 302
    assert not Receipt.select().exists()


def test_only_that_sign_in_is_lost(cast, lost, sign_in):
    assert sign_in(cast.lan).get("/households").status_code == 200


def test_a_session_that_merely_ended_is_signed_out_and_nothing_more(cast, sign_in):
    phone = sign_in(cast.lan)
    Session.get(Session.user == cast.lan).end()
    assert phone.get("/pack").json == {"v": 1, "code": "signed_out"}


def test_an_unknown_cookie_is_not_told_to_wipe(client, cast):
    assert client.get("/pack").json == {"v": 1, "code": "signed_out"}


def test_the_sign_in_page_says_so_too_and_to_no_other_phone(client, cast, lost, sign_in):
    def says(browser):
        answer = browser.get("/sign-in")
        assert answer.status_code == 200
        return "X-Wipe" in answer.headers, " data-wipe" in answer.text

    assert says(lost) == (True, True)
    ended = sign_in(cast.binh)
    Session.get(Session.user == cast.binh).end()
    assert {says(browser) for browser in (client, sign_in(cast.tu), ended)} == {(False, False)}
    cast.binh.deactivate()
    assert says(ended) == (True, True)


def test_who_left_sees_no_page_and_hands_in_what_waits(cast, sign_in):
    phone = sign_in(cast.lan)
    assert cast.lan.deactivate()
    assert phone.get("/pack").json == WIPE
    for path in ("/", "/households", f"/households/{cast.bre.id}", "/outbox", "/arrival"):
        assert phone.get(path).status_code == 302, path
    answer = send(phone, cast.lan, entry(body(cast.bre)))
    assert answer.json["results"][0]["status"] == "accepted"
    assert Visit.get().member == cast.lan


def test_a_missing_page_shows_who_left_nothing(cast, sign_in):
    phone = sign_in(cast.lan)
    cast.lan.deactivate()
    page = phone.get("/nowhere")
    assert page.status_code == 404 and 'data-user=""' in page.text


@pytest.mark.parametrize("days, status", [(90, 200), (91, 401)])
def test_after_ninety_days_nothing_more_is_taken(cast, sign_in, days, status):
    phone = sign_in(cast.lan)
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    answer = send(phone, cast.lan, entry(body(cast.bre)))
    assert answer.status_code == status
    if status == 401:
        assert answer.json == WIPE


def test_who_left_cannot_sign_in_until_the_account_is_open_again(cast, client, enter):
    cast.lan.deactivate()
    assert enter(client, "lan", PIN).status_code == 422
    cast.lan.reactivate()
    assert enter(client, "lan", PIN).status_code == 303


def test_the_last_chair_stays(cast):
    assert not cast.son.deactivate()
    assert User.get_by_id(cast.son.id).active
    second = User.create(username="hai", role="chair", name="Lê Hai", commune=cast.an_phu,
                         secret_hash="-")
    assert cast.son.deactivate()
    assert not second.deactivate()
