"""Access of every role to every route, for own, foreign and missing objects."""

import re
from types import FunctionType
from uuid import uuid4

import pytest

from teamapp import access, clock
from teamapp.models import Change, Device, LostPhone, RejectedEntry, Round, Session, Visit

from .tree import read

ROLES = ("out", "member", "leader", "officer", "chair", "stranger", "strange chair")


def people(out, member=None, officer=None, chair=None, leader=None):
    """Return the status for each role; roles that are left out are rejected."""
    member, officer = member or 403, officer or 403
    chair, leader = chair or officer, leader or member
    return {"out": out, "member": member, "leader": leader, "officer": officer, "chair": chair,
            "stranger": member, "strange chair": chair}


def everybody(status):
    """Return the same status for every role."""
    return people(status, status, status)


PAGE, FORM, PROGRAM = 302, 401, 401  # statuses of a signed-out request

# One line per route: the status each role gets for its own objects.
MATRIX = {
    "GET /healthz": everybody(200),
    "GET /readyz": everybody(200),
    "GET /metrics": everybody(404),
    "GET /sign-in": everybody(200),
    "POST /sign-in": everybody(422),
    "GET /card": everybody(200),
    "POST /card": everybody(404),
    "POST /card/secret": everybody(404),
    "POST /sign-out": everybody(303),
    "GET /me": people(PAGE, member=200),
    "GET /me/secret": people(PAGE, member=200, officer=200),
    "POST /me/secret": people(FORM, member=422, officer=422),
    "POST /language": people(FORM, member=400, officer=400),
    "GET /arrival": people(PAGE, member=200, officer=200),
    "GET /no-network": everybody(200),
    "GET /sw.js": everybody(200),
    "GET /manifest.webmanifest": everybody(200),
    "GET /pack": people(PROGRAM, member=200, officer=200),
    "POST /sync": people(PROGRAM, member=415, officer=415),
    "GET /outbox-files": people(PAGE, member=200, officer=200),
    "POST /outbox-files": people(FORM, member=422, officer=422),
    "GET /rejected-entries": people(PAGE, member=200, officer=200),
    "GET /rejected-entries/<item_id>/resubmission": people(PAGE, leader=200, officer=200),
    "POST /rejected-entries/<item_id>/resubmission": people(FORM, leader=422, officer=422),
    "POST /rejected-entries/<item_id>/settlement": people(FORM, member=303, officer=303),
    "GET /records/<record_id>/entries/<kind>": people(PAGE, leader=200, officer=200),
    "POST /records/<record_id>/entries/<kind>": people(FORM, leader=422, officer=422),
    "GET /reviews": people(PAGE, leader=302, officer=302),
    "POST /changes/<change_id>/settlement": people(FORM, leader=400, officer=400),
    "POST /visits/<visit_id>/review": people(FORM, leader=400, officer=400),
    "GET /": people(PAGE, member=200, officer=302),
    "GET /households": people(PAGE, member=200, officer=200),
    "GET /households/<household_id>": people(PAGE, member=200, officer=200),
    "GET /visits/parts": people(PAGE, member=200),
    "GET /outbox": people(PAGE, member=200),
    "GET /rounds": people(PAGE, officer=200),
    "GET /rounds/new": people(PAGE, officer=200),
    "POST /rounds": people(FORM, officer=422),
    "POST /rounds/proposal": people(FORM, officer=200),
    "GET /rounds/<round_id>": people(PAGE, officer=200),
    "POST /rounds/<round_id>": people(FORM, officer=422),
    "GET /rounds/<round_id>/edit": people(PAGE, officer=200),
    "POST /rounds/<round_id>/proposal": people(FORM, officer=200),
    "POST /rounds/<round_id>/publication": people(FORM, chair=409),
    "POST /rounds/<round_id>/removal": people(FORM, officer=303),
    "POST /rounds/<round_id>/allocation": people(FORM, officer=303),
    "GET /rounds/<round_id>/villages/<village_id>": people(PAGE, officer=200),
    "POST /rounds/<round_id>/villages/<village_id>/assignments": people(FORM, officer=422),
    "POST /rounds/<round_id>/villages/<village_id>/allocation": people(FORM, officer=422),
    "POST /rounds/<round_id>/villages/<village_id>/removals": people(FORM, officer=422),
    "GET /rounds/<round_id>/villages/<village_id>/houses": people(PAGE, officer=200),
    "POST /rounds/<round_id>/villages/<village_id>/houses": people(FORM, officer=422),
    "GET /tallies": people(PAGE, officer=200),
    "GET /tallies/<village_id>": people(PAGE, officer=200),
    "GET /tallies/<village_id>/<figure>": people(PAGE, officer=200),
    "GET /villages": people(PAGE, officer=200),
    "GET /villages/new": people(PAGE, officer=200),
    "POST /villages": people(FORM, officer=422),
    "GET /villages/paste": people(PAGE, officer=200),
    "POST /villages/proposal": people(FORM, officer=422),
    "POST /villages/list": people(FORM, officer=422),
    "GET /villages/order": people(PAGE, officer=200),
    "POST /villages/order": people(FORM, officer=422),
    "GET /villages/<village_id>": people(PAGE, officer=200),
    "POST /villages/<village_id>": people(FORM, officer=422),
    "POST /villages/<village_id>/closure": people(FORM, officer=409),
    "POST /villages/<village_id>/reopening": people(FORM, officer=303),
    "GET /people": people(PAGE, leader=200, officer=200),
    "GET /people/new": people(PAGE, officer=200),
    "POST /people/proposal": people(FORM, officer=200),
    "POST /people": people(FORM, officer=422),
    "GET /people/lists/new": people(PAGE, officer=200),
    "POST /people/lists/preview": people(FORM, officer=422),
    "POST /people/lists": people(FORM, officer=422),
    "GET /people/<person_id>/edit": people(PAGE, officer=200),
    "POST /people/<person_id>": people(FORM, officer=422),
    "GET /people/<person_id>/placement": people(PAGE, officer=200),
    "POST /people/<person_id>/placement": people(FORM, officer=422),
    "GET /people/<person_id>": people(PAGE, leader=200, officer=200),
    "POST /people/cards": people(FORM, leader=422, officer=422),
    "POST /people/<person_id>/cards": people(FORM, leader=200, officer=200),
    "POST /people/<person_id>/deactivation": people(FORM, leader=303, officer=303),
    "POST /people/<person_id>/reactivation": people(FORM, leader=303, officer=303),
    "POST /people/<person_id>/sign-ins/<sign_in>/termination": people(
        FORM, leader=303, officer=303),
    "POST /people/<person_id>/sign-ins/<sign_in>/loss": people(FORM, leader=303, officer=303),
    "POST /people/<person_id>/devices/<device_id>/clearance": people(
        FORM, leader=303, officer=303),
    "GET /devices": people(PAGE, leader=200, officer=200),
    "GET /me/devices": people(PAGE, member=200, officer=200),
    "GET /lost-phones": people(PAGE, leader=200, officer=200),
    "POST /lost-phones/<loss_id>/decision": people(FORM, officer=422),
    "GET /targets": people(PAGE, officer=200),
    "POST /targets": people(FORM, chair=422),
    "GET /deeds": people(PAGE, officer=200),
    "GET /export": people(PAGE, chair=200),
    "POST /export": people(FORM, chair=422),
}


