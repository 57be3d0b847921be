"""Each person chooses Vietnamese or English."""

import json
import re
from html import unescape

import pytest
from flask_babel import gettext, ngettext

from teamapp import clock
from teamapp.languages import use_language
from teamapp.models import (
    Commune,
    Household,
    Language,
    Resident,
    Round,
    UnitType,
    User,
    Village,
    Visit,
)

from ..browser.screens import SCREENS
from ..cast import PIN
from ..deeds import visit
from ..sync.phone import body, entry, result

FIGURES = ("activations", "visits", "houses", "dossiers", "obstacles", "coverage")


def choose_language(browser, code):
    return browser.post("/language", data={"language": code})


def lang(answer):
    """Return the lang attribute of a page."""
    return re.search(r'<html lang="(\w+)"', answer.text)[1]


def test_chosen_language_applies_to_every_device(cast, sign_in):
    browser, other = sign_in(cast.lan), sign_in(cast.lan)
    answer = choose_language(browser, "en")
    assert (answer.status_code, answer.location) == (303, "/arrival")
    assert User.get_by_id(cast.lan.id).language == "en"
    page = other.get("/households")
    assert lang(page) == "en" and "Whole village" in page.text and "Not visited" in page.text


def test_language_is_per_person_and_can_change_back(cast, sign_in):
    browser, neighbour = sign_in(cast.lan), sign_in(cast.binh)
    choose_language(browser, "en")
    assert lang(browser.get("/outbox")) == "en"
    assert lang(neighbour.get("/outbox")) == "vi" and "Cả ấp" in neighbour.get("/outbox").text
    choose_language(browser, "vi")
    assert lang(browser.get("/outbox")) == "vi"


@pytest.mark.parametrize("name", ["lan", "tu", "hanh", "son"])
def test_language_form_stands_beside_sign_out(cast, sign_in, name):
    browser = sign_in(getattr(cast, name))
    for code, other in (("vi", "en"), ("en", "vi")):
        choose_language(browser, code)
        page = browser.get("/me" if name in ("lan", "tu") else "/tallies").text
        assert re.search(f'value="{code}" lang="{code}" aria-current="true"', page)
        assert re.search(f'value="{other}" lang="{other}">', page)


@pytest.mark.parametrize("wrong", ["", "fr", "EN", "en-GB", "../en", "\x00"])
def test_unsupported_language_is_rejected(cast, sign_in, wrong):
    browser = sign_in(cast.lan)
    assert choose_language(browser, wrong).status_code == 400
    assert User.get_by_id(cast.lan.id).language == "vi"


