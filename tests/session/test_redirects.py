"""Redirects lead to sign-in and back, and never to another site."""

import pytest

from teamapp.access import own_path, programmatic

from ..cast import PIN

pytestmark = pytest.mark.once  # no database is asked anything of its own

FOREIGN = ["//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
           "https://evil.example", "javascript:alert(1)", "evil.example", "/\t/evil.example",
           "/\n/evil.example", " /x", "/x\r\nSet-Cookie: a=b", "/x\0", "/\u2028x", "/\ud800",
           "//[", "/\\[", "http://[", "/" + "x" * 5000, "?next=/", "#", "/a b", "/\x7f"]


@pytest.mark.parametrize("target", FOREIGN)
def test_redirect_never_leaves_the_site(client, cast, enter, target):
    assert own_path(target) == "/"
    form_target = target.replace("\ud800", "\0")  # no browser can send half a letter
    assert enter(client, "lan", PIN, next=form_target).location == "/arrival?next=/"
    page = client.get("/arrival", query_string={"next": form_target})
    assert 'data-next="/"' in page.text
    page = client.get("/sign-in", query_string={"next": form_target})
    assert 'name="next" type="hidden" value="/"' in page.text


@pytest.mark.parametrize("target", ["/", "/households?q=le+van&page=2", "/tallies#v3",
                                    "/households?q=Điểu", "/a[b"])
def test_own_path_is_followed(client, cast, enter, target):
    answer = enter(client, "lan", PIN, next=target)
    assert answer.status_code == 303
    assert answer.location.startswith("/arrival?next=/")
    assert own_path(target) == target


def test_page_redirects_to_sign_in_and_back(client, cast, enter):
    answer = client.get("/arrival?next=/outbox")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/arrival?next%3D/outbox"
    page = client.get(answer.location)
    assert 'value="/arrival?next=/outbox"' in page.text


def test_partial_and_post_get_401_without_redirect(app, client, cast):
    app.add_url_rule("/a-page", "a_page", lambda: "", methods=["GET", "POST"])
    app.add_url_rule("/a-program", "a_program", programmatic(lambda: ""))
    assert client.get("/a-page").status_code == 302
    assert client.get("/a-page", headers={"HX-Request": "true"}).status_code == 401
    assert client.post("/a-page").status_code == 401
    assert client.get("/a-program").status_code == 401
    assert client.get("/a-program").is_json


def test_signed_in_post_needs_its_token(app, sign_in, cast):
    app.add_url_rule("/a-page", "a_page", lambda: "", methods=["GET", "POST"])
    assert sign_in(cast.lan).post("/a-page").status_code == 400
