"""Lost devices get a wipe; deactivated accounts may submit entries for 90 days."""

from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Receipt, Session, User, Visit

from ..cast import PIN
from ..sync.phone import body, entry, send

WIPE = {"v": 1, "code": "wipe"}


@pytest.fixture
def lost(cast, sign_in):
    """Return Lan's device after it was reported lost."""
    phone = sign_in(cast.lan)
    Session.get(Session.user == cast.lan).mark_lost()
    return phone


def test_lost_device_gets_wipe_from_every_route(cast, lost):
    for answer in (lost.get("/pack"), send(lost, cast.lan, entry(body(cast.bre)))):
        assert (answer.status_code, answer.json) == (401, WIPE)
    assert lost.get("/households").status_code == 302
    assert not Receipt.select().exists()


def test_loss_report_affects_only_its_sign_in(cast, lost, sign_in):
    assert sign_in(cast.lan).get("/households").status_code == 200


def test_terminated_session_is_signed_out_without_wipe(cast, sign_in):
    phone = sign_in(cast.lan)
    Session.get(Session.user == cast.lan).end()
    assert phone.get("/pack").json == {"v": 1, "code": "signed_out"}


def test_unknown_cookie_gets_no_wipe(client, cast):
    assert client.get("/pack").json == {"v": 1, "code": "signed_out"}


def test_sign_in_page_sends_wipe_to_the_lost_device_only(client, cast, lost, sign_in):
    def has_wipe(browser):
        answer = browser.get("/sign-in")
        assert answer.status_code == 200
        return "X-Wipe" in answer.headers, " data-wipe" in answer.text

    assert has_wipe(lost) == (True, True)
    ended = sign_in(cast.binh)
    Session.get(Session.user == cast.binh).end()
    assert {has_wipe(browser) for browser in (client, sign_in(cast.tu), ended)} == {(False, False)}
    cast.binh.deactivate()
    assert has_wipe(ended) == (True, True)


def test_deactivated_account_submits_entries_but_sees_no_page(cast, sign_in):
    phone = sign_in(cast.lan)
    assert cast.lan.deactivate()
    assert phone.get("/pack").json == WIPE
    for path in ("/", "/households", f"/households/{cast.bre.id}", "/outbox", "/arrival"):
        assert phone.get(path).status_code == 302, path
    answer = send(phone, cast.lan, entry(body(cast.bre)))
    assert answer.json["results"][0]["status"] == "accepted"
    assert Visit.get().member == cast.lan


def test_missing_page_shows_a_deactivated_account_nothing(cast, sign_in):
    phone = sign_in(cast.lan)
    cast.lan.deactivate()
    page = phone.get("/nowhere")
    assert page.status_code == 404 and 'data-user=""' in page.text


@pytest.mark.parametrize("days, status", [(90, 200), (91, 401)])
def test_deactivated_account_submits_for_ninety_days(cast, sign_in, days, status):
    phone = sign_in(cast.lan)
    cast.lan.deactivate()
    User.update(closed_on=clock.today() - timedelta(days=days)).where(
        User.id == cast.lan.id).execute()
    answer = send(phone, cast.lan, entry(body(cast.bre)))
    assert answer.status_code == status
    if status == 401:
        assert answer.json == WIPE


def test_deactivated_account_signs_in_only_after_reactivation(cast, client, enter):
    cast.lan.deactivate()
    assert enter(client, "lan", PIN).status_code == 422
    cast.lan.reactivate()
    assert enter(client, "lan", PIN).status_code == 303


def test_last_chair_cannot_be_deactivated(cast):
    assert not cast.son.deactivate()
    assert User.get_by_id(cast.son.id).active
    second = User.create(username="hai", role="chair", name="Lê Hai", commune=cast.an_phu,
                         secret_hash="-")
    assert cast.son.deactivate()
    assert not second.deactivate()
