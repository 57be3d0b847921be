"""The log contains no personal data: marker texts are sent to every route."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial, update_wrapper
from itertools import cycle
from urllib.parse import quote

import pytest
from peewee import OperationalError

from teamapp import errors
from tests.cast import PIN

from .test_access_matrix import MATRIX, filled, things  # noqa: F401

NAME, PHONE, SEARCH, SECRET = "Giàng Thị Chim", "0987654321", "đang tìm ai", "902817"
SAID = f"{NAME} {PHONE} {SEARCH} {SECRET}"
TO_THE_END = sorted(MATRIX, key=lambda route: "/sign-" in route.partition("/people")[0])
SHOUTS = [NAME, "Giàng", "Chim", PHONE, SEARCH, SECRET, PIN, "chim-hoa", "203.0.113.9"]


@pytest.fixture
def ask(app, busy, sign_in, things, token):  # noqa: F811
    """Return a function that requests every route for own objects, with every field filled."""
    people = {"out": app.test_client(), **{who: sign_in(getattr(busy, who))
                                           for who in ("lan", "tu", "son")}}

    def everything():
        asked, ids = 0, set()
        for browser in people.values():
            for route in TO_THE_END:
                method, rule = route.split()
                found = {name: kinds["own"] for name, kinds in things("chair", rule).items()}
                ids |= {str(found["household_id"]), found["sign_in"]}
                browser.open(filled(rule, found), method=method, query_string={"q": SAID},
                             data=said(token(browser), busy.lan) if method == "POST" else None,
                             environ_base={"REMOTE_ADDR": "203.0.113.9"},
                             headers={"Referer": f"http://localhost/?q={SEARCH}".encode().decode(
                                 "latin-1"), "User-Agent": "chim-hoa"})
                asked += 1
            browser.post("/sync", json={"v": 1, "user": busy.lan.id, "entries": [{"id": SAID}]})
        return asked, ids

    return everything


def said(token, user):
    """Return a form with every field filled."""
    return {"csrf_token": token, "username": "chim-hoa", "secret": SECRET, "next": f"/?q={SEARCH}",
            "name": NAME, "note": SAID, "file": SAID, "user": user.name}


def every_second(draw, fail):
    """Return a render function that fails every first time."""
    tx = cycle((fail, draw))

    def drawn(*given, **more):
        return next(tx)(*given, **more)

    return drawn


def no_word_of(lines, words):
    """Assert that no line contains one of them, plain or escaped as JSON or in a URL."""
    spelled = {form for word in words for form in (word, json.dumps(word)[1:-1], quote(word))}
    for line in lines:
        assert not [form for form in spelled if form in line], line


def test_no_request_logs_personal_data(app, busy, ask, lines):
    asked, ids = ask()
    statuses = [line["status"] for line in map(json.loads, lines)]
    assert len(lines) >= asked and statuses.count(200) > asked / 4
    no_word_of(lines, SHOUTS + list(ids) + [busy.lan.name, "Thị Rin", busy.bre.head])


def test_log_line_has_a_timestamp_with_offset(client, lines):
    client.get("/healthz")
    at = datetime.fromisoformat(json.loads(lines[0])["at"])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_error_response_reveals_no_details(app, sign_in, cast, lines):
    def fail():
        raise ValueError(SAID)

    app.add_url_rule("/fails", "fails", fail)
    answer = sign_in(cast.lan).get("/fails")
    assert answer.status_code == 500
    no_word_of([answer.text], [*SHOUTS, "ValueError", "Traceback", ".py"])


@pytest.mark.once  # no view reaches the database
@pytest.mark.parametrize("error", [ValueError, OperationalError])
@pytest.mark.parametrize("also_its_page", [False, True])
def test_no_error_logs_personal_data(app, ask, lines, monkeypatch, error, also_its_page):
    def fail(*given, **more):
        raise error(f"{SAID} {given} {more}")

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = update_wrapper(partial(fail), view)
    if also_its_page:
        monkeypatch.setattr(errors, "render_template", every_second(errors.render_template, fail))
    asked, ids = ask()
    failed = [line for line in map(json.loads, lines) if "error" in line]
    assert len(failed) > asked / 3 and all(line["error"] == error.__name__ for line in failed)
    no_word_of(lines, SHOUTS + list(ids))
