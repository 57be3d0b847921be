"""Every page, by the person who opens it in test_accessibility.py, and other addresses."""

import re

SCREENS = {
    "door": {"/sign-in", "/card", "/arrival", "/no-network"},
    "member": {"/", "/me", "/me/secret", "/households", "/households/<household_id>"},
    "outbox": {"/outbox", "/outbox-files", "/rejected-entries"},
    "leader": {"/outbox", "/outbox-files", "/rejected-entries", "/reviews", "/people",
               "/people/<person_id>", "/devices", "/me/devices", "/lost-phones"},
    "chair": {
        "/tallies", "/tallies/<village_id>", "/tallies/<village_id>/<figure>", "/targets",
        "/rounds", "/rounds/new", "/rounds/<round_id>", "/rounds/<round_id>/edit",
        "/rounds/<round_id>/villages/<village_id>",
        "/rounds/<round_id>/villages/<village_id>/houses", "/households",
        "/households/<household_id>", "/rejected-entries", "/reviews", "/outbox-files",
        "/records/<record_id>/entries/<kind>", "/rejected-entries/<item_id>/resubmission"},
    "chair, people and places": {
        "/people", "/people/<person_id>", "/people/new", "/people/lists/new",
        "/people/<person_id>/edit", "/people/<person_id>/placement", "/me/secret", "/devices",
        "/lost-phones", "/deeds", "/export", "/villages", "/villages/new",
        "/villages/<village_id>", "/villages/order", "/villages/paste"},
    "nothing yet": {"/villages", "/tallies", "/rounds", "/rejected-entries", "/reviews",
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
