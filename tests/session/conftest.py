"""Browsers that keep or delete their cookies, and the sign-in form."""

import re

import pytest

from tests.standing.conftest import busy, draft  # noqa: F401


def token_in(answer):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]


@pytest.fixture
def enter():
    """Return a function that submits the sign-in form."""

    def send(browser, username, secret, **more):
        token = token_in(browser.get("/sign-in"))
        return browser.post("/sign-in", data={"csrf_token": token, "username": username,
                                              "secret": secret, **more})
    return send
