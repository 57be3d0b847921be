"""Sign-in: the right secret succeeds, every other attempt gets the same answer."""

import base64
import re
import statistics
import time
import unicodedata

import pytest

from teamapp.models import Session, User
from teamapp.models.secret import UnfitSecret

from ..cast import PASSWORD, PIN, set_secret
from .conftest import token_in

WRONG = "Tên hoặc mã không đúng."


def test_member_starts_on_the_day_page(client, cast, enter):
    answer = enter(client, "lan", PIN)
    assert (answer.status_code, answer.location) == (303, "/arrival?next=/")
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "data-arrival" in page.text
    assert 'data-next="/"' in page.text
    assert f'data-user="{cast.lan.id}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_commune_staff_start_on_the_board(client, cast, enter):
    assert enter(client, "son", PASSWORD).location == "/arrival?next=/tallies"


@pytest.mark.parametrize("typed", ["LAN", " lan ", "Lan\u00a0", "l\u00e2n", "LÂN"])
def test_username_accepts_capitals_and_accents(client, cast, enter, typed):
    assert enter(client, typed, PIN).status_code == 303


def test_password_is_compared_in_one_unicode_form(client, cast, enter):
    set_secret(cast.son, "mật khẩu của Sơn")
    cast.son.save()
    typed = unicodedata.normalize("NFD", "mật khẩu của Sơn")
    assert enter(client, "son", typed).status_code == 303


def close_account(cast):
    User.update(active=False).where(User.id == cast.lan.id).execute()


def make_province(cast):
    User.update(role="province").where(User.id == cast.lan.id).execute()


@pytest.mark.parametrize(("username", "secret", "before"), [
    ("lan", "111213", None),
    ("lan", "２５８０３６", None),
    ("lan", "٢٥٨٠٣٦", None),
    ("lan", PIN + " ", None),
    ("lan", PIN + "\0", None),
    ("lan", "", None),
    ("lan", "x" * 100_000, None),
    ("nobody-of-this-name", PIN, None),
    ("", PIN, None),
    ("x" * 100_000, PIN, None),
    ("lan\0", PIN, None),
    ("lan\r\nSet-Cookie: a=b", PIN, None),
    ("lan' OR 1=1 --", PIN, None),
    ("🙂", "🙂", None),
    ("lan", PIN, close_account),
    ("lan", PIN, make_province),
])
def test_every_failure_shows_the_same_answer(client, cast, enter, username, secret, before):
    if before:
        before(cast)
    answer = enter(client, username, secret)
    assert answer.status_code == 422
    assert answer.text.count(WRONG) == 1
    assert "Thử lại sau" not in answer.text
    assert answer.text.count('class="error"') == 1
    assert Session.select().count() == 0
    assert client.get("/arrival").status_code == 302


def test_undecodable_bytes_are_a_wrong_username(client, cast):
    token = token_in(client.get("/sign-in"))
    body = f"csrf_token={token}&secret={PIN}&username=".encode()
    answers = [client.post("/sign-in", data=body + name,
                           content_type="application/x-www-form-urlencoded").status_code
               for name in (b"%ED%A0%80", b"%FF%FE", b"lan%00", b"\xed\xa0\x80")]
    assert answers == [422, 422, 422, 400]  # what is no form at all has no token either


def test_json_body_is_not_accepted(client, cast):
    token = token_in(client.get("/sign-in"))
    for body in ('{"username": ["lan"], "secret": 258036}', '["lan"]', '{"username": "\\ud800"}'):
        answer = client.post("/sign-in", data=body, content_type="application/json",
                             headers={"X-CSRFToken": token})
        assert answer.status_code == 422


def test_failed_form_repeats_the_username_but_no_secret(client, cast, enter):
    answer = enter(client, 'la"n<b>', "1357924680")
    assert 'value="la&#34;n&lt;b&gt;"' in answer.text
    assert "1357924680" not in answer.text


def test_secret_is_masked_and_allows_pasting(client):
    page = client.get("/sign-in").text
    field, = re.findall(r'<input[^>]*name="secret"[^>]*>', page)
    assert 'type="password"' in field and 'autocomplete="current-password"' in field
    assert 'autocomplete="username"' in page
    assert not re.search(r"on(?:paste|copy|drop)|autocomplete=\"(?:off|one-time)", page)


