"""A sign-in card opened on a phone: one person, one new secret, once."""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Deed, Session, SignInCard, Throttle, User
from teamapp.models import attempt as limits_of
from teamapp.models import secret as secrets_of
from teamapp.models.throttle import Evenly

from ..cast import PASSWORD, PIN
from .conftest import token_in

NEW, OTHER = "493817", "602817"


@pytest.fixture
def issue(cast):
    """Return a function that issues a card and returns its token."""
    return lambda user: SignInCard.issue([user], cast.tu)[user.id]


@pytest.fixture
def open_card():
    """Return a function that posts a card's token as its page does."""

    def send(browser, token):
        page = browser.get("/card")
        return browser.post("/card", data={"csrf_token": token_in(page), "token": token})

    return send


@pytest.fixture
def use(open_card):
    """Return a function that opens a card and posts a new secret, typed twice."""

    def send(browser, token, secret=NEW, repeated=None):
        csrf = token_in(browser.get("/card"))
        return browser.post("/card/secret", data={
            "csrf_token": csrf, "token": token, "new_secret": secret,
            "repeated": secret if repeated is None else repeated})

    return send


def is_open(token):
    return SignInCard.find(token).state == "open"


def test_link_of_a_card_shows_no_person_and_uses_nothing(client, cast, issue):
    token = issue(cast.lan)
    answer = client.get("/card")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Lê Thị Lan" not in answer.text and is_open(token)


def test_open_card_shows_name_village_and_username_and_stays_open(client, cast, issue, open_card):
    token = issue(cast.lan)
    answer = open_card(client, token)
    assert answer.status_code == 200
    for words in ("Lê Thị Lan", "Ấp Cầu Ván", "Tên đăng nhập: lan", "Mã PIN mới"):
        assert words in answer.text
    assert 'inputmode="numeric"' in answer.text
    assert is_open(token) and Session.select().count() == 0 and cast.lan.knows(PIN)


def test_new_secret_signs_in_as_any_sign_in_does(client, cast, issue, use):
    before, token = Session.begin(cast.lan), issue(cast.lan)
    answer = use(client, token)
    assert (answer.status_code, answer.location) == (303, "/arrival?next=/")
    assert token not in str(answer.headers) + answer.text
    assert client.get("/arrival").status_code == 200
    assert User.get_by_id(cast.lan.id).knows(NEW)
    assert Session.resume(before) is None, "other sign-ins end"
    assert SignInCard.find(token).state == "used"
    [deed] = Deed.select()
    assert (deed.kind, deed.by, deed.user, deed.commune) == (
        "card_used", cast.lan, cast.lan, cast.an_phu)
    client.post("/sign-out")
    assert "Lê Thị Lan" in client.get("/sign-in").text, "the phone remembers its person"


@pytest.mark.parametrize(("who", "secret", "front"), [
    ("tu", NEW, "/"), ("hanh", "năm con gà trống", "/tallies"),
    ("son", "năm con gà mái", "/tallies")])
def test_each_role_chooses_its_kind_of_secret(
        client, cast, issue, use, open_card, who, secret, front):
    person = getattr(cast, who)
    token = issue(person)
    assert ("Mật khẩu mới" in open_card(client, token).text) is person.is_commune
    assert use(client, token, secret).location == f"/arrival?next={front}"


@pytest.mark.parametrize(("who", "secret", "repeated", "reason"), [
    ("lan", "111111", None, "dễ đoán"), ("lan", "123456", None, "dễ đoán"),
    ("lan", "49381", None, "đúng 6 chữ số"), ("lan", "", None, "đúng 6 chữ số"),
    ("lan", "49381a", None, "đúng 6 chữ số"), ("lan", "x" * 100_000, None, "đúng 6 chữ số"),
    ("lan", NEW, OTHER, "Hai lần gõ khác nhau"), ("lan", NEW, "", "Hai lần gõ khác nhau"),
    ("son", NEW, None, "từ 10 đến 200"), ("son", "password123", None, "dễ đoán"),
    ("hanh", "Phạm Thị Hạnh", None, "dễ đoán"),
    ("son", "mot mat khau\0", None, "ký tự không gõ được")])
def test_unfit_secret_gets_its_reason_and_the_card_stays_open(
        client, cast, issue, use, who, secret, repeated, reason):
    person = getattr(cast, who)
    token = issue(person)
    answer = use(client, token, secret, repeated)
    assert answer.status_code == 422
    assert re.search(rf'<p class="error"[^>]*>[^<]*{reason}', answer.text)
    assert person.name in answer.text and 'aria-invalid="true"' in answer.text
    assert is_open(token) and Session.select().count() == Deed.select().count() == 0
    assert not secret or f'value="{secret}"' not in answer.text
    good = NEW if person.is_field else "năm con gà mái"
    assert use(client, token, good).status_code == 303


def used(card):
    card.use(OTHER)


