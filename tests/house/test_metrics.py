"""What a watcher may read, and who may not."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from teamapp import clock
from teamapp.config import Refusal, read_config
from teamapp.models import Device, ProcessingFailure, RejectedEntry
from tests.conftest import make_app
from tests.sync.phone import body, entry, send


@pytest.fixture
def watched(app, var):
    """Return the app with a watcher allowed on this machine and in one network."""
    made = make_app(app.extensions["config"].database_url, var,
                    METRICS_FROM="127.0.0.1 10.1.0.0/16 ::1")
    made.extensions["database"].connect()
    yield made
    made.extensions["database"].close_all()


def asked(app, address="127.0.0.1", **headers):
    return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address},
                                 headers=headers)


def value(text, name):
    """Return the number on a line."""
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])


def test_answers_are_counted_by_route_and_never_by_address(watched, cast):
    client = watched.test_client()
    for _ in range(3):
        client.get(f"/households/{cast.bre.id}?q=Thị+Rin")
    text = asked(watched).text
    rule = '{method="GET",rule="/households/<uuid:household_id>",status="302"}'
    assert value(text, f"tungnha_answers_total{rule}") >= 3
    assert 'tungnha_answer_seconds_bucket{le="0.1",rule="/households/<uuid:household_id>"}' in text
    for private in (str(cast.bre.id), "Rin", cast.lan.name, "An Phú"):
        assert private not in text


def test_invented_methods_are_counted_together(watched):
    client = watched.test_client()
    before = asked(watched).text.count("tungnha_answers_total{")
    for method in ("SHOUT", "GIANGTHICHIM", *(f"M{number}" for number in range(50))):
        for path in ("/healthz", "/nowhere", "/households"):
            client.open(path, method=method)
    text = asked(watched).text
    assert text.count("tungnha_answers_total{") <= before + 4  # /metrics itself, and one a rule
    assert value(text, 'tungnha_answers_total{method="other",rule="none",status="404"}') >= 52
    assert "SHOUT" not in text and "CHIM" not in text


def test_the_book_tells_what_waits_and_what_was_rejected(watched, cast, sign_in):
    lan = sign_in(cast.lan)
    send(lan, cast.lan, entry(body(cast.bre)), entry("nonsense"))
    text = asked(watched).text
    assert value(text, "tungnha_receipts") == 1
    assert value(text, "tungnha_rejected_open") == 1
    assert value(text, "tungnha_waiting_entries") == 2  # as that phone said
    assert value(text, "tungnha_silent_phones") == 0
    RejectedEntry.get().settle()
    assert value(asked(watched).text, "tungnha_rejected_open") == 0


def test_what_was_mended_and_phones_long_gone_raise_no_alarm(watched, cast, sign_in):
    lan, sent = sign_in(cast.lan), [entry(body(cast.bre)), entry("nonsense")]
    send(lan, cast.lan, *sent)
    for one in (*sent, entry("never seen again")):
        ProcessingFailure.create(entry=UUID(one["id"]), times=1, last_at=clock.now())
    text = asked(watched).text
    assert value(text, "tungnha_processing_failures") == 2, "one is kept"
    for days, waiting, silent in ((4, 1, 1), (91, 0, 0)):
        Device.update(seen_at=clock.now() - timedelta(days=days)).execute()
        text = asked(watched).text
        assert value(text, "tungnha_waiting_phones") == waiting
        assert value(text, "tungnha_silent_phones") == silent
        assert (value(text, "tungnha_waiting_entries") > 0) == bool(waiting)


def test_a_watcher_hears_of_a_database_that_is_away(watched):
    database = watched.extensions["database"]
    database.close_all()
    place = database.database
    database.init("/nowhere/at/all.db" if place.endswith(".db") else "nowhere_at_all")
    assert watched.test_client().get("/households").status_code == 503
    answer = asked(watched)
    assert answer.status_code == 200
    away = '{method="GET",rule="/households",status="503"}'
    assert value(answer.text, f"tungnha_answers_total{away}") >= 1
    assert "tungnha_receipts" not in answer.text
    database.init(place)
    assert value(asked(watched).text, "tungnha_receipts") == 0


@pytest.mark.parametrize("address", ["192.168.1.9", "10.2.0.1", "not-an-address", ""])
def test_elsewhere_there_is_no_such_page(watched, address):
    answer = asked(watched, address)
    assert answer.status_code == 404
    assert b"tungnha_" not in answer.data


def test_nobody_is_let_in_by_a_proxy_that_is_not_counted(watched):
    assert asked(watched, **{"X-Forwarded-For": "192.168.1.9"}).status_code == 404


def test_by_default_nobody_may_ask(app):
    assert asked(app).status_code == 404


def test_an_address_that_is_none_is_rejected_at_start(tmp_path):
    with pytest.raises(Refusal, match="METRICS_FROM"):
        read_config({"VAR_DIR": str(tmp_path), "METRICS_FROM": "everywhere"})
