"""The commune's desk: somebody signed in there, whose forms carry their token."""

import re
from datetime import timedelta

import pytest

from teamapp import clock
from teamapp.models import Assignment, Round


class CommuneBrowser:
    """A browser at the commune."""

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
    """Return a page without its token, which is another at every asking."""
    return re.sub(r"[\w-]{50,}\.[\w-]+\.[\w-]+", "", answer.text)


@pytest.fixture
def desk(sign_in):
    """Return a function that gives somebody of the commune a desk."""
    return lambda user: CommuneBrowser(sign_in(user))


@pytest.fixture
def fields(cast):
    """Return the fields of a good round in both villages."""
    return {"name": "Đợt tháng 11", "starts_on": clock.today().isoformat(),
            "ends_on": (clock.today() + timedelta(days=13)).isoformat(),
            "villages": [cast.cau_van.id, cast.da_xanh.id], "choice": "all"}


@pytest.fixture
def draft(desk, cast, fields):
    """Return a draft for all houses of both villages, written by the officer."""
    desk(cast.hanh).send("/rounds", **fields)
    return Round.get()


@pytest.fixture
def holders():
    """Return a function that tells who has which house of a round: {head: member's name}."""
    return lambda round: {
        row.household.head: row.member and row.member.name
        for row in Assignment.select().where(Assignment.round == round.id)}
