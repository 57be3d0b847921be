"""A real server for the drill."""

import pytest

from ..browser.server import Server


@pytest.fixture
def serve(var, tmp_path):
    """Return a function that starts the program on a database; it is ended with the test."""
    started = []

    def start(url):
        started.append(Server(url, var, tmp_path / f"server-{len(started)}.log").start())
        return started[-1]

    yield start
    for server in started:
        server.kill()
