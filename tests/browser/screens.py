"""Every page, by the person who opens it in test_accessibility.py, and other addresses."""

import re

SCREENS = {
    "door": {"/sign-in", "/arrival", "/no-network"},
    "member": {"/", "/me", "/households", "/households/<household_id>"},
    "outbox": {"/outbox", "/outbox-files", "/rejected-entries"},
    "leader": {"/outbox", "/outbox-files", "/rejected-entries", "/reviews", "/people",
               "/people/<person_id>"},
    "chair": {
        "/tallies", "/tallies/<village_id>", "/tallies/<village_id>/<figure>", "/targets",
        "/rounds",
        "/rounds/new", "/rounds/<round_id>", "/rounds/<round_id>/edit",
        "/rounds/<round_id>/villages/<village_id>",
        "/rounds/<round_id>/villages/<village_id>/houses", "/households",
        "/households/<household_id>", "/people", "/people/<person_id>", "/rejected-entries",
        "/reviews", "/outbox-files", "/records/<record_id>/entries/<kind>",
        "/rejected-entries/<item_id>/resubmission"},
    "nothing yet": {"/tallies", "/rounds", "/rejected-entries", "/reviews",
                    "/tallies/<village_id>/<figure>"},
}
NO_SCREEN = {
    "/healthz": "a word for a machine",
    "/readyz": "a word for a machine",
    "/metrics": "numbers for a machine",
    "/sw.js": "a script",
    "/manifest.webmanifest": "facts for the browser",
    "/pack": "the pages themselves, as the phone keeps them",
    "/visits/parts": "pieces that a phone sets into a house's form: they are looked at there",
}


def left_out(whose, paths):
    """Return the screens of one person that are not among these addresses."""
    return {rule for rule in SCREENS[whose] if not any(
        re.fullmatch(re.sub(r"<\w+>", "[^/]+", rule), path) for path in paths)}