def routes(app):
    """Return {"GET /rounds/<round_id>": rule} of all routes."""
    return {f"{method} {plain(rule.rule)}": rule for rule in app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}}


def plain(rule):
    """Return a rule without its converters."""
    return re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"<\1>", rule)


def test_matrix_contains_every_route(app):
    assert set(routes(app)) == set(MATRIX)


def test_every_route_is_classified(app):
    """A route has marks of access.py, or none: it requires a sign-in with any role."""
    known = {name for name, value in vars(access).items() if isinstance(value, FunctionType)
             and value.__qualname__ == "_mark.<locals>.mark"}
    assert {"public", "commune_only", "chair_only", "field_only", "lead_only",
            "same_origin"} <= known
    for route, rule in routes(app).items():
        marks = getattr(app.view_functions[rule.endpoint], "marks", set())
        assert marks <= known, route
        assert len(marks & {"public", "field_only", "lead_only", "commune_only",
                            "chair_only"}) <= 1, route
        if rule.rule.startswith("/targets"):
            assert marks, route


@pytest.fixture
def person(busy):
    """Return the people by role."""
    return {"out": None, "member": busy.lan, "leader": busy.tu, "officer": busy.hanh,
            "chair": busy.son, "stranger": busy.kien, "strange chair": busy.chau}