def revoked(card):
    SignInCard.issue([card.user], None)


def expired(card):
    SignInCard.update(created_at=clock.now() - timedelta(days=15)).execute()


def closed(card):
    User.update(active=False).where(User.id == card.user_id).execute()


@pytest.mark.parametrize(("spoil", "words"), [
    (used, "Thẻ này đã dùng rồi"), (revoked, "Thẻ này đã hủy"), (expired, "quá 14 ngày"),
    (closed, "không dùng được nữa")])
def test_card_that_is_not_open_says_what_to_do_and_nothing_of_its_person(
        client, cast, issue, use, open_card, spoil, words):
    token = issue(cast.lan)
    spoil(SignInCard.find(token))
    secret_hash = User.get_by_id(cast.lan.id).secret_hash
    for answer in (open_card(client, token), use(client, token)):
        assert answer.status_code == 410
        assert words in answer.text and "tổ trưởng hoặc cán bộ xã" in answer.text
        for told in (cast.lan.name, "Cầu Ván", 'value="lan"', "Tên đăng nhập"):
            assert told not in answer.text
    assert User.get_by_id(cast.lan.id).secret_hash == secret_hash
    assert client.get("/arrival").status_code == 302


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 100_000, "\0", "🙂", "' OR 1=1 --"])
def test_unknown_tokens_get_one_answer(client, cast, issue, use, open_card, token):
    issue(cast.lan)
    answers = [open_card(client, token), use(client, token)]
    assert {answer.status_code for answer in answers} == {404}
    assert all("Không có thẻ này" in answer.text for answer in answers)
    assert Session.select().count() == 0


def test_hash_of_a_token_is_no_token(client, cast, issue, use):
    assert use(client, Session.digest(issue(cast.lan))).status_code == 404


def test_unknown_card_takes_as_long_as_a_card_that_was_used(app, cast, issue, use):
    """A new secret is hashed for an open card alone: a guesser costs the server little."""
    token = issue(cast.lan)
    SignInCard.find(token).use(OTHER)

    def seconds(token):
        began = time.process_time()
        use(app.test_client(), token)
        return time.process_time() - began

    seconds("warm-up")
    times = {name: statistics.median(seconds(token) for _ in range(5))
             for name, token in (("used", token), ("unknown", "x" * 43))}
    assert max(times.values()) < 2 * min(times.values()), times


def test_card_opened_by_another_signed_in_person_says_whose_sign_in_ends(cast, sign_in, issue, use):
    token = issue(cast.lan)
    browser = sign_in(cast.binh)
    page = browser.get("/card")
    answer = browser.post("/card", data={"csrf_token": token_in(page), "token": token})
    assert "Máy này đang đăng nhập: Trần Bình" in answer.text
    assert f'data-user="{cast.lan.id}"' not in answer.text
    assert f'data-user="{cast.binh.id}"' in browser.get("/arrival").text, "opening signs nobody out"
    assert use(browser, token).status_code == 303
    assert f'data-user="{cast.lan.id}"' in browser.get("/arrival").text
    assert Session.get(Session.user == cast.binh).ended_at


def test_own_card_says_nothing_of_another_person(cast, sign_in, issue):
    browser = sign_in(cast.lan)
    page = browser.get("/card")
    answer = browser.post("/card", data={"csrf_token": token_in(page), "token": issue(cast.lan)})
    assert "Máy này đang đăng nhập" not in answer.text


def test_repeated_post_from_one_phone_signs_in_again_with_the_secret_just_chosen(
        app, client, cast, issue, use):
    """The answer to the first was lost, or the button was pressed twice."""
    token = issue(cast.lan)
    assert use(client, token).status_code == 303
    client.post("/sign-out")
    assert use(client, token).location == "/arrival?next=/"
    assert use(client, token, OTHER).status_code == 410
    assert use(app.test_client(), token).status_code == 410, "another phone does not"
    assert User.get_by_id(cast.lan.id).knows(NEW)
    assert Deed.select().count() == 1


def test_repeated_post_is_slowed_as_a_sign_in(client, cast, issue, use):
    token = issue(cast.lan)
    use(client, token)
    guesses = [use(client, token, "582047").status_code for _ in range(7)]
    assert guesses == [410] * 7
    assert use(client, token).status_code == 410, "during the wait the right one is not checked"


def test_two_tabs_of_one_phone_use_a_card_once(client, cast, issue, use, open_card):
    token = issue(cast.lan)
    first, second = open_card(client, token), open_card(client, token)
    answers = [client.post("/card/secret", data={
        "csrf_token": token_in(page), "token": token, "new_secret": secret, "repeated": secret},
        headers={"Sec-Fetch-Site": "same-origin"})
        for page, secret in ((first, NEW), (second, OTHER))]
    assert [answer.status_code for answer in answers] == [303, 410]
    assert User.get_by_id(cast.lan.id).knows(NEW)