@pytest.mark.parametrize(("prefers", "code"), [
    ("", "vi"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-US,en;q=0.9", "en"), ("fr,de;q=0.5", "vi"),
    ("en-GB,en;q=0.9,vi;q=0.5", "en"), ("vi;q=0.9,en;q=0.9", "vi"), ("en;q=0.9,vi;q=0.9", "vi"),
    ("fr,en;q=0.2", "en"), ("*", "vi")])
def test_sign_in_page_follows_the_browsers_preference(client, prefers, code):
    page = client.get("/sign-in", headers={"Accept-Language": prefers})
    assert lang(page) == code
    assert ("Username" in page.text) is (code == "en")


def test_sign_in_page_ignores_the_last_persons_language(cast, sign_in):
    browser = sign_in(cast.lan)
    choose_language(browser, "en")
    assert lang(browser.get("/sign-in")) == "vi"


def test_sign_in_error_uses_the_language_of_its_page(cast, sign_in):
    browser = sign_in(cast.lan)
    choose_language(browser, "en")
    for said, words in (({"username": "x", "secret": "y"}, "Tên hoặc mã không đúng."),
                        ({}, "Trang này mở đã lâu.")):
        fresh = {"Sec-Fetch-Site": "same-origin"} if said else {}
        answer = browser.post("/sign-in", data=said, headers=fresh)
        assert lang(answer) == "vi" and words in answer.text


def test_pack_sends_all_pages_after_a_change_of_language(cast, sign_in):
    browser = sign_in(cast.lan)

    def pull(known):
        header, *lines = map(json.loads, browser.get("/pack", query_string=known).text.splitlines())
        return {key: header[key] for key in ("epoch", "scope")} | {"since": header["cursor"]}, \
            header["reset"], {line["url"]: line["html"] for line in lines if "url" in line}

    known, _, before = pull({})
    choose_language(browser, "en")
    known, reset, after = pull(known)
    assert reset and set(after) == set(before)
    assert all('<html lang="en">' in html for html in after.values())
    assert "What was done today?" in after[f"/households/{cast.bre.id}"]
    assert "Activate VNeID" in after["/visits/parts"]
    assert not pull(known)[1], "and only once"


def names():
    """Return the names of people and places, which are not translated, longest first."""
    found = {word for noun in (User, Commune, Village, Round) for word, in
             noun.select(noun.name).tuples()}
    found |= {row.head for row in Household.select()} | {row.name for row in Resident.select()}
    found |= {word for row in Household.select() for word in (row.cluster, row.landmark)}
    found |= {row.prefix for row in UnitType.select()} | {row.note for row in Visit.select()}
    found |= {row.name_en for row in Language.select()}
    return sorted(found - {""}, key=len, reverse=True)


def vietnamese_in(html):
    """Return the Vietnamese texts of a page, without names of people and places."""
    html = re.sub(r'data-(?:search|label|pattern)="[^"]*"|Từng Nhà|Tiếng Việt', "", unescape(html))
    for name in names():
        html = html.replace(name, "")
    return re.findall(r"[^<>]*[ăđơưạảấầậắặẹẻếềệỉịọỏốồộớờợụủứừựỳỹ][^<>]*", html)


@pytest.mark.once  # the words of a page are the same on any database
@pytest.mark.parametrize("who, whose", [
    ("lan", ("member", "outbox")), ("tu", ("leader", "member")),
    ("hanh", ("chair", "chair, people and places")),
    ("son", ("chair", "chair, people and places"))])
def test_english_screen_holds_vietnamese_only_in_names(busy, sign_in, who, whose):
    """Texts in the wrong language, or cached from the previous reader, would appear."""
    known = {"household_id": busy.van.id, "person_id": busy.lan.id, "place": busy.cau_van.id,
             "village_id": busy.cau_van.id, "round_id": Round.get(Round.commune == busy.an_phu).id}
    rules = {re.sub(r"<(\w+)>", lambda part: str(known.get(part[1], part[0])), rule)
             for rule in {"/visits/parts", *set().union(*(SCREENS[one] for one in whose))}}
    paths = {rule.replace("<figure>", figure) for rule in rules for figure in FIGURES}
    browser, read = sign_in(getattr(busy, who)), 0
    for code in ("vi", "en"):
        choose_language(browser, code)
        for path in sorted(paths):
            answer = browser.get(path)
            if answer.status_code == 200:
                left = vietnamese_in(answer.text)
                assert bool(left) is (code == "vi"), f"{path}: {left[:5]}"
                read += 1
    assert read >= 2 * (len(paths) - 5)  # some are of one role, of a record, or lead on


def test_dates_follow_the_language(cast, sign_in):
    visit(cast.lan, cast.bre)
    browser, today = sign_in(cast.son), clock.today()
    figure = f"/tallies/{cast.cau_van.id}/visits?period=days&first={today}&last={today}"
    assert f"{today:%d/%m/%Y}" in browser.get(figure).text
    choose_language(browser, "en")
    assert f"{today.day} {today:%b} {today.year}" in browser.get(figure).text


def test_rejection_reason_uses_the_authors_language(cast, sign_in):
    browser = sign_in(cast.lan)
    choose_language(browser, "en")
    foreign = result(browser, cast.lan, entry(body(cast.kin, outcome="absent")))
    assert foreign["reason"].startswith("This household is not in the commune's book.")
    unfinished = result(browser, cast.lan, entry(body(cast.bre, outcome="later")))
    assert unfinished["fields"]["return_on"] == ["Choose the day to come back."]


def test_missing_page_answers_in_english(cast, sign_in):
    browser = sign_in(cast.son)
    choose_language(browser, "en")
    assert "There is no such page" in browser.get("/nowhere").text


def test_english_distinguishes_singular_and_plural(app):
    with app.test_request_context():
        use_language("en")
        assert ngettext("%(n)s nhà", "%(n)s nhà", 1, n="1") == "1 house"
        assert ngettext("%(n)s nhà", "%(n)s nhà", 1200, n="1,200") == "1,200 houses"
        assert gettext("Hôm nay") == "Today"
    with app.test_request_context():
        assert ngettext("%(n)s nhà", "%(n)s nhà", 2, n="2") == "2 nhà"


def test_sign_in_opens_pages_in_the_persons_language(cast, client, enter):
    cast.lan.set_language("en")
    answer = client.get(enter(client, "lan", PIN).location)
    assert lang(answer) == "en" and "Getting the logbook ready" in answer.text
