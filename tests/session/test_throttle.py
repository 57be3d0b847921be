"""The throttle slows guessing by person, device and network and reveals no username."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from teamapp import clock
from teamapp.models import Attempt, MustWait, Throttle
from teamapp.models import attempt as limits_of
from teamapp.models import secret as secrets_of
from teamapp.models.throttle import Evenly
from teamapp.session.browser import network

from ..cast import PIN, set_secret

BAD = "111213"


def statuses(browser, enter, username, times, secret=BAD):
    return [enter(browser, username, secret).status_code for _ in range(times)]


def test_wait_grows_after_five_failures(client, cast, enter, later):
    assert statuses(client, enter, "lan", 5) == [422] * 5
    waits = []
    for _ in range(8):
        answer = enter(client, "lan", BAD)
        assert answer.status_code == 429
        waits.append(int(answer.headers["Retry-After"]))
        later(seconds=waits[-1])
        assert enter(client, "lan", BAD).status_code == 422
    assert [round(wait, -1) for wait in waits] == [30, 60, 120, 240, 480, 960, 1920, 3840]


def test_right_secret_is_not_checked_during_the_wait(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    answer = enter(client, "lan", PIN)
    assert answer.status_code == 429
    assert re.search(r"Sai nhiều lần\. Chờ \d+ giây rồi thử lại\.", answer.text)
    assert "không đúng" not in answer.text
    later(seconds=30)
    assert enter(client, "lan", PIN).status_code == 303


def test_attempts_during_the_wait_do_not_extend_it(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    later(seconds=20)
    assert statuses(client, enter, "lan", 5) == [429] * 5
    later(seconds=10)
    assert enter(client, "lan", PIN).status_code == 303


def test_failure_that_starts_the_wait_states_it(client, cast, enter, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    statuses(client, enter, "lan", 4)
    answer = enter(client, "lan", BAD)
    assert answer.status_code == 422
    assert "Thử lại sau 30 giây." in answer.text


def test_success_resets_the_failures(client, cast, enter):
    for _ in range(3):
        assert statuses(client, enter, "lan", 4) == [422] * 4
        assert enter(client, "lan", PIN).status_code == 303


def test_failures_expire_after_a_day(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    later(days=1)
    assert statuses(client, enter, "lan", 5) == [422] * 5


def test_deleting_the_cookie_does_not_avoid_the_wait(app, cast, enter):
    answers = [enter(app.test_client(), "lan", BAD).status_code for _ in range(14)]
    assert answers == [422] * 8 + [429] * 6


def test_forged_cookie_does_not_avoid_the_wait(app, client, cast, enter):
    for place in range(14):
        client.set_cookie("device", f"{place:022}")
        answer = enter(client, "lan", BAD)
    assert answer.status_code == 429


@pytest.mark.parametrize("cookie", ["x", "x" * 2000, "../../../../../../../..", "a;b", ""])
def test_malformed_device_cookie_is_replaced(client, cast, enter, cookie):
    client.set_cookie("device", cookie)
    enter(client, "lan", BAD)
    assert len(client.get_cookie("device").value) == 22
    assert client.get_cookie("device").value not in cookie


def test_attacker_cannot_lock_out_a_known_device(app, client, cast, enter):
    enter(client, "lan", PIN)
    client.post("/sign-out")
    for _ in range(12):
        answer = enter(app.test_client(), "lan", BAD)
    assert answer.status_code == 429
    assert statuses(client, enter, "lan", 2) == [422] * 2
    assert enter(client, "lan", PIN).status_code == 303
    assert enter(app.test_client(), "lan", PIN).status_code == 429


def test_one_device_trying_many_usernames_waits(client, cast, enter):
    answers = [enter(client, f"ten{number}", BAD).status_code for number in range(24)]
    assert answers == [422] * 20 + [429] * 4


def test_shared_device_signs_in_a_whole_team(client, cast, enter):
    for _ in range(4):
        for username in ("lan", "binh", "tu"):
            assert statuses(client, enter, username, 4) == [422] * 4
            assert enter(client, username, PIN).status_code == 303


@pytest.mark.parametrize("tries", [6, 14])
def test_unknown_and_deactivated_usernames_wait_alike(app, cast, enter, tries):
    cast.binh.active = False
    cast.binh.save()
    kept, fresh = {}, {}
    for username in ("lan", "binh", "nguoi-la", "LAN "):
        browser = app.test_client()
        kept[username] = [answer_of(enter(browser, username, BAD)) for _ in range(6)]
        Throttle.delete().execute()
        fresh[username] = [answer_of(enter(app.test_client(), username, BAD))
                           for _ in range(tries)]
        Throttle.delete().execute()
    assert len({str(answers) for answers in kept.values()}) == 1, kept
    assert len({str(answers) for answers in fresh.values()}) == 1, fresh


def answer_of(answer):
    wait = answer.headers.get("Retry-After")
    return answer.status_code, wait and round(int(wait), -1)


def test_other_spelling_shares_the_failure_count(app, cast, enter):
    spellings = ["lan", "LAN", " lan", "lân", "Lán", "lAn ", "lãn", "LẠN", "lần", "lan", "lan"]
    answers = [enter(app.test_client(), username, BAD).status_code for username in spellings]
    assert answers == [422] * 8 + [429] * 3


def test_throttle_table_holds_no_username(client, cast, enter):
    enter(client, "lan", BAD)
    rows = list(Throttle.select())
    assert len(rows) == 5
    assert all(len(row.key) == 64 and row.key.isalnum() for row in rows)
    assert {row.key for row in rows} == set(Attempt(
        client.application.secret_key, "lan", client.get_cookie("device").value,
        "127.0.0.0/24").limits)


def test_concurrent_attempts_are_all_counted(app, cast):
    database = app.extensions["database"]

    def knock(_):
        with database.connection_context():
            try:
                Attempt("pepper", "lan", "phone", "here").begin()
            except MustWait:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        let_in = sum(threads.map(knock, range(40)))
    assert let_in == 5
    assert sorted(row.failures for row in Throttle.select()) == [1, 1, 5, 5, 5]


def test_success_deletes_expired_failures(client, cast, enter, later):
    enter(client, "binh", PIN)
    enter(client, "nguoi-la", BAD)
    assert Throttle.select().where(Throttle.failures > 0).count() == 5
    later(days=2)
    enter(client, "lan", PIN)
    assert sorted(row.failures for row in Throttle.select()) == [0, 0, 1, 1]
    later(days=500)
    enter(client, "lan", PIN)
    assert sorted(row.failures for row in Throttle.select()) == [0, 1, 1]


def test_at_most_twenty_guesses_a_day_at_one_person_from_any_number_of_devices(app, cast, later):
    """Guess as soon as the throttle lets, each time from another device and network."""
    guesses, day = [], 24 * 3600
    now = 0
    while now < 4 * day:
        attempt = Attempt("pepper", "lan", f"device {now}", f"network {now}")
        try:
            attempt.begin()
            guesses.append(now)
            wait = attempt.wait()
        except MustWait as must:
            wait = must.seconds
        later(seconds=wait)
        now += wait
        if not wait and len(guesses) > 100:
            break
    assert max(sum(at <= other < at + day for other in guesses) for at in guesses) <= 20


def test_new_secret_clears_the_counts_of_the_person(app, client, cast, enter):
    answers = [enter(app.test_client(), "lan", BAD).status_code for _ in range(9)]
    assert answers[-1] == 429
    assert statuses(client, enter, "lan", 1) == [429]
    set_secret(cast.lan, "740219")
    cast.lan.save()
    assert enter(client, "lan", "740219").status_code == 303


@pytest.fixture
def narrow(monkeypatch):
    """Narrow the limits of a network and of all, to 4 and 6 failures a day."""
    monkeypatch.setattr(limits_of, "NETWORK", Evenly(4))
    monkeypatch.setattr(limits_of, "ALL", Evenly(6))


def knock(app, enter, username, address, secret=BAD):
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    return enter(browser, username, secret)


def test_network_that_guesses_at_many_persons_waits(app, cast, enter, later, narrow):
    answers = [knock(app, enter, f"ten{n}", f"203.0.113.{n}").status_code for n in range(5)]
    assert answers == [422] * 4 + [429]
    answer = knock(app, enter, "lan", "203.0.113.9", PIN)
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 6 * 3600
    assert knock(app, enter, "lan", "198.51.100.1", PIN).status_code == 303
    later(hours=6)
    assert knock(app, enter, "lan", "203.0.113.9", PIN).status_code == 303


def test_guessing_from_many_networks_waits(app, client, cast, enter, narrow):
    enter(client, "lan", PIN)
    client.post("/sign-out")
    answers = [knock(app, enter, f"ten{n}", f"203.0.{n}.1").status_code for n in range(7)]
    assert answers == [422] * 6 + [429]
    assert statuses(client, enter, "lan", 2) == [422] * 2, "a known device is not slowed"
    assert enter(client, "lan", PIN).status_code == 303


def test_successful_sign_ins_do_not_count_for_the_network(app, cast, enter, narrow):
    for username in ("lan", "binh", "tu") * 3:
        assert knock(app, enter, username, "203.0.113.1", PIN).status_code == 303


@pytest.mark.parametrize(("address", "expected"), [
    ("203.0.113.77", "203.0.113.0/24"), ("::ffff:203.0.113.77", "203.0.113.0/24"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("not-an-address", ""), (None, "")])
def test_network_of_an_address(address, expected):
    assert network(address) == expected


def test_sign_ins_beyond_the_queue_get_503_and_are_not_counted(app, client, cast, enter):
    with secrets_of.queued(), secrets_of._places:  # one computes, one waits
        answers = [enter(client, "lan", PIN) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].headers["Retry-After"] == "3"
    assert "Đang có nhiều người đăng nhập. Thử lại sau vài giây." in answers[0].text
    assert {row.failures for row in Throttle.select()} <= {0, 1}
    assert enter(client, "lan", PIN).status_code == 303


def test_one_secret_is_verified_at_a_time(monkeypatch):
    busy, together = [], []

    class Hasher:
        def verify(self, *_):
            busy.append(1)
            together.append(len(busy))
            threading.Event().wait(0.01)
            busy.pop()
            return True

    monkeypatch.setattr(secrets_of, "hasher", Hasher())

    def verify(_):
        try:
            return secrets_of.is_secret_of("hash", PIN)
        except secrets_of.TooManyAtOnce:
            return "busy"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(verify, range(8)))
    assert set(together) == {1}
    assert "busy" in answers and answers.count(True) == len(together)
