"""No input to any form or query string causes a server error.

A rejected request changes nothing, and no request changes another commune.
"""

import io
import json
import re
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from teamapp import clock
from teamapp.models import (
    Assignment,
    Deed,
    LostPhone,
    Receipt,
    RejectedEntry,
    Round,
    RoundVillage,
    Session,
    Target,
    User,
    Village,
    Visit,
)
from teamapp.sync.kinds import KINDS
from tests.cast import PASSWORD, PIN
from tests.standing.test_access_matrix import MATRIX
from tests.sync.phone import visits_by_entry

from .input import ANYTHING, HOUSES, WORDS, days, posted
from .often import often
from .test_sync import PLAIN, SAID, SPOILT

ROUND = ("name", "starts_on", "ends_on", "villages", "drawn", "choice")
ENTRY = ("entry", "form", "add", "remove", "next", "id", "visit", "household", "outcome", "reason",
         "visited_at", "return_on", "companions", "people-0-id", "people-0-steps-0-kind",
         "people-0-steps-0-state", "people-²-id", "dossiers-0-id", "dossiers-0-procedure")
DAYS = ("period", "first", "last", "page")
FACTS = ("unit_type", "name", "code", "signal", "declared_14plus")
PLACE = (*FACTS, "declared_on", "declared_source", "list_complete", "revision")
VILLAGE = "/rounds/<round_id>/villages/<village_id>"
DETAILS = ("name", "phone", "languages", "weekdays", "minutes_a_day")
PLACEMENT = ("role", "village")
LINES = tuple(f"lines-{place}-{name}" for place in ("0", "1", "²")
              for name in ("name", "village", "role", "phone", "languages", "decision"))

# The fields of each route; routes of MATRIX that are not listed have none.
FIELDS = {
    "POST /sign-in": ("username", "secret", "next"),
    "POST /card": ("token",),
    "POST /card/secret": ("token", "new_secret", "repeated"),
    "POST /me/secret": ("old_secret", "new_secret", "repeated"),
    "POST /language": ("language",),
    "GET /sign-in": ("next", "other"),
    "GET /me/secret": ("done",),
    "GET /arrival": ("next",),
    "GET /pack": ("since", "epoch", "scope", "device", "app", "persistent"),
    "GET /households": ("q", "is", "village", "page"),
    "GET /rounds": ("page",),
    "POST /rounds": ROUND,
    "POST /rounds/proposal": (*ROUND, "all"),
    "POST /rounds/<round_id>": ROUND,
    "POST /rounds/<round_id>/proposal": (*ROUND, "all"),
    f"POST {VILLAGE}/assignments": ("houses", "cluster", "member"),
    f"POST {VILLAGE}/allocation": ("members",),
    f"POST {VILLAGE}/removals": ("houses",),
    f"POST {VILLAGE}/houses": ("houses",),
    "POST /villages": PLACE,
    "POST /villages/<village_id>": PLACE,
    "POST /villages/proposal": ("lines", "unit_type"),
    "POST /villages/list": ("declared_on", "declared_source", *(
        f"lines-{place}-{name}" for place in ("0", "1", "²", "9" * 5000)
        for name in (*FACTS, "pasted", "skipped"))),
    "POST /villages/order": ("place", "drawn", "move"),
    "GET /tallies": DAYS,
    "GET /tallies/<village_id>": DAYS,
    "GET /tallies/<village_id>/<figure>": (*DAYS, "code", "state", "in"),
    "GET /deeds": ("deed_group", "whose", "page"),
    "POST /export": ("secret",),
    "GET /rejected-entries": ("author", "page"),
    "POST /rejected-entries/<item_id>/settlement": ("next",),
    "GET /people": ("of", "village", "added"),
    "POST /people/cards": ("people",),
    "POST /people/<person_id>/sign-ins/<sign_in>/termination": ("next",),
    "POST /people/<person_id>/sign-ins/<sign_in>/loss": ("next",),
    "POST /people/<person_id>/devices/<device_id>/clearance": ("next",),
    "GET /devices": ("is", "page"),
    "GET /lost-phones": ("page",),
    "POST /lost-phones/<loss_id>/decision": ("decision", "notified_on", "reason"),
    "POST /people": (*DETAILS, *PLACEMENT, "username", "proposed"),
    "POST /people/proposal": (*DETAILS, *PLACEMENT, "username", "proposed"),
    "POST /people/lists/preview": (*LINES, "pasted", "fill", "fill_village", "fill_role",
                                   "fill_where"),
    "POST /people/lists": LINES,
    "POST /people/<person_id>": (*DETAILS, "drawn"),
    "POST /people/<person_id>/placement": (*PLACEMENT, "drawn"),
    "POST /rejected-entries/<item_id>/resubmission": ENTRY,
    "POST /records/<record_id>/entries/<kind>": ENTRY,
    "GET /records/<record_id>/entries/<kind>": ("next",),
    "GET /reviews": ("of", "page", "settled"),
    "POST /targets": ("since_on", *(f"targets-{place}-{name}"
                                    for place in ("0", "1", "²", "9" * 5000)
                                    for name in ("village", "activations", "coverage"))),
}
ASKED = sorted({route for route in MATRIX if route.startswith("POST") or "<" in route}
               | FIELDS.keys() - {"GET /pack"})
