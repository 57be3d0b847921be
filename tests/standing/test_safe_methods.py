"""Safe methods and cross-site requests change nothing: every change is a same-origin POST."""

import pytest

from teamapp.models import TABLES, Session

from .test_access_matrix import (  # noqa: F401
    MATRIX,
    ROLES,
    ask,
    cases,
    filled,
    path_of,
    person,
    plain,
    routes,
    things,
)

pytestmark = pytest.mark.once  # the result does not depend on the database

LOOKING = ("GET", "HEAD", "OPTIONS")


def everything():
    """Return all rows of all tables, without the time a session was last used."""
    return {table.__name__: sorted(repr(row) for row in table.select(
        *(field for field in table._meta.sorted_fields if field is not Session.seen_at)).tuples())
        for table in TABLES}


def test_no_safe_method_changes_a_table(things, ask):  # noqa: F811
    looked = sorted({route.split()[1] for route in MATRIX if route.startswith("GET")})
    found = {role: things(role, "") for role in ROLES}
    for role in ROLES:
        ask(role, "GET", "/healthz")  # signs every role in
    before, pages = everything(), 0
    for rule in looked:
        for role in ROLES:
            for method in LOOKING:
                for _, values in cases(rule, found[role]):
                    answer = ask(role, method, filled(rule, values))
                    pages += answer.status_code == 200 and method == "GET"
        assert everything() == before, rule
    assert len(looked) > 25 and pages > 100
    [made] = [rule for rule in MATRIX if rule.endswith("<round_id>/removal")]
    ask("chair", "POST", filled(made.split()[1], {"round_id": found["chair"]["round_id"]["own"]}))
    assert everything() != before, "a change is detected"


@pytest.fixture
def posts(app, things):  # noqa: F811
    """Return [(path, marks)] of every POST route, with ids visible to the chair."""
    return [(path_of(plain(rule.rule), things("chair", rule.rule)),
             getattr(app.view_functions[rule.endpoint], "marks", set()))
            for route, rule in routes(app).items() if route.startswith("POST")]


@pytest.mark.parametrize("foreign", [{"Origin": "https://elsewhere.example"},
                                     {"Sec-Fetch-Site": "cross-site"},
                                     {"Sec-Fetch-Site": "same-site"}])
def test_cross_site_post_changes_nothing(posts, sign_in, busy, foreign):
    browser = sign_in(busy.son)
    before = everything()
    for path, marks in posts:
        wanted = 403 if "same_origin" in marks else 400
        assert browser.post(path, headers=foreign).status_code == wanted, path
    assert everything() == before and len(posts) > 15


def test_post_without_csrf_token_changes_nothing(posts, sign_in, busy):
    browser = sign_in(busy.son)
    before = everything()
    for path, marks in posts:
        if "same_origin" not in marks:
            assert browser.post(path).status_code == 400, path
    assert everything() == before


def test_routes_without_csrf_token_accept_non_browser_clients(posts, sign_in, busy):
    """Such a client has no ambient cookies; a browser sends Origin or Sec-Fetch-Site."""
    untokened = {path for path, marks in posts if "same_origin" in marks}
    assert untokened == {"/sync", "/language", "/sign-out"}
    assert sign_in(busy.son).post("/language", data={"language": "en"}).status_code == 303
