"""The program as it is served: its processes counted together, and ended without losing work."""

import http.client
import json
import re
import signal
import time
from urllib.request import Request, urlopen

import pytest

from teamapp.models import Session, Visit
from tests.browser.server import Server
from tests.sync.phone import batch, body, entry


@pytest.fixture
def server(app, var, tmp_path, monkeypatch):
    """Return the running program on the test's database."""
    monkeypatch.setenv("METRICS_FROM", "127.0.0.1")
    server = Server(app.extensions["config"].database_url, var, tmp_path / "server.log")
    yield server.start()
    server.kill()


def cookie(app, user):
    """Return the Cookie header of somebody signed in."""
    signer = app.session_interface.get_signing_serializer(app)
    said = {"token": Session.begin(user), "_user_id": str(user.id), "_fresh": True}
    return f"session={signer.dumps(said)}"


def test_the_numbers_are_those_of_all_processes(server):
    for _ in range(40):
        urlopen(f"http://127.0.0.1:{server.port}/healthz").read()
    text = urlopen(f"http://127.0.0.1:{server.port}/metrics").read().decode()
    counted = re.findall(r'tungnha_answers_total\{.*rule="/healthz".*\} (\S+)', text)
    assert [float(number) for number in counted] == [40]


def test_nobody_on_this_machine_is_believed_either_to_be_a_proxy(server):
    """Gunicorn by itself takes these from a proxy at 127.0.0.1, which passes on what it gets."""
    said = {"SCRIPT_NAME": "/elsewhere", "X-Forwarded-Proto": "https"}
    page = urlopen(Request(f"http://127.0.0.1:{server.port}/households", headers=said))
    assert "/elsewhere" not in page.geturl() + page.read().decode()


def test_a_batch_on_its_way_is_taken_before_the_program_ends(server, app, cast):
    said = json.dumps(batch(cast.lan, [entry(body(cast.bre))])).encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/sync")
    for name, value in (("Cookie", cookie(app, cast.lan)), ("Content-Type", "application/json"),
                        ("Content-Length", str(len(said)))):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(said[:200])
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    connection.send(said[200:])
    answer = connection.getresponse()
    assert json.loads(answer.read())["results"][0]["status"] == "kept"
    assert server.process.wait(20) == 0
    assert Visit.select().count() == 1