ASKED.remove("POST /sync")  # test_sync.py
LIKELY = some.sampled_from([
    "lan", "son", PIN, PASSWORD, "en", "vi", "/households", "//elsewhere", "keep", "all", "either",
    "unvisited", "nobody", "Cụm 1", "Đợt", "O01", "done", "unasked", "week", "month", "days",
    "village", "member", "officer", "vie", "1", "2", "20", "0", "-1", "ap", "V09", "weak", "1 2",
    "Ấp Sen\tV09\t12", *HOUSES])
WHO = ("lan", "tu", "hanh", "son")


@pytest.fixture
def world(app, busy, draft, sign_in, token):
    """Return the app, the cast, all ids, and each signed-in user's cookie and token."""
    ids = [busy.cau_van.id, busy.da_xanh.id, busy.suoi_la.id, busy.lan.id, busy.son.id,
           busy.kien.id, draft(busy.son, busy.cau_van).id, *(row.id for row in Round.select()),
           *(row.id for row in Session.select()), *(row.id for row in RejectedEntry.select()),
           *(row.id for row in Visit.select()),
           *HOUSES]
    cookies = {}
    for name in WHO:
        browser = sign_in(getattr(busy, name))
        header = token(browser)
        cookies[name] = browser.get_cookie("session").value, header
    return app, busy, [str(id) for id in ids], cookies


def state(*communes):
    """Return all rows of these communes that forms can change."""
    villages = Village.select(Village.id).where(Village.commune.in_(communes))
    return [list(query.order_by(query.model._meta.primary_key).tuples()) for query in (
        Round.select().where(Round.commune.in_(communes)),
        Assignment.select().where(Assignment.village.in_(villages)),
        User.select().where(User.commune.in_(communes)),
        Village.select().where(Village.commune.in_(communes)),
        Deed.select().where(Deed.commune.in_(communes)),
        Target.select().where(Target.village.in_(villages)),
        Visit.select().where(Visit.commune.in_(communes)),
        Receipt.select().where(Receipt.commune.in_(communes)),
        LostPhone.select().where(LostPhone.commune.in_(communes)),
        RejectedEntry.select().where(RejectedEntry.commune.in_(communes)))] + [
        set(RoundVillage.select(RoundVillage.round, RoundVillage.village).where(
            RoundVillage.village.in_(villages)).tuples())]


def ask(world, who, method, path, **more):
    """Make a request as one of the cast, check the invariants and return the response."""
    app, cast, _, cookies = world
    browser, (cookie, header) = app.test_client(), cookies[who]
    browser.set_cookie("session", cookie)
    own, other = state(cast.an_phu), state(cast.binh_loc)
    answer = browser.open(path, method=method, headers={"X-CSRFToken": header}, **more)
    assert answer.status_code < 500
    assert state(cast.binh_loc) == other
    if answer.status_code >= 400 or method == "GET":
        assert state(cast.an_phu) == own
    if 300 <= answer.status_code < 400:
        assert re.match(r"/(?![/\\])|http://localhost/", answer.location)
    return answer


def filled(data, rule, ids):
    """Return the path of a rule, mostly with existing ids as parameters."""
    def one(name):
        if name[1] == "figure":
            return data.draw(some.sampled_from(["visits", "houses", "coverage", "activations"]))
        if name[1] == "kind":
            return data.draw(some.sampled_from([*KINDS, "nothing"]))
        return quote(data.draw(some.sampled_from(ids) | WORDS), safe="", errors="surrogatepass")

    return re.sub(r"<(\w+)>", one, rule)


@pytest.mark.parametrize("route", ASKED)
@given(data=some.data())
@often(7, 200)
def test_any_form_input_gets_a_response_without_server_error(world, undone, route, data):
    method, rule = route.split()
    values = WORDS | days() | LIKELY | some.sampled_from(world[2])
    names = FIELDS.get(route, ())
    pairs = data.draw(some.lists(some.tuples(
        some.sampled_from(names) if names else WORDS, values), max_size=8))
    pairs += data.draw(some.lists(some.tuples(WORDS, WORDS), max_size=1))
    said, path = posted({}, pairs), filled(data, rule, world[2])
    with undone():
        if method == "GET":
            ask(world, data.draw(some.sampled_from(WHO)), method, f"{path}?{said}")
        else:
            ask(world, data.draw(some.sampled_from(WHO)), method, path, data=said,
                content_type="application/x-www-form-urlencoded",
                query_string=data.draw(some.sampled_from(["", "all=1"])))


