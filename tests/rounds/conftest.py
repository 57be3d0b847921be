"""A signed-in browser of the commune's staff, and a draft round."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Assignment, Round


class CommuneBrowser:
    """A browser whose posts carry the page's CSRF token."""

    def __init__(self, browser):
        self.browser = browser
        self.token = re.search(r'"X-CSRFToken": "([^"]+)"',
                               browser.get("/rounds").text)[1]

    def get(self, url, **more):
        return self.browser.get(url, **more)

    def send(self, url, htmx=False, **fields):
        """Post a form as the page would."""
        headers = {"HX-Request": "true"} if htmx else {}
        return self.browser.post(url, data={"csrf_token": self.token, **fields}, headers=headers)


def bare(answer):
    """Return a page without its CSRF token, which differs in every response."""
    return re.sub(r"[\w-]{50,}\.[\w-]+\.[\w-]+", "", answer.text)


@pytest.fixture
def browser_of(sign_in):
    """Return a function that signs in a person of the commune."""
    return lambda user: CommuneBrowser(sign_in(user))


@pytest.fixture
def fields(cast):
    """Return valid fields of a round in both villages."""
    return {"name": "Đợt tháng 11", "starts_on": clock.today().isoformat(),
            "ends_on": (clock.today() + timedelta(days=13)).isoformat(),
            "villages": [cast.cau_van.id, cast.da_xanh.id], "choice": "all"}


@pytest.fixture
def draft(browser_of, cast, fields):
    """Return the officer's draft for all households of both villages."""
    browser_of(cast.hanh).send("/rounds", **fields)
    return Round.get()


@pytest.fixture
def holders():
    """Return a function that gives {head: assignee's name} of a round."""
    return lambda round: {
        row.household.head: row.member and row.member.name
        for row in Assignment.select().where(Assignment.round == round.id)}
