"""One's own PIN or password is changed with the old one, in the app."""

import pytest

from teamapp.models import Deed, Session, SignInCard, User
from teamapp.models import secret as secrets_of

from ..cast import PASSWORD, PIN
from .conftest import token_in

NEW = "493817"


@pytest.fixture
def change(sign_in):
    """Return a function that posts the form of a signed-in browser."""

    def send(browser, old=PIN, new=NEW, repeated=None):
        csrf = token_in(browser.get("/me/secret"))
        return browser.post("/me/secret", data={
            "csrf_token": csrf, "old_secret": old, "new_secret": new,
            "repeated": new if repeated is None else repeated})

    return send


@pytest.mark.parametrize(("who", "old", "new"), [
    ("lan", PIN, NEW), ("tu", PIN, NEW), ("hanh", PASSWORD, "năm con gà trống"),
    ("son", PASSWORD, "năm con gà mái")])
def test_new_secret_ends_other_sign_ins_and_this_one_stays(cast, sign_in, change, who, old, new):
    person = getattr(cast, who)
    browser, other, stranger = sign_in(person), sign_in(person), sign_in(cast.binh)
    token = SignInCard.issue([person], None)[person.id]
    answer = change(browser, old, new)
    assert (answer.status_code, answer.location) == (303, "/me/secret?done=1")
    assert SignInCard.find(token).state == "revoked"
    assert "Đã đổi" in browser.get(answer.location).text
    assert browser.get("/arrival").status_code == stranger.get("/arrival").status_code == 200
    assert other.get("/arrival").status_code == 302
    assert User.get_by_id(person.id).knows(new) and not User.get_by_id(person.id).knows(old)
    [deed] = Deed.select()
    assert (deed.kind, deed.by, deed.user, deed.note) == ("secret_changed", person, person, "")


@pytest.mark.parametrize(("old", "new", "repeated", "reason"), [
    ("111213", NEW, None, "Mã PIN đang dùng không đúng."), ("", NEW, None, "đang dùng không đúng"),
    ("x" * 100_000, NEW, None, "đang dùng không đúng"), ("\0", NEW, None, "đang dùng không đúng"),
    (PIN, "123456", None, "dễ đoán"), (PIN, NEW, "602817", "Hai lần gõ khác nhau"),
    (PIN, PIN, None, "Vẫn là mã cũ"), ("", "", "", "đúng 6 chữ số")])
def test_rejected_change_says_why_beside_the_field_and_changes_nothing(
        cast, sign_in, change, old, new, repeated, reason):
    browser, other = sign_in(cast.lan), sign_in(cast.lan)
    answer = change(browser, old, new, repeated)
    assert answer.status_code == 422
    assert reason in answer.text and 'aria-invalid="true"' in answer.text
    for typed in (old, new):
        assert len(typed) < 6 or typed not in answer.text
    assert User.get_by_id(cast.lan.id).knows(PIN) and Deed.select().count() == 0
    assert other.get("/arrival").status_code == 200


def test_wrong_old_secret_is_slowed_as_a_sign_in(cast, sign_in, change, enter, later):
    browser = sign_in(cast.lan)
    answers = [change(browser, "111213") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "Chờ 3" in answers[-1].text or "Chờ 2" in answers[-1].text
    answer = change(browser)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) <= 30
    assert "Sai nhiều lần" in answer.text and User.get_by_id(cast.lan.id).knows(PIN)
    later(seconds=30)
    assert change(browser).status_code == 303


def test_unfit_new_secret_counts_no_attempt(cast, sign_in, change):
    browser = sign_in(cast.lan)
    assert {change(browser, "111213", "111111").status_code for _ in range(9)} == {422}
    assert change(browser).status_code == 303


def test_change_beyond_the_queue_gets_503_and_is_not_counted(cast, sign_in, change):
    browser = sign_in(cast.lan)
    with secrets_of.queued(), secrets_of._places:
        answers = [change(browser) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {503}
    assert "Đang có nhiều người đăng nhập" in answers[0].text
    assert change(browser).status_code == 303


def test_form_of_an_old_page_is_shown_again(cast, sign_in):
    browser = sign_in(cast.lan)
    answer = browser.post("/me/secret", data={"old_secret": PIN, "new_secret": NEW})
    assert answer.status_code == 400 and "Trang này mở đã lâu" in answer.text
    assert User.get_by_id(cast.lan.id).knows(PIN)


def test_page_is_reached_from_me_and_from_the_account_menu(cast, sign_in):
    for user, path in ((cast.lan, "/me"), (cast.tu, "/me"), (cast.hanh, "/tallies"),
                       (cast.son, "/people")):
        assert 'href="/me/secret"' in sign_in(user).get(path).text
    assert "cần có sóng" in sign_in(cast.lan).get("/me").text


def test_session_of_the_changed_secret_is_the_only_one(cast, sign_in, change):
    browser = sign_in(cast.lan)
    for _ in range(3):
        Session.begin(cast.lan)
    change(browser)
    assert Session.select().where(
        Session.user == cast.lan, Session.ended_at.is_null()).count() == 1


def test_secret_that_a_card_set_meanwhile_is_not_overwritten(cast, sign_in, change, monkeypatch):
    card = SignInCard.find(SignInCard.issue([cast.lan], None)[cast.lan.id])
    replace = User.replace_secret

    def late(user, *asked, **more):
        assert card.use("602817")
        return replace(user, *asked, **more)

    monkeypatch.setattr(User, "replace_secret", late)
    assert change(sign_in(cast.lan), PIN, NEW).status_code == 422
    assert User.get_by_id(cast.lan.id).knows("602817")