def test_of_several_phones_exactly_one_wins(app, cast, issue):
    token = issue(cast.lan)
    database = app.extensions["database"]
    pins = ["493817", "602817", "715928", "826039"]

    def race(pin):
        with database.connection_context():
            card = SignInCard.find(token)
            while True:
                try:
                    return card.use(pin)
                except secrets_of.TooManyAtOnce:
                    time.sleep(0.01)

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(race, pins))
    assert won.count(True) == 1
    assert User.get_by_id(cast.lan.id).knows(pins[won.index(True)])
    assert Deed.select().count() == 1


def guess(app, enter, times):
    return [enter(app.test_client(), "lan", "111213").status_code for _ in range(times)]


def test_card_lets_a_new_phone_in_while_guesses_are_slowed(app, client, cast, issue, use, enter):
    assert guess(app, enter, 9)[-1] == 429
    assert enter(client, "lan", PIN).status_code == 429
    assert use(client, issue(cast.lan)).status_code == 303
    client.post("/sign-out")
    assert guess(app, enter, 9)[-1] == 429, "strangers begin new counts"
    assert enter(client, "lan", NEW).status_code == 303, "this phone is known"


def test_failures_of_the_phone_end_with_a_card(client, cast, issue, use, enter):
    for number in range(20):
        enter(client, f"ten{number}", "111213")
    assert enter(client, "lan", PIN).status_code == 429
    assert use(client, issue(cast.lan)).status_code == 303
    client.post("/sign-out")
    assert enter(client, "lan", NEW).status_code == 303


def test_unknown_cards_are_bounded_by_network_and_lock_nobody_out(
        app, cast, issue, use, open_card, monkeypatch):
    monkeypatch.setattr(limits_of, "UNKNOWN_CARDS", Evenly(4))
    answers = [open_card(app.test_client(), f"card {n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 4 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 6 * 3600
    assert use(app.test_client(), issue(cast.lan)).status_code == 303
    keys = {row.key for row in Throttle.select()}
    assert all(len(key) == 64 for key in keys)


def test_cards_beyond_the_queue_get_503_and_stay_open(client, cast, issue, use):
    token = issue(cast.lan)
    with secrets_of.queued(), secrets_of._places:  # one computes, one waits
        answer = use(client, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "Đang có nhiều người đăng nhập. Thử lại sau vài giây." in answer.text
    assert is_open(token)
    assert use(client, token).status_code == 303


@pytest.mark.parametrize(("agent", "is_in_app", "may_open_chrome"), [
    ("Mozilla/5.0 (Linux; Android 12; wv) AppleWebKit/537.36 Chrome/108 Mobile Zalo android/12",
     True, True),
    ("Mozilla/5.0 (Linux; Android 11) Chrome/96 Mobile [FB_IAB/FB4A;FBAV/390.0;]", True, True),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_5) Mobile/15E148 Zalo iOS/500", True, False),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_5) Mobile/15E148 [FBAN/FBIOS;FBAV/400]", True, False),
    ("Mozilla/5.0 (Linux; Android 12) Chrome/108 Mobile Safari/537.36", False, True),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_5) Version/16.5 Safari/604.1", False, False)])
def test_browser_inside_an_app_is_told_to_open_another_one(
        client, agent, is_in_app, may_open_chrome):
    page = client.get("/card", headers={"User-Agent": agent}).text
    assert ('data-elsewhere="in-app"' in page) is is_in_app
    assert ("data-chrome" in page) is may_open_chrome
    assert ("sign_in.js" in page) is not is_in_app, "no worker is installed in vain"


def test_card_of_another_site_signs_nobody_in(client, cast, issue):
    """A stranger's card posted by a foreign page would sign the reader in as the stranger."""
    token = issue(cast.lan)
    said = {"token": token, "new_secret": NEW, "repeated": NEW}
    for path in ("/card", "/card/secret"):
        answer = client.post(path, data=said, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 400
        assert "Trang này mở đã lâu" in answer.text and cast.lan.name not in answer.text
    assert is_open(token)


def test_no_token_or_secret_reaches_a_log_an_address_or_a_later_page(
        client, cast, issue, use, open_card, lines):
    token = issue(cast.lan)
    answers = [open_card(client, token), use(client, token, "111111"), use(client, token)]
    later = [client.get(path) for path in ("/arrival", "/", "/card", "/me")]
    for written in [*lines, *(answer.text for answer in later),
                    *(str(answer.headers) for answer in answers + later)]:
        assert token not in written and NEW not in written and Session.digest(token) not in written
    assert len(lines) >= 10


def test_password_of_a_card_is_compared_in_one_unicode_form(client, cast, issue, use, enter):
    assert use(client, issue(cast.son), "mật khẩu của Sơn").status_code == 303
    assert not User.get_by_id(cast.son.id).knows(PASSWORD)
    assert enter(client, "son", "mật khẩu của Sơn").status_code == 303
