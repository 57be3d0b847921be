"""What waits for the leader: made by phones, settled in browsers."""

import re

import pytest

from tests.members.conftest import browser_of  # noqa: F401
from tests.recording.test_changes import correction, void
from tests.sync.phone import body, entry, record_of, result

START = '<section class="card" data-review>'
CARD = re.compile(f"{START}.*?(?={START}|</main>)", re.S)


@pytest.fixture
def phones(cast, sign_in):
    """Return a function that sends an entry from the phone of one of the cast."""
    return lambda user, one: result(sign_in(user), user, one)


@pytest.fixture
def two_changes(cast, phones):
    """Return the entries of a visit, its correction by Lan, and the one by Tư that waits."""

    def make(house=None, second=correction, **more):
        house = house or cast.bre
        first = entry(body(house, note="Dặn lần đầu"))
        by_lan = correction(first, body(house, outcome="absent"), asked_by="resident")
        by_tu = second(first, body(house, note="Ông ở nhà", **more)) if second is correction \
            else second(first, note="nhầm+ngõ")
        phones(cast.lan, first)
        assert phones(cast.lan, by_lan)["flag"] is None
        assert phones(cast.tu, by_tu)["flag"] == "changed_twice"
        return first, by_lan, by_tu

    return make


def cards(browser, kind, page=""):
    """Return the cards of a list, as a browser gets them."""
    return CARD.findall(browser.get(f"/reviews?of={kind}{page}").text)


def press(browser, card, text):
    """Press the button with a text, of the last form that has one, and return the answer."""
    forms = re.findall(r"<form.*?</form>", card, re.S)
    form = [form for form in forms if f">{text}<" in form][-1]
    return post(browser, form, text)


def post(browser, form, text):
    """Send a form as its button with this text does."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    button = re.search(rf'name="(\w+)" value="(\w+)">{text}<', form)
    fields |= {button[1]: button[2]} if button else {}
    fields["next"] = fields["next"].replace("&amp;", "&")
    return browser.post(re.search(r'action="([^"]+)"', form)[1], data=fields)


__all__ = ["cards", "post", "press", "record_of", "void"]
