"""The throttle slows guessing by username and by device and reveals no username."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from teamapp import clock
from teamapp.models import Attempt, MustWait, Throttle

from ..cast import PIN

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
    assert [round(wait, -1) for wait in waits] == [30, 60, 120, 240, 480, 900, 900, 900]


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
    assert answers == [422] * 10 + [429] * 4


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
    assert answers == [422] * 10 + [429]


def test_throttle_table_holds_no_username(client, cast, enter):
    enter(client, "lan", BAD)
    rows = list(Throttle.select())
    assert len(rows) == 3
    assert all(len(row.key) == 64 and row.key.isalnum() for row in rows)
    assert {row.key for row in rows} == set(Attempt(
        client.application.secret_key, "lan", client.get_cookie("device").value).limits)


def test_concurrent_attempts_are_all_counted(app, cast):
    database = app.extensions["database"]

    def knock(_):
        with database.connection_context():
            try:
                Attempt("pepper", "lan", "phone").begin()
            except MustWait:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        let_in = sum(threads.map(knock, range(40)))
    assert let_in == 5
    assert sorted(row.failures for row in Throttle.select()) == [5, 5, 5]


def test_success_deletes_expired_failures(client, cast, enter, later):
    enter(client, "binh", PIN)
    enter(client, "nguoi-la", BAD)
    assert Throttle.select().where(Throttle.failures > 0).count() == 3
    later(days=2)
    enter(client, "lan", PIN)
    assert [row.failures for row in Throttle.select()] == [0, 0]
    later(days=500)
    enter(client, "lan", PIN)
    assert Throttle.select().count() == 1