def test_two_tabs_opened_at_once_both_sign_in(client, cast):
    """Each tab has its own token but both share one cookie, so Sec-Fetch-Site decides."""
    said = {"username": "lan", "secret": PIN, "csrf_token": "of-the-other-tab"}
    answer = client.post("/sign-in", data=said, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    for site in ("cross-site", "same-site", "none"):
        again = client.post("/sign-in", data=said, headers={"Sec-Fetch-Site": site})
        assert again.status_code == 400, site


def test_form_without_a_token_is_shown_again(client, cast):
    answer = client.post("/sign-in", data={"username": "lan", "secret": PIN, "next": "//evil"})
    assert answer.status_code == 400
    assert "mở đã lâu" in answer.text
    assert "evil" not in answer.text
    assert Session.select().count() == 0
    again = client.post("/sign-in", data={"csrf_token": token_in(answer), "username": "lan",
                                          "secret": PIN})
    assert again.status_code == 303


def test_token_of_another_browser_is_rejected(app, client, cast):
    foreign = token_in(app.test_client().get("/sign-in"))
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf_token": foreign, "username": "lan",
                                           "secret": PIN})
    assert answer.status_code == 400
    assert Session.select().count() == 0


def test_ten_megabytes_are_rejected(client, cast):
    answer = client.post("/sign-in", data={"username": "x" * 10_000_000, "secret": PIN})
    assert answer.status_code == 413


def test_sign_in_replaces_the_whole_session(client, cast, enter):
    client.get("/sign-in")
    with client.session_transaction() as cookie:
        planted = dict(cookie, token="planted", mine="yes")
        cookie.update(planted)
    enter(client, "lan", PIN)
    with client.session_transaction() as cookie:
        assert cookie["token"] not in ("planted", "")
        assert "mine" not in cookie
        assert "csrf_token" not in cookie


def test_sign_in_ends_the_previous_persons_session(app, client, cast, enter):
    enter(client, "lan", PIN)
    copied = client.get_cookie("session").value
    assert "data-arrival" not in client.get("/sign-in").text
    assert enter(client, "binh", PIN).status_code == 303
    assert f'data-user="{cast.binh.id}"' in client.get("/arrival").text
    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/arrival").status_code == 302


def test_form_names_nobody_even_when_signed_in(sign_in, cast):
    answer = sign_in(cast.son).get("/sign-in")
    assert answer.status_code == 200
    assert 'data-user=""' in answer.text
    assert cast.son.name not in answer.text


def test_cookies_are_httponly(client, cast, enter):
    answer = enter(client, "lan", PIN)
    cookies = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"session", "device", "person"}
    assert all("HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line
               for line in cookies.values())


def test_head_and_options_change_nothing(client, cast):
    assert client.head("/sign-in").status_code == 200
    assert client.options("/sign-in").status_code == 200
    assert client.put("/sign-in").status_code == 405
    assert client.get("/sign-out").status_code == 405


def test_unknown_username_takes_as_long_as_a_known_one(app, cast, enter):
    def seconds(username):
        browser = app.test_client()
        token = token_in(browser.get("/sign-in"))
        began = time.process_time()
        browser.post("/sign-in", data={"csrf_token": token, "username": username,
                                       "secret": "111213"})
        return time.process_time() - began

    User.update(active=False).where(User.id == cast.binh.id).execute()
    seconds("warm-up")
    times = {name: statistics.median(seconds(name) for _ in range(5))
             for name in ("lan", "binh", "nguoi-la")}
    assert max(times.values()) < 1.5 * min(times.values()), times


@pytest.mark.parametrize("pin", ["25803", "2580366", "25803a", "２５８０３６", "٢٥٨٠٣٦", "258036\n",
                                 "", "111111", "121212", "123456", "987654", "012345",
                                 "123123", "112233", "123321", "121314", "159753", "147258",
                                 "258258", "258852", "225588", "135791", "864208"])
def test_pin_has_six_digits_and_is_not_a_common_one(cast, pin):
    with pytest.raises(UnfitSecret, match="pin_"):
        set_secret(cast.lan, pin)
    assert cast.lan.knows(PIN)


@pytest.mark.parametrize("password", ["258036", "chin-ky-t", "x" * 201, "mot mat khau\0",
                                      "a" * 10, "1212121212", "1234567890", "abcdefghij",
                                      "Password123", "qwertyuiop"])
def test_short_or_common_password_is_rejected(cast, password):
    with pytest.raises(UnfitSecret, match="password_"):
        set_secret(cast.son, password)
    assert cast.son.knows(PASSWORD)