@pytest.fixture
def things(busy, draft):
    """Return a function that returns {parameter: {whose: id}} from the view of one role."""
    far = busy.person("xa", "member", "Lò Thị Xa", busy.suoi_la)
    found = {
        "round_id": {"own": 0, "other": 0, "missing": 2_000_000},
        "village_id": {"own": busy.cau_van.id, "other": busy.suoi_la.id, "missing": 2_000_000},
        "household_id": {"own": busy.bre.id, "next": busy.hlan.id, "other": busy.kin.id,
                         "missing": uuid4()},
        "figure": {"own": "visits"},
        "person_id": {"own": busy.binh.id, "other": far.id, "missing": 2_000_000},
        "item_id": {"own": RejectedEntry.get(RejectedEntry.user == busy.lan).id,
                    "other": RejectedEntry.get(RejectedEntry.user == busy.kien).id,
                    "missing": 2_000_000},
        "change_id": {"own": change_of(busy.lan), "other": change_of(busy.kien),
                      "missing": uuid4()},
        "visit_id": {"own": Visit.get(Visit.member == busy.lan).id,
                     "other": Visit.get(Visit.member == busy.kien).id, "missing": uuid4()},
        "record_id": {"own": Visit.get(Visit.member == busy.lan).id,
                      "other": Visit.get(Visit.member == busy.kien).id, "missing": uuid4()},
        "kind": {"own": "visits.correct"},
        "sign_in": {"own": sign_in_of(busy.binh), "other": sign_in_of(far),
                    "missing": "0" * 64},
        "device_id": {"own": device_of(busy.binh), "other": device_of(far), "missing": uuid4()},
        "loss_id": {"own": loss_of(busy.binh), "other": loss_of(far), "missing": 2_000_000},
    }

    def seen_by(role, rule):
        for author, house in ((busy.lan, busy.bre), (busy.kien, busy.kin)):
            RejectedEntry.update(settled_at=None, body=f"household={house.id}").where(
                RejectedEntry.user == author).execute()
        for whose, by, village in (("own", busy.son, busy.cau_van),
                                   ("other", busy.chau, busy.suoi_la)):
            if not Round.get_or_none(Round.id == found["round_id"][whose]):  # removed by a request
                found["round_id"][whose] = draft(by, village).id
        if not role.startswith("strange"):
            return found
        swapped = {"own": "other", "other": "own", "missing": "missing"}
        return {name: {swapped[whose]: id for whose, id in ids.items() if whose in swapped}
                if "other" in ids else ids for name, ids in found.items()}

    return seen_by


def sign_in_of(user):
    """Return the id of a sign-in of this person."""
    return Session.digest(Session.begin(user))


def device_of(user):
    """Return the id of a phone of this person."""
    return Device.create(id=uuid4(), user=user, commune=user.commune, seen_at=clock.now()).id


def loss_of(user):
    """Return the id of a lost phone of this person."""
    LostPhone.report(user, [Session.get_by_id(sign_in_of(user))], user)
    return LostPhone.get(LostPhone.user == user).id


def change_of(user):
    """Return the id of a change of this person's visit that waits."""
    visit = Visit.get(Visit.member == user)
    return Change.create(
        id=uuid4(), commune=user.commune, village=user.village, visit=visit, by=user,
        reason="mistake", recorded_at=clock.now(), received_at=clock.now(), receipt=visit.receipt,
        state="waiting", flag="changed_late").id


@pytest.fixture
def ask(app, sign_in, token, person):
    """Return a function that makes one request with one role."""
    browsers = {}

    def browser_of(role):
        browser = sign_in(person[role]) if person[role] else app.test_client()
        return browser, {"X-CSRFToken": token(browser)}

    def send(role, method, path):
        if role not in browsers:
            browsers[role] = browser_of(role)
        browser, headers = browsers.pop(role) if path == "/sign-out" else browsers[role]
        return browser.open(path, method=method, headers=headers if method == "POST" else {})

    return send


