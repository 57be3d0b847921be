"""No page contains data of another commune or, for members, of another village."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from teamapp.models import Household, Resident, Round, User, Village, Visit

from .test_templates import INLINE

MOST_PAGES = 300
SKIPPED = re.compile(r"^/(static/|sign-)|[?&]period=days")


class Links(HTMLParser):
    """The targets of a page: links, fetched partials and GET forms."""

    def __init__(self, html):
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        """Store the targets of a tag."""
        given = dict(attributes)
        names = ["href", "src", "hx-get", "data-source", "data-next"]
        if tag == "form" and given.get("method", "get").lower() == "get":
            names.append("action")
        self.found |= {given[name] for name in names if given.get(name)}


def crawl(browser):
    """Return {path: text} of all pages and partials reachable from the front pages."""
    waiting = ["/", "/households", "/visits/parts", "/outbox", "/rejected-entries", "/reviews",
               "/no-network", "/rounds", "/villages", "/tallies", "/targets", "/pack", "/arrival",
               "/tallies?period=month", "/deeds", "/manifest.webmanifest"]
    seen = {}
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = browser.get(path)
        seen[path] = answer.text
        if answer.status_code in (301, 302, 303):
            waiting.append(answer.headers["Location"])
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for link in sorted(Links(answer.text).found):
                url = urlsplit(urljoin(path, link))
                target = url.path + (f"?{url.query}" if url.query else "")
                if not url.netloc and not url.scheme and target and not SKIPPED.search(target):
                    waiting.append(target)
        assert answer.status_code < 500, path
    return seen


def words_of(commune, within=None):
    """Return the names and ids that exist only in a commune, or in a village of it."""
    villages = Village.select().where(Village.commune == commune)
    if within:
        villages = villages.where(Village.id == within.id)
    places = [village.id for village in villages]
    houses = Household.select().where(Household.village.in_(places))
    words = {village.name for village in villages}
    words |= {user.name for user in User.select().where(User.village.in_(places))}
    for house in houses:
        words |= {house.head, str(house.id)}
    for person in Resident.select().where(Resident.household.in_([h.id for h in houses])):
        words |= {person.name, str(person.id)}
    for visit in Visit.select().where(Visit.village.in_(places)):
        words |= {str(visit.id), visit.note}
    if not within:
        words |= {commune.name}
        words |= {user.name for user in User.select().where(User.commune == commune.id)}
        words |= {given.name for given in Round.select().where(Round.commune == commune.id)}
    return words - {""}


def stands_in(word, text):
    """Return whether a page contains a word, plain or escaped as HTML or JSON."""
    return any(form in text for form in {
        word, word.replace("'", "&#39;"), json.dumps(word)[1:-1], json.dumps(word.replace(
            "'", "&#39;"))[1:-1]})


CRAWLED = {}


@pytest.fixture
def crawled(busy, sign_in):
    """Return {name: reachable pages} and {place: its words}, crawled once for all tests."""
    if not CRAWLED:
        words = {"An Phú": words_of(busy.an_phu), "Bình Lộc": words_of(busy.binh_loc),
                 "Cầu Ván": words_of(busy.an_phu, busy.cau_van),
                 "Đá Xanh": words_of(busy.an_phu, busy.da_xanh)}
        CRAWLED.update(pages={name: crawl(sign_in(getattr(busy, name))) for name in PEOPLE},
                       words=words, house=str(busy.bre.id))
    return CRAWLED


PEOPLE = {"lan": "Bình Lộc", "tu": "Bình Lộc", "mai": "Bình Lộc", "hanh": "Bình Lộc",
          "son": "Bình Lộc", "kien": "An Phú", "chau": "An Phú"}  # places that are hidden from them
NEIGHBOURS = {"lan": "Đá Xanh", "tu": "Đá Xanh", "mai": "Cầu Ván"}


@pytest.mark.parametrize("hidden", [PEOPLE, NEIGHBOURS], ids=["commune", "village"])
def test_no_page_contains_data_of_another_place(crawled, hidden):
    for name, place in hidden.items():
        for word in crawled["words"][place]:
            found = [path for path, text in crawled["pages"][name].items()
                     if stands_in(word, text)]
            assert not found, f"{name} finds {word!r} of {place} in {found}"


def test_crawl_reaches_the_expected_pages(crawled):
    """Without this the tests above would prove nothing."""
    pages = crawled["pages"]
    for name, word in (("lan", "Thị Rin"), ("tu", "Điểu Bré"), ("mai", "H'Lan"),
                       ("hanh", "Thị Rin"), ("son", "Đợt An Phú tháng này"),
                       ("kien", "Giàng A Kín"), ("chau", "Giàng A Kín")):
        found = {path for path, text in pages[name].items() if stands_in(word, text)}
        assert found, f"{name} finds {word!r} nowhere among {sorted(pages[name])}"
    assert stands_in("Thị Rin", pages["lan"]["/pack"])
    assert stands_in("Giàng A Kín", pages["kien"]["/pack"])
    assert not stands_in("Thị Rin", pages["son"]["/pack"])
    assert f"/households/{crawled['house']}" in pages["lan"]
    for figure in ("activations", "visits", "houses", "dossiers", "obstacles", "coverage"):
        assert any(re.fullmatch(rf"/tallies/\d+/{figure}.*", path) for path in pages["son"])
    assert any(re.fullmatch(r"/rounds/\d+/villages/\d+", path) for path in pages["hanh"])


def test_no_served_page_contains_inline_code(crawled):
    for seen in crawled["pages"].values():
        for path, text in seen.items():
            if text.lstrip().startswith("<"):
                for what, pattern in INLINE.items():
                    assert not re.search(pattern, text, re.IGNORECASE), f"{path} holds {what}"


def test_cached_page_contains_no_token_and_no_session_data(crawled):
    for name in ("lan", "kien"):
        kept = crawled["pages"][name]["/pack"]
        assert "csrf" not in kept.lower()
        assert kept.count("\n") > 5