@given(since=WORDS, epoch=WORDS, scope=WORDS)
@often(7, 200)
def test_any_pack_state_gets_a_pack(world, since, epoch, scope):
    said = posted({}, {"since": since, "epoch": epoch, "scope": scope}.items())
    assert ask(world, "lan", "GET", f"/pack?{said}").status_code == 200


FILE = some.fixed_dictionaries({
    "v": some.just(1), "user": some.integers(0, 12).map(str) | some.integers(0, 12),
    "entries": some.lists(some.builds(
        lambda said, more: said | more, PLAIN | SAID | SPOILT,
        some.fixed_dictionaries({"label": WORDS | ANYTHING}, optional={"replaced_by": ANYTHING})),
        max_size=3)})
WRONG_FILE = some.dictionaries(some.sampled_from(["v", "user", "entries"]), ANYTHING
                               | some.sampled_from(["9" * 20, f"-{'9' * 20}", "٣", "1_0"]),
                               max_size=1)


@given(said=FILE, wrong=WRONG_FILE, who=some.sampled_from(WHO))
@often(20, 1000)
def test_only_accepted_entries_of_any_file_have_effects(world, undone, said, wrong, who):
    with undone():
        hand_in(world, who, json.dumps(said | wrong).encode())
        for id in visits_by_entry():  # KeyError where a visit has no accepted receipt
            assert Receipt.get_by_id(UUID(id)).status == "accepted"


@given(text=some.binary(max_size=80))
@often(7, 200)
def test_file_of_any_bytes_gets_a_field_error(world, undone, text):
    with undone():
        assert hand_in(world, "tu", text).status_code == 422


def hand_in(world, who, text):
    """Submit a file and return the response."""
    return ask(world, who, "POST", "/outbox-files", content_type="multipart/form-data",
               data={"file": (io.BytesIO(text), "tungnha.json")})


@pytest.mark.parametrize("user", [f"-{'9' * 20}", "9" * 20, "-1"])
def test_file_of_an_unknown_user_is_rejected(world, user):
    said = {"v": 1, "user": user, "entries": [{"id": HOUSES[0]}]}
    assert hand_in(world, "son", json.dumps(said).encode()).status_code == 422


def test_label_with_invalid_characters_is_rendered(world):
    said = {"v": 1, "user": world[1].lan.id,
            "entries": [{"id": HOUSES[0], "label": "Nhà \ud800\0 1"}]}
    assert hand_in(world, "lan", json.dumps(said).encode()).status_code == 200


@pytest.mark.parametrize("path", ["/rounds", "/rounds/proposal"])
def test_choice_to_keep_households_of_a_new_round_is_answered(world, path):
    said = {"choice": "keep", "villages": world[1].cau_van.id, "name": "Đợt"}
    assert ask(world, "hanh", "POST", path, data=said).status_code in (200, 422)


def test_targets_without_a_valid_number_are_ignored(world):
    said = {"since_on": clock.today(), "targets-²-village": "1",
            f"targets-{'9' * 5000}-village": "1"}
    assert ask(world, "son", "POST", "/targets", data=said).status_code == 422


def test_more_targets_than_villages_are_rejected(world):
    said = {"since_on": clock.today()} | {f"targets-{n}-village": "x" for n in range(600)}
    assert ask(world, "son", "POST", "/targets", data=said).status_code == 422


def test_every_route_with_fields_is_covered():
    assert set(MATRIX) >= FIELDS.keys()
    assert set(MATRIX) - set(ASKED) - {"POST /sync", "GET /pack"} == {
        route for route in MATRIX if route.startswith("GET") and "<" not in route} - FIELDS.keys()


@pytest.mark.parametrize("method, path", [
    ("GET", "/households?q=%00"), ("GET", "/households?q=%ED%A0%80&is=%00"),
    ("GET", "/tallies/0/visits?code=%00"), ("GET", "/arrival?next=/%00"),
    ("POST", f"/people/1/sign-ins/{'%00' * 64}/loss"),
    ("POST", f"/people/1/sign-ins/{'²' * 64}/loss")])
def test_unstorable_values_find_nothing(world, method, path):
    assert ask(world, "son", method, path).status_code in (200, 404)
