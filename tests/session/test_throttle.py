"""Guessing gets slow, for each person and for each phone, and tells nothing about who exists."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from teamapp import clock
from teamapp.models import Attempt, MustWait, Throttle

from ..cast import PIN

BAD = "111213"


def statuses(browser, enter, username, times, secret=BAD):
    return [enter(browser, username, secret).status_code for _ in range(times)]


def test_after_five_tries_one_waits_longer_and_longer(client, cast, enter, later):
    assert statuses(client, enter, "lan", 5) == [422] * 5
    waits = []
    for _ in range(8):
        answer = enter(client, "lan", BAD)
        assert answer.status_code == 429
        waits.append(int(answer.headers["Retry-After"]))
        later(seconds=waits[-1])
        assert enter(client, "lan", BAD).status_code == 422
    assert [round(wait, -1) for wait in waits] == [30, 60, 120, 240, 480, 900, 900, 900]


def test_while_waiting_even_the_right_secret_is_not_looked_at(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    answer = enter(client, "lan", PIN)
    assert answer.status_code == 429
    assert "Tên hoặc mã không đúng. Thử lại sau" in answer.text
    later(seconds=30)
    assert enter(client, "lan", PIN).status_code == 303


def test_knocking_while_waiting_does_not_lengthen_the_wait(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    later(seconds=20)
    assert statuses(client, enter, "lan", 5) == [429] * 5
    later(seconds=10)
    assert enter(client, "lan", PIN).status_code == 303


def test_the_failure_that_closes_the_door_says_so(client, cast, enter, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    statuses(client, enter, "lan", 4)
    answer = enter(client, "lan", BAD)
    assert answer.status_code == 422
    assert "Thử lại sau 30 giây." in answer.text


def test_success_forgets_the_failures(client, cast, enter):
    for _ in range(3):
        assert statuses(client, enter, "lan", 4) == [422] * 4
        assert enter(client, "lan", PIN).status_code == 303


def test_a_day_forgets_the_failures(client, cast, enter, later):
    statuses(client, enter, "lan", 5)
    later(days=1)
    assert statuses(client, enter, "lan", 5) == [422] * 5


def test_throwing_the_cookie_away_does_not_help(app, cast, enter):
    answers = [enter(app.test_client(), "lan", BAD).status_code for _ in range(14)]
    assert answers == [422] * 10 + [429] * 4


def test_a_made_up_cookie_does_not_help(app, client, cast, enter):
    for place in range(14):
        client.set_cookie("device", f"{place:022}")
        answer = enter(client, "lan", BAD)
    assert answer.status_code == 429


@pytest.mark.parametrize("cookie", ["x", "x" * 2000, "../../../../../../../..", "a;b", ""])
def test_a_cookie_that_is_not_ours_is_replaced(client, cast, enter, cookie):
    client.set_cookie("device", cookie)
    enter(client, "lan", BAD)
    assert len(client.get_cookie("device").value) == 22
    assert client.get_cookie("device").value not in cookie


def test_a_stranger_locks_nobody_out_of_their_own_phone(app, client, cast, enter):
    enter(client, "lan", PIN)
    client.post("/sign-out")
    for _ in range(12):
        answer = enter(app.test_client(), "lan", BAD)
    assert answer.status_code == 429
    assert statuses(client, enter, "lan", 2) == [422] * 2
    assert enter(client, "lan", PIN).status_code == 303
    assert enter(app.test_client(), "lan", PIN).status_code == 429


def test_one_phone_trying_many_names_waits_too(client, cast, enter):
    answers = [enter(client, f"ten{number}", BAD).status_code for number in range(24)]
    assert answers == [422] * 20 + [429] * 4


def test_a_shared_phone_serves_a_whole_team(client, cast, enter):
    for _ in range(4):
        for username in ("lan", "binh", "tu"):
            assert statuses(client, enter, username, 4) == [422] * 4
            assert enter(client, username, PIN).status_code == 303


@pytest.mark.parametrize("tries", [6, 14])
def test_unknown_closed_and_known_names_are_slowed_alike(app, cast, enter, tries):
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


def test_spelling_a_name_otherwise_is_no_new_name(app, cast, enter):
    spellings = ["lan", "LAN", " lan", "lân", "Lán", "lAn ", "lãn", "LẠN", "lần", "lan", "lan"]
    answers = [enter(app.test_client(), username, BAD).status_code for username in spellings]
    assert answers == [422] * 10 + [429]


def test_the_table_names_nobody(client, cast, enter):
    enter(client, "lan", BAD)
    rows = list(Throttle.select())
    assert len(rows) == 3
    assert all(len(row.key) == 64 and row.key.isalnum() for row in rows)
    assert {row.key for row in rows} == set(Attempt(
        client.application.secret_key, "lan", client.get_cookie("device").value).limits)


def test_tries_at_the_same_moment_are_all_counted(app, cast):
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


def test_a_success_sweeps_what_no_longer_counts(client, cast, enter, later):
    enter(client, "binh", PIN)
    enter(client, "nguoi-la", BAD)
    assert Throttle.select().where(Throttle.failures > 0).count() == 3
    later(days=2)
    enter(client, "lan", PIN)
    assert [row.failures for row in Throttle.select()] == [0, 0]
    later(days=500)
    enter(client, "lan", PIN)
    assert Throttle.select().count() == 1
