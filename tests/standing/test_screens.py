"""tests/browser covers each page, or lists it as excluded."""

from tests.browser.screens import NO_SCREEN, SCREENS, left_out

from .test_access_matrix import MATRIX


def test_every_page_is_a_screen_or_excluded():
    pages = {route.removeprefix("GET ") for route in MATRIX if route.startswith("GET ")}
    looked_at = set().union(*SCREENS.values())
    assert looked_at | set(NO_SCREEN) == pages
    assert not looked_at & set(NO_SCREEN)


def test_missing_screen_is_detected():
    every = ["/tallies", "/tallies/0/visits", "/rounds", "/rejected-entries", "/reviews",
             "/villages"]
    assert left_out("nothing yet", every) == set()
    assert left_out("nothing yet", ["/tallies", "/tallies/0", "/sign-in", "/rejected-entries",
                                    "/reviews", "/villages"]) == {
        "/rounds", "/tallies/<village_id>/<figure>"}
