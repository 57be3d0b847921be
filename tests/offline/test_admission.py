"""Packs are rendered one at a time per device, and large ones one at a time per machine."""

import platform
import re
import subprocess
import sys
from contextlib import contextmanager
from uuid import uuid4

import pytest

from teamapp.offline.locks import SharedLocks

from ..conftest import KEY
from ..deeds import visit
from .test_pack import Phone

HOLDER = """
import sys
from teamapp import create_app
from teamapp.db import snapshot
var, url, key, name = sys.argv[1:]
app = create_app({"APP_ENV": "test", "VAR_DIR": var, "DATABASE_URL": url, "SECRET_KEY": key})
app.extensions["database"].connect()
with snapshot(), app.extensions["pack_locks"][0].tried(name) as is_held:
    print("held" if is_held else "not held", flush=True)
    sys.stdin.read()
"""
LARGE = f"large pack {platform.node()} 0"


@pytest.fixture
def held(app):
    """Return a context manager that holds a lock in another process and kills it at the end."""
    config = app.extensions["config"]

    @contextmanager
    def holding(name):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(config.var), config.database_url, KEY, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.kill()
            process.communicate()

    return holding


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return Phone(sign_in(cast.lan))


def retry_after(phone, **more):
    """Assert that a pack is refused, and return its Retry-After in seconds."""
    answer = phone.browser.get("/pack", query_string={**phone.known, **more})
    assert answer.status_code == 503 and answer.json == {"v": 1, "code": "pack_busy"}
    assert re.fullmatch("[0-9]+", answer.headers["Retry-After"])
    return int(answer.headers["Retry-After"])


def test_concurrent_pack_for_one_device_gets_503(cast, lan, sign_in, held):
    device = str(uuid4())
    with held(f"pack {cast.lan.id} {device}"):
        assert 2 <= retry_after(lan, device=device) <= 5
        lan.pull(device=str(uuid4()))
        lan.pull()
        Phone(sign_in(cast.binh)).pull(device=device)
        assert 2 <= retry_after(lan, device=device.upper()) <= 5
    assert lan.pull(device=device)[1] == []


def test_concurrent_large_pack_gets_503_and_small_ones_do_not(cast, lan, sign_in, held):
    lan.pull()
    visit(cast.lan, cast.bre)
    with held(LARGE):
        new = Phone(sign_in(cast.binh))
        waits = {retry_after(new) for _ in range(12)}
        assert min(waits) >= 2 and max(waits) <= 15 and len(waits) > 1, "not all at one time"
        assert lan.pull()[1]
        Phone(sign_in(cast.hanh)).pull()
    assert new.pull()[0]["reset"] is True


def test_locks_are_released_and_exclude_their_own_process(app, tmp_path, lan):
    lan.pull(device=(device := str(uuid4())))
    lan.known = {}
    assert lan.pull(device=device)[0]["reset"] is True
    if app.extensions["config"].database_url.startswith("sqlite"):
        locks = SharedLocks(app.extensions["database"], tmp_path)
        with locks.tried("a") as first, locks.tried("a") as second, locks.tried("b") as other:
            assert (first, second, other) == (True, False, True)
            with locks.tried("a") as third:
                assert not third, "the second attempt released nothing"
        with locks.tried("a") as again:
            assert again
        assert not [*tmp_path.iterdir()]


def test_pack_is_rendered_without_a_lock_file(app, tmp_path):
    (blocked := tmp_path / "file").touch()
    if app.extensions["config"].database_url.startswith("sqlite"):
        with SharedLocks(app.extensions["database"], blocked / "locks").tried("a") as is_held:
            assert is_held
