"""Every response has the headers that docs/security.md documents."""

import re

import pytest

from .test_access_matrix import MATRIX, path_of, things  # noqa: F401
from .tree import read

pytestmark = pytest.mark.once  # the result does not depend on the database

TABLE = re.search(r"^## Headers\n(.*?)^## ", read("docs/security.md"), re.M | re.S)[1]
TOLD = dict(re.findall(r"^\| ([A-Z][\w-]+) \| (.+) \|$", TABLE, re.M))
ALWAYS = set(TOLD) - {"Strict-Transport-Security", "Vary"}
OF_ANY_ANSWER = {"Content-Type", "Content-Length", "Set-Cookie", "X-Request-ID", "Retry-After",
                 "Service-Worker-Allowed"}


def names(answer):
    """Return the names of a response's headers."""
    return {name for name, _value in answer.headers}


@pytest.mark.parametrize("who", ["out", "lan", "son"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"])
def test_every_response_of_every_route_has_the_headers(app, busy, sign_in, things, who, method):  # noqa: F811
    browser = app.test_client() if who == "out" else sign_in(getattr(busy, who))
    statuses = set()
    for route in sorted(MATRIX, key=lambda route: route == "POST /sign-out"):
        path = path_of(route.split()[1], things("chair", route))
        answer = browser.open(path, method=method)
        statuses.add(answer.status_code)
        assert names(answer) >= ALWAYS, f"{route}: {ALWAYS - names(answer)}"
        strange = {name for name in names(answer) if "-" in name} - OF_ANY_ANSWER - set(TOLD)
        assert not strange, f"{route}: {strange}"
        if answer.mimetype == "text/html":
            assert {"Cookie", "HX-Request"} <= set(answer.headers["Vary"].split(", ")), route
    assert len(statuses) > 1 or method in ("PUT", "TRACE")


@pytest.mark.parametrize("path", ["/sign-in", "/", "/households", "/pack", "/sw.js", "/healthz",
                                  "/manifest.webmanifest", "/nowhere", "/static/nothing.css"])
def test_header_values_equal_the_documented_ones(sign_in, cast, path):
    answer = sign_in(cast.lan).get(path)
    said = {"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()"}
    assert said == {name: answer.headers[name] for name in said}


@pytest.mark.parametrize("who", ["out", "lan", "son"])
def test_trace_method_is_not_allowed(app, busy, sign_in, things, who):  # noqa: F811
    browser = app.test_client() if who == "out" else sign_in(getattr(busy, who))
    style = f"/static/{app.extensions['static_version']}/css/app.css"
    for path in [style, *(path_of(route.split()[1], things("chair", route)) for route in MATRIX)]:
        answer = browser.open(path, method="TRACE", headers={"X-Said": "repeat me"})
        assert answer.status_code == 405, path
        assert "repeat me" not in answer.text + str(answer.headers), path


@pytest.mark.parametrize("path", [
    "/.git/config", "/.git/HEAD", "/.git/", "/app.py", "/Procfile", "/var/secret_key",
    "/static", "/static/", "/static/{version}", "/static/{version}/", "/static/{version}/css",
    "/static/{version}/css/", "/static/{version}/../../app.py", "/static/../app.py",
    "/static/{version}/..%2f..%2fapp.py", "/static/{version}/%2e%2e/%2e%2e/app.py",
    "/static/.git/config", "/static//etc/passwd", "/teamapp/static/css/app.css"])
def test_no_directory_listing_and_no_internal_file_is_served(app, sign_in, cast, path):
    path = path.format(version=app.extensions["static_version"])
    for browser in (app.test_client(), sign_in(cast.lan)):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert not re.search(r"repositoryformatversion|create_app|app\.css<|gunicorn|root:",
                             answer.text)


def test_error_responses_have_the_headers(app, sign_in, cast):
    def fail():
        raise ValueError

    app.add_url_rule("/fails", "fails", fail)
    browser = sign_in(cast.lan)
    for status, answer in (
            (404, browser.get("/nothing-here")), (404, browser.get("/static/nothing.css")),
            (405, browser.delete("/")), (500, browser.get("/fails")),
            (413, browser.post("/sign-in", data={"username": "x" * 2_000_000})),
            (400, browser.post("/outbox-files")), (415, browser.post("/sync", data="x"))):
        assert answer.status_code == status
        assert names(answer) >= ALWAYS, status
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_response_with_a_body_has_a_content_type(app, sign_in, cast):
    browser, version = sign_in(cast.lan), app.extensions["static_version"]
    for path, kind in (("/", "text/html; charset=utf-8"), ("/nowhere", "text/html; charset=utf-8"),
                       ("/sw.js", "text/javascript; charset=utf-8"),
                       ("/healthz", "application/json"), ("/pack", "application/x-ndjson"),
                       ("/manifest.webmanifest", "application/manifest+json"),
                       (f"/static/{version}/css/app.css", 'text/css; charset="utf-8"'),
                       (f"/static/{version}/icons/icon.svg", "image/svg+xml")):
        assert browser.get(path).headers["Content-Type"] == kind


def test_content_security_policy_allows_nothing_inline(client):
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
                      "form-action 'self'", "script-src 'self'"):
        assert directive in policy.split("; ")
    assert not re.search(r"unsafe|\*|https?:", policy)


@pytest.mark.parametrize(("status", "method", "headers"), [
    (200, "GET", {}), (200, "HEAD", {}), (405, "POST", {}), (405, "OPTIONS", {}),
    (304, "GET", {"If-Modified-Since": "Fri, 31 Dec 2100 23:59:59 GMT"}),
    (206, "GET", {"Range": "bytes=0-9"}), (416, "GET", {"Range": "bytes=999999999-"})])
def test_static_file_response_has_its_own_headers(app, client, status, method, headers):
    style = f"/static/{app.extensions['static_version']}/css/app.css"
    answer = client.open(style, method=method, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