def cases(rule, found):
    """Yield (whose, {parameter: id}): all own, then one parameter at a time foreign."""
    mine = {name: found[name]["own"] for name in re.findall(r"<(\w+)>", rule)}
    yield "own", mine
    for name in mine:
        for whose in ("next", "other", "missing"):
            if whose in found[name]:
                yield whose, mine | {name: found[name][whose]}


def filled(rule, values):
    """Return the path of a rule for these ids."""
    return re.sub(r"<(\w+)>", lambda name: str(values[name[1]]), rule)


ALIKE = {"POST /rounds/<round_id>/removal"}  # removing a missing object succeeds


def expected(status, role, whose, route):
    """Return the expected status, given the status for own objects."""
    if status in (401, 403) or role == "out" or whose == "own" or route in ALIKE:
        return status
    if whose == "next" and role in ("officer", "chair"):
        return status
    return 404


def bare(answer, path):
    """Return the parts of a response that must be equal for foreign and missing objects."""
    token = r'(content="|X-CSRFToken&#34;: &#34;|X-CSRFToken": "|name="csrf_token"[^>]*value=")'
    body = re.sub(token + r"[\w.-]{60,}", "", answer.text.replace(path, ""))
    told = {name: value.replace(path, "") for name, value in answer.headers
            if name not in ("X-Request-ID", "Date", "Content-Length", "Set-Cookie")}
    return answer.status_code, told, body


def test_every_role_gets_the_status_of_the_matrix(things, ask):
    deviations, asked = [], 0
    for route, row in MATRIX.items():
        method, rule = route.split()
        for role in ROLES:
            seen = {}
            for whose, values in cases(rule, things(role, rule)):
                path = filled(rule, values)
                answer, wanted = ask(role, method, path), expected(row[role], role, whose, route)
                asked += 1
                seen.setdefault(whose, []).append(bare(answer, path))
                if answer.status_code != wanted:
                    deviations.append(f"{role}: {method} {path} ({whose}) gave "
                                      f"{answer.status_code} instead of {wanted}")
            if seen.get("other") != seen.get("missing"):
                deviations.append(f"{role}: {route} tells a foreign thing from a missing one")
    assert not deviations, "\n".join(deviations)
    assert asked > 300


def path_of(rule, found):
    """Return the path of a rule for own objects."""
    return filled(rule, {name: ids["own"] for name, ids in found.items()})


def test_signed_out_partial_request_gets_401_instead_of_a_redirect(client, things):
    for route, row in MATRIX.items():
        method, rule = route.split()
        if method == "GET" and row["out"] == PAGE:
            path = path_of(rule, things("out", rule))
            assert client.get(path, headers={"HX-Request": "true"}).status_code == 401, route


def test_ended_session_grants_no_access(app, sign_in, busy):
    browser = sign_in(busy.lan)
    copy = app.test_client()
    copy.set_cookie("session", browser.get_cookie("session").value)
    assert copy.get("/households").status_code == 200
    browser.post("/sign-out")
    assert copy.get("/households").status_code == 302
    assert copy.post("/sync", json={}).status_code == 401


def test_documented_matrix_equals_the_tested_one():
    rows = re.findall(r"^\| `((?:GET|POST) /\S*)` \| (.+?) \|", read("docs/security.md"), re.M)
    told = dict(rows)
    assert set(told) == {re.sub(r"<\w+>", "<id>", route).replace("<id>/<id>", "<id>/<figure>")
                         for route in MATRIX}
    for route, row in MATRIX.items():
        name = re.sub(r"<\w+>", "<id>", route).replace("<id>/<id>", "<id>/<figure>")
        assert told[name] == words(row), route


def words(row):
    """Return the roles with access in the words of docs/security.md."""
    inside = {role for role in ROLES if row[role] not in (401, 403)
              and not (role == "out" and row[role] == PAGE)}
    return {("chair",): "chair", ("chair", "officer"): "officer, chair",
            ("leader", "member"): "member, leader",
            ("chair", "leader", "officer"): "leader, officer, chair",
            ("chair", "leader", "member", "officer"): "signed in",
            ("chair", "leader", "member", "officer", "out"): "everybody"}[
        tuple(sorted(inside - {"stranger", "strange chair"}))]
