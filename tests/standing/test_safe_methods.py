"""Who only looks changes nothing, nor whom another site sent: every change is a POST of ours."""

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

pytestmark = pytest.mark.once  # what a route writes, it writes into any database

LOOKING = ("GET", "HEAD", "OPTIONS")


def everything():
    """Return all rows of all tables, but when somebody was last seen."""
    return {table.__name__: sorted(repr(row) for row in table.select(
        *(field for field in table._meta.sorted_fields if field is not Session.seen_at)).tuples())
        for table in TABLES}


def test_no_get_changes_a_table(things, ask):  # noqa: F811
    looked = sorted({route.split()[1] for route in MATRIX if route.startswith("GET")})
    found = {role: things(role, "") for role in ROLES}
    for role in ROLES:
        ask(role, "GET", "/healthz")  # so that all are signed in
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
    assert everything() != before, "a change would be noticed"


@pytest.fixture
def posts(app, things):  # noqa: F811
    """Return [(path, marks)] of every POST, as the chair would make it."""
    return [(path_of(plain(rule.rule), things("chair", rule.rule)),
             getattr(app.view_functions[rule.endpoint], "marks", set()))
            for route, rule in routes(app).items() if route.startswith("POST")]


@pytest.mark.parametrize("foreign", [{"Origin": "https://elsewhere.example"},
                                     {"Sec-Fetch-Site": "cross-site"},
                                     {"Sec-Fetch-Site": "same-site"}])
def test_a_post_of_another_site_changes_nothing(posts, sign_in, busy, foreign):
    browser = sign_in(busy.son)
    before = everything()
    for path, marks in posts:
        wanted = 403 if "same_origin" in marks else 400
        assert browser.post(path, headers=foreign).status_code == wanted, path
    assert everything() == before and len(posts) > 15


def test_a_post_without_our_token_changes_nothing(posts, sign_in, busy):
    browser = sign_in(busy.son)
    before = everything()
    for path, marks in posts:
        if "same_origin" not in marks:
            assert browser.post(path).status_code == 400, path
    assert everything() == before


def test_where_no_token_is_asked_a_program_without_a_browser_may_ask(posts, sign_in, busy):
    """It has nobody's cookie but the one it was given; a browser names the page that asks."""
    untokened = {path for path, marks in posts if "same_origin" in marks}
    assert untokened == {"/sync", "/language", "/sign-out"}
    assert sign_in(busy.son).post("/language", data={"language": "en"}).status_code == 303
