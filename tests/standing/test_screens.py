"""No screen is forgotten: each page is looked at in tests/browser, or is named as no page."""

from tests.browser.screens import NO_SCREEN, SCREENS, left_out

from .test_access_matrix import MATRIX


def test_every_page_is_looked_at_or_is_none():
    pages = {route.removeprefix("GET ") for route in MATRIX if route.startswith("GET ")}
    looked_at = set().union(*SCREENS.values())
    assert looked_at | set(NO_SCREEN) == pages
    assert not looked_at & set(NO_SCREEN)


def test_what_was_not_looked_at_is_noticed():
    every = ["/tallies", "/tallies/0/visits", "/rounds", "/rejected-entries"]
    assert left_out("nothing yet", every) == set()
    assert left_out("nothing yet", ["/tallies", "/tallies/0", "/sign-in", "/rejected-entries"]) == {
        "/rounds", "/tallies/<village_id>/<figure>"}
