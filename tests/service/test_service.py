"""The service under gunicorn: metrics of its processes, invalid requests, a graceful stop."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from teamapp.config import ROOT
from teamapp.models import Session, Visit
from tests.browser.server import Server
from tests.sync.phone import batch, body, entry


@pytest.fixture
def server(app, var, tmp_path, monkeypatch):
    """Return the running service on the test's database."""
    monkeypatch.setenv("METRICS_FROM", "127.0.0.1")
    server = Server(app.extensions["config"].database_url, var, tmp_path / "server.log")
    yield server.start()
    server.kill()


def cookie(app, user):
    """Return the Cookie header of a signed-in user."""
    signer = app.session_interface.get_signing_serializer(app)
    said = {"token": Session.begin(user), "_user_id": str(user.id), "_fresh": True}
    return f"session={signer.dumps(said)}"


def test_sums_the_metrics_of_all_processes(server):
    for _ in range(40):
        urlopen(f"http://127.0.0.1:{server.port}/healthz").read()
    text = urlopen(f"http://127.0.0.1:{server.port}/metrics").read().decode()
    counted = re.findall(r'tungnha_answers_total\{.*rule="/healthz".*\} (\S+)', text)
    assert [float(number) for number in counted] == [40]


def test_trusts_no_forwarded_header_from_this_machine(server):
    """By default gunicorn accepts these headers from 127.0.0.1."""
    said = {"SCRIPT_NAME": "/elsewhere", "X-Forwarded-Proto": "https"}
    page = urlopen(Request(f"http://127.0.0.1:{server.port}/households", headers=said))
    assert "/elsewhere" not in page.geturl() + page.read().decode()


def test_logs_neither_content_nor_address_of_an_invalid_request(server):
    host = "Host: localhost\r\n"
    for said in (f"GET /households?q=Thi Rin HTTP/1.1\r\n{host}",
                 f"GET /households HTTP/1.1 Rin\r\n{host}", f"Rin! /households HTTP/1.1\r\n{host}",
                 f"GET /households HTTP/1.1\r\n{host}Thi Rin: 0900000123\r\n",
                 f"GET /households HTTP/1.1\r\n{host}Content-Length: Rin\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), 20) as other:
            other.sendall(f"{said}\r\n".encode())
            assert b" 400 " in other.makefile("rb").readline(), said
    told = [line for line in server.log.read_text().splitlines() if "Invalid request" in line]
    assert len(told) == 5
    assert not re.search(r"Rin|0900000123|127\.0\.0\.1|households|ip=", "".join(told))


def test_program_answers_a_search_of_5000_characters(server, app, cast):
    address = f"http://127.0.0.1:{server.port}/households?q={'x' * 5000}"
    answer = urlopen(Request(address, headers={"Cookie": cookie(app, cast.hanh)}))
    assert answer.status == 200 and answer.headers["Content-Security-Policy"]
    with pytest.raises(HTTPError) as refused:
        urlopen(f"http://127.0.0.1:{server.port}/households?q={'x' * 8190}")
    assert refused.value.code == 414
    assert "X-Request-ID" not in refused.value.headers, "by this docs/Caddyfile knows it"


def test_rejects_an_invalid_body_length_and_logs_no_content(server, app, cast):
    ends = f"Cookie: {cookie(app, cast.lan)}\r\nTransfer-Encoding: chunked\r\n\r\nRin\r\n"
    for path, kind in (("/sync", "application/json"),
                       ("/sign-in", "application/x-www-form-urlencoded")):
        with socket.create_connection(("127.0.0.1", server.port), 20) as other:
            other.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                          f"Content-Type: {kind}\r\n{ends}".encode())
            assert b" 400 " in other.makefile("rb").readline(), path
    assert "Rin" not in server.log.read_text()


@pytest.mark.parametrize(("bind", "is_reachable"), [(None, False), ("0.0.0.0", True)])
def test_listens_on_the_loopback_address_by_default(server, bind, is_reachable):
    """A client that bypasses the proxy could claim any address."""
    server.kill()
    server.environment.pop("BIND", None)
    if bind:
        server.environment["BIND"] = bind
    server.start()
    with socket.socket() as other:
        answer = other.connect_ex(("127.0.0.2", server.port))  # another address of this machine
    assert (answer == 0) is is_reachable


def test_accepts_a_batch_in_transit_before_it_stops(server, app, cast):
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
    assert json.loads(answer.read())["results"][0]["status"] == "accepted"
    assert server.process.wait(20) == 0
    assert Visit.select().count() == 1


def metrics_of_a_service(said):
    """Run statements, then gunicorn.conf.py; return the words it prints."""
    start = ("import os, pathlib, runpy, subprocess, sys, tempfile;"
             "gone = subprocess.Popen(['true']); gone.wait();"
             f"{said}; runpy.run_path(sys.argv[1]);"
             "room = pathlib.Path(os.environ['PROMETHEUS_MULTIPROC_DIR']);"
             "print(room, old.exists(), *os.listdir(room)); room.rmdir()")
    done = subprocess.run([sys.executable, "-c", start, ROOT / "gunicorn.conf.py"],
                          capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no folder in memory")
@pytest.mark.parametrize("who", ["os.getpid()", "gone.pid", "'words'"])
def test_deletes_metrics_of_an_earlier_process_and_keeps_them_in_memory(who):
    """In a container the process id is the same at every start."""
    room, is_old_there = metrics_of_a_service(
        f"name = 'tungnha-numbers-%s-' % {who};"
        "old = pathlib.Path(tempfile.mkdtemp(prefix=name, dir='/dev/shm'));"
        "(old / 'counter_7.db').touch()")
    assert room.startswith("/dev/shm/tungnha-numbers-")
    assert is_old_there == "False"


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no folder in memory")
def test_keeps_metrics_of_a_running_service(server):
    urlopen(f"http://127.0.0.1:{server.port}/healthz").read()
    [living] = Path("/dev/shm").glob(f"tungnha-numbers-{server.process.pid}-*")
    assert metrics_of_a_service("old = pathlib.Path('/')")[1] == "True"
    assert any(living.iterdir())
    server.stop()
    assert not living.exists()
