"""Sign-out ends the session on the server and invalidates every copy of its cookie."""

import base64
import hashlib

import pytest

from teamapp.models import Session

from ..cast import PIN

JSON = {"Accept": "application/json"}


def test_form_redirects_to_sign_in(sign_in, cast):
    browser = sign_in(cast.lan)
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.get("/arrival").status_code == 302


def test_script_gets_json(sign_in, cast):
    answer = sign_in(cast.lan).post("/sign-out", headers=JSON)
    assert (answer.status_code, answer.json) == (200, {"v": 1})


def test_sign_out_changes_the_cookie_to_clear_the_back_cache(sign_in, cast):
    answer = sign_in(cast.lan).post("/sign-out", headers=JSON)
    cookie, = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("session=;")
    assert "HttpOnly" in cookie
    assert "Max-Age=0" in cookie


def test_copied_cookie_is_invalid_after_sign_out(app, client, cast, enter):
    enter(client, "lan", PIN)
    thief = app.test_client()
    thief.set_cookie("session", client.get_cookie("session").value)
    assert thief.get("/arrival").status_code == 200
    client.post("/sign-out")
    assert thief.get("/arrival").status_code == 302


def test_sign_out_affects_only_this_device(sign_in, cast):
    here, there = sign_in(cast.lan), sign_in(cast.lan)
    here.post("/sign-out")
    assert there.get("/arrival").status_code == 200


def test_sign_out_succeeds_twice_and_without_a_session(client, cast, enter):
    assert client.post("/sign-out", headers=JSON).json == {"v": 1}
    assert client.post("/sign-out").status_code == 303
    enter(client, "lan", PIN)
    for _ in range(2):
        assert client.post("/sign-out", headers=JSON).status_code == 200


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"Origin": "http://["},
    {"Origin": "https://localhost.evil.example"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
])
def test_cross_site_sign_out_is_rejected(sign_in, cast, headers):
    browser = sign_in(cast.lan)
    assert browser.post("/sign-out", headers=headers).status_code == 403
    assert Session.select().where(Session.ended_at.is_null()).count() == 1
    assert browser.get("/arrival").status_code == 200


def test_own_page_signs_out(sign_in, cast):
    answer = sign_in(cast.lan).post("/sign-out", headers={
        **JSON, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200


def test_session_expires_after_thirty_idle_days(client, cast, enter, later):
    enter(client, "lan", PIN)
    later(days=29)
    assert client.get("/arrival").status_code == 200
    later(days=29)
    assert client.get("/arrival").status_code == 200
    later(days=30)
    assert client.get("/arrival").status_code == 302


def test_session_expires_after_ninety_days_of_use(client, cast, enter, later):
    enter(client, "lan", PIN)
    for _ in range(4):
        later(days=22)
        assert client.get("/arrival").status_code == 200
    later(days=2)
    assert client.get("/arrival").status_code == 302


def test_deactivation_ends_the_session_at_once(sign_in, cast):
    browser = sign_in(cast.lan)
    cast.lan.active = False
    cast.lan.save()
    assert browser.get("/arrival").status_code == 302


def test_session_table_holds_no_token(client, cast, enter):
    enter(client, "lan", PIN)
    with client.session_transaction() as cookie:
        token = cookie["token"]
    row, = Session.select().dicts()
    assert token not in str(row)
    assert row["id"] == hashlib.sha256(token.encode()).hexdigest()


def test_token_has_256_bits_and_never_repeats(cast):
    tokens = [Session.begin(cast.lan) for _ in range(50)]
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}
    assert len(set(tokens)) == 50
