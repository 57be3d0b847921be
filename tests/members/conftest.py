"""A browser that submits the forms of a page."""

import re

import pytest


@pytest.fixture
def browser_of(sign_in):
    """Return a function that opens a person's browser; it posts with the page's token."""

    def open_for(user):
        browser = sign_in(user)

        def press(url, page=None, **fields):
            token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(
                page or re.match(r"/people/\d+", url)[0]).text)
            return browser.post(url, data={"csrf_token": token[1] if token else "", **fields})

        browser.press = press
        return browser

    return open_for
