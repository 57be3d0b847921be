"""Somebody at the door, with a browser that keeps cookies or one that throws them away."""

import re

import pytest

from tests.standing.conftest import busy, draft  # noqa: F401


def token_in(answer):
    """Return the CSRF token of a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]


@pytest.fixture
def enter():
    """Return a function that fills in the sign-in form in a browser and sends it."""

    def send(browser, username, secret, **more):
        token = token_in(browser.get("/sign-in"))
        return browser.post("/sign-in", data={"csrf_token": token, "username": username,
                                              "secret": secret, **more})
    return send
