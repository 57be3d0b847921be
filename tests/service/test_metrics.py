"""The metrics and the addresses that may read them."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.config import ConfigurationError, read_config
from teamapp.models import Device, ProcessingFailure, RejectedEntry
from teamapp.tallies import queries
from tests.conftest import make_app
from tests.sync.phone import body, entry, send


@pytest.fixture
def watched(app, var):
    """Return the app with metrics allowed on this machine and in one network."""
    made = make_app(app.extensions["config"].database_url, var,
                    METRICS_FROM="127.0.0.1 10.1.0.0/16 ::1")
    made.extensions["database"].connect()
    yield made
    made.extensions["database"].close_all()


def asked(app, address="127.0.0.1", **headers):
    return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address},
                                 headers=headers)


def value(text, name):
    """Return the value of a metric."""
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])


def test_counts_responses_by_route_and_never_by_url(watched, cast):
    client = watched.test_client()
    for _ in range(3):
        client.get(f"/households/{cast.bre.id}?q=Thị+Rin")
    text = asked(watched).text
    rule = '{method="GET",rule="/households/<uuid:household_id>",status="302"}'
    assert value(text, f"tungnha_answers_total{rule}") >= 3
    assert 'tungnha_answer_seconds_bucket{le="0.1",rule="/households/<uuid:household_id>"}' in text
    for private in (str(cast.bre.id), "Rin", cast.lan.name, "An Phú"):
        assert private not in text


def test_counts_invented_methods_together(watched):
    client = watched.test_client()
    before = asked(watched).text.count("tungnha_answers_total{")
    for method in ("SHOUT", "GIANGTHICHIM", *(f"M{number}" for number in range(50))):
        for path in ("/healthz", "/nowhere", "/households"):
            client.open(path, method=method)
    text = asked(watched).text
    assert text.count("tungnha_answers_total{") <= before + 4  # /metrics itself, and one a rule
    assert value(text, 'tungnha_answers_total{method="other",rule="none",status="404"}') >= 52
    assert "SHOUT" not in text and "CHIM" not in text


def test_reports_waiting_and_rejected_entries_from_the_database(watched, cast, sign_in):
    lan = sign_in(cast.lan)
    send(lan, cast.lan, entry(body(cast.bre)), entry("nonsense"))
    text = asked(watched).text
    assert value(text, "tungnha_receipts") == 1
    assert value(text, "tungnha_rejected_open") == 1
    assert value(text, "tungnha_waiting_entries") == 2  # as that phone said
    assert value(text, "tungnha_silent_phones") == 0
    RejectedEntry.get().settle()
    assert value(asked(watched).text, "tungnha_rejected_open") == 0


def test_ignores_resolved_failures_and_phones_silent_for_long(watched, cast, sign_in):
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


def test_counts_the_silent_phones_that_the_board_counts(watched, cast):
    for user, days, left in ((cast.lan, 1, 0), (cast.binh, 3, 2), (cast.tu, 5, 1),
                             (cast.mai, 100, 7)):
        Device.hear_from(uuid4(), user, left, None, clock.now() - timedelta(days=days))
    board = queries.contacts(cast.an_phu.id).values()
    text = asked(watched).text
    assert value(text, "tungnha_silent_phones") == sum(line.silent for line in board) == 2
    assert value(text, "tungnha_waiting_entries") == sum(line.left for line in board) == 3


def test_answers_metrics_without_a_database(watched):
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
def test_answers_404_to_any_other_address(watched, address):
    answer = asked(watched, address)
    assert answer.status_code == 404
    assert b"tungnha_" not in answer.data


def test_answers_404_behind_an_untrusted_proxy(watched):
    assert asked(watched, **{"X-Forwarded-For": "192.168.1.9"}).status_code == 404


def test_allows_nobody_by_default(app):
    assert asked(app).status_code == 404


def test_rejects_an_invalid_address_at_start(tmp_path):
    with pytest.raises(ConfigurationError, match="METRICS_FROM"):
        read_config({"VAR_DIR": str(tmp_path), "METRICS_FROM": "everywhere"})