@pytest.mark.parametrize("password", ["năm con gà", "9876543201", "Đủ mọi thứ: 😀 !",
                                      "mật khẩu " * 22])
def test_password_of_any_characters_works_up_to_200(client, cast, enter, password):
    set_secret(cast.son, password)
    cast.son.save()
    assert enter(client, "son", password).location == "/arrival?next=/tallies"


@pytest.mark.parametrize(("username", "secret"), [("lan", "593718"), ("son", "mot-mat-khau-khac")])
def test_secret_is_stored_as_argon2id_with_the_documented_cost(cast, username, secret):
    user = User.get(User.username == username)
    set_secret(user, secret)
    user.save()
    kept = User.get_by_id(user.id).secret_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    salt, hashed = (base64.b64decode(part + "==") for part in kept.split("$")[4:])
    assert (len(salt), len(hashed)) == (16, 32)
    assert secret not in kept


def test_new_secret_ends_sessions_of_the_old_one(cast, sign_in):
    here, there, another = sign_in(cast.tu), sign_in(cast.tu), sign_in(cast.lan)
    set_secret(cast.tu, "740219")
    cast.tu.save()
    assert cast.tu.knows("740219")
    assert not cast.tu.knows(PIN)
    for browser in (here, there):
        assert browser.get("/pack").json == {"v": 1, "code": "signed_out"}
    assert another.get("/arrival").status_code == 200


def test_rejected_secret_ends_no_session(cast, sign_in):
    browser = sign_in(cast.tu)
    with pytest.raises(UnfitSecret, match="pin_"):
        set_secret(cast.tu, "123456")
    assert browser.get("/arrival").status_code == 200


def greeting(browser, path="/sign-in"):
    """Return the heading of the sign-in page."""
    return re.search("<h1>(.*?)</h1>", browser.get(path).text)[1]


def test_own_phone_asks_its_person_for_the_secret_alone(client, cast, enter):
    assert greeting(client) == "Từng Nhà"
    enter(client, "lan", PIN)
    client.post("/sign-out")
    page = client.get("/sign-in?next=/households").text
    assert greeting(client) == "Lê Thị Lan" and "Nhập mã PIN" in page
    field, = re.findall(r'<input[^>]*name="username"[^>]*>', page)
    assert 'value="lan"' in field and "hidden" in field
    other = "/sign-in?other=1&amp;next=/households"
    assert f'href="{other}"' in page
    assert greeting(client, "/sign-in?other=1") == "Từng Nhà"
    assert 'value="lan"' not in client.get("/sign-in?other=1").text
    answer = enter(client, "lan", "111213")
    assert answer.status_code == 422 and "<h1>Lê Thị Lan</h1>" in answer.text
    assert "Lê Thị Lan" not in enter(client, "binh", "111213").text


def test_officer_is_asked_for_a_password(client, cast, enter):
    enter(client, "hanh", PASSWORD)
    client.post("/sign-out")
    page = client.get("/sign-in").text
    assert "Nhập mật khẩu" in page and "Gõ chữ" not in page
    assert 'inputmode="numeric"' not in page


def test_shared_phone_names_nobody(client, cast, enter):
    for username in ("lan", "binh", "binh"):
        enter(client, username, PIN)
        client.post("/sign-out")
    assert greeting(client) == "Từng Nhà"


def test_lost_phone_names_nobody_even_after_signing_out(client, cast, enter):
    enter(client, "lan", PIN)
    found = Session.get(Session.user == cast.lan)
    client.post("/sign-out")
    assert greeting(client) == "Lê Thị Lan"
    found.mark_lost()
    assert greeting(client) == "Từng Nhà"


def test_phone_of_a_closed_account_names_nobody(client, cast, enter):
    enter(client, "lan", PIN)
    client.post("/sign-out")
    close_account(cast)
    assert greeting(client) == "Từng Nhà"


@pytest.mark.parametrize("cookie", ["lan", "-", "", "1", "x" * 64, "0" * 64, "a" * 5000, "\"lan\""])
def test_forged_cookie_reveals_no_username(client, cast, enter, cookie):
    client.set_cookie("person", cookie)
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert "<h1>Từng Nhà</h1>" in page.text and cast.lan.name not in page.text


def test_remembered_person_is_named_in_no_cookie(client, cast, enter):
    answer = enter(client, "lan", PIN)
    for line in answer.headers.getlist("Set-Cookie"):
        if not line.startswith("session="):
            assert not re.search(r"\blan\b|Lan", line)
