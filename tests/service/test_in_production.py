"""APP_ENV=production behind a proxy that terminates TLS."""

import re
from http.cookies import SimpleCookie

import pytest

from teamapp.web import SECURITY_HEADERS
from tests.cast import PIN
from tests.conftest import make_app

pytestmark = pytest.mark.once  # independent of the database

HOST, FOREIGN = "so.example", "foreign.example"
KEY = "8f3k2-Lq0zX7-mW9aT1-bN4cV6-eR5yU8-iO3pS2"


@pytest.fixture
def serve(app, cast, var):
    """Return a function that starts the app in production behind `hops` proxies."""
    made = []

    def start(hops, **more):
        url = app.extensions["config"].database_url
        made.append(make_app(url, var, APP_ENV="production", SECRET_KEY=KEY,
                             PROXY_HOPS=str(hops), **more))
        made[-1].extensions["database"].connect()
        return made[-1].test_client()

    yield start
    for one in made:
        one.extensions["database"].close_all()


def forwarded(**more):
    """Return the headers that a TLS-terminating proxy adds."""
    return {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": HOST, **more}


def enter(browser):
    """Sign in through the proxy and return the answer."""
    form = browser.get("/sign-in", headers=forwarded(), base_url=f"https://{HOST}")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)[1]
    return browser.post("/sign-in", base_url=f"https://{HOST}",
                        data={"csrf_token": token, "username": "lan", "secret": PIN},
                        headers=forwarded(Referer=f"https://{HOST}/sign-in"))


def cookies(answer):
    """Return {name: attributes} of the cookies a response sets."""
    found = SimpleCookie()
    for line in answer.headers.getlist("Set-Cookie"):
        found.load(line)
    return found


def test_sets_every_cookie_for_this_host_over_tls_only(serve):
    browser = serve(1)
    answer = enter(browser)
    assert answer.status_code == 303
    set_at_entry = cookies(answer)
    out = browser.post("/sign-out", headers=forwarded(), base_url=f"https://{HOST}")
    assert set(set_at_entry) == {"__Host-session", "__Host-device", "__Host-person"}
    assert set(cookies(out)) == {"__Host-session"}
    for cookie in (*set_at_entry.values(), *cookies(out).values()):
        assert cookie["secure"] and cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


def test_accepts_a_form_over_tls_from_own_pages_only(serve):
    browser = serve(1)
    enter(browser)
    page = browser.get("/outbox-files", headers=forwarded(), base_url=f"https://{HOST}")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    for referer, status in ((f"https://{HOST}/outbox-files", 422), (f"http://{HOST}/", 400),
                            (f"https://{FOREIGN}/", 400), ("", 400)):
        answer = browser.post("/outbox-files", data={"csrf_token": token},
                              base_url=f"https://{HOST}", headers=forwarded(Referer=referer))
        assert answer.status_code == status, referer


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/sw.js", "/static/…"])
def test_sends_hsts_over_tls_only(serve, path):
    browser = serve(1)
    path = path.replace("…", f"{browser.application.extensions['static_version']}/css/app.css")
    said = browser.get(path, headers=forwarded()).headers["Strict-Transport-Security"]
    assert said == "max-age=31536000; includeSubDomains"
    plain = browser.get(path, headers=forwarded(**{"X-Forwarded-Proto": "http"}))
    assert "Strict-Transport-Security" not in plain.headers


def test_trusts_no_forwarded_header_without_a_proxy(serve):
    browser = serve(0, METRICS_FROM="203.0.113.9")
    answer = browser.get("/sign-in", headers=forwarded(**{"X-Forwarded-Prefix": "/elsewhere"}))
    assert "Strict-Transport-Security" not in answer.headers
    assert "elsewhere" not in answer.text
    assert browser.get("/metrics", headers=forwarded()).status_code == 404
    assert browser.post("/sign-out", headers=forwarded(Origin=f"https://{HOST}")).status_code == 403


def test_trusts_only_the_last_proxy_with_one_hop(serve):
    browser = serve(1, METRICS_FROM="203.0.113.9")
    claimed = forwarded(**{"X-Forwarded-For": "203.0.113.9, 198.51.100.7",
                           "X-Forwarded-Proto": "https, http",
                           "X-Forwarded-Host": f"{FOREIGN}, {HOST}"})
    assert browser.get("/metrics", headers=claimed).status_code == 404
    assert browser.get("/metrics", headers=forwarded()).status_code == 200
    answer = browser.post("/sign-out", headers=claimed | {"Origin": f"http://{HOST}"})
    assert answer.status_code == 303
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/households", "/sign-in?next=/outbox", "//households",
                                  "/households//x", "/nowhere", "/arrival", "/sw.js", "/pack",
                                  "/manifest.webmanifest", "/no-network"])
def test_no_response_repeats_a_claimed_host(serve, path):
    """A cached page or link must not lead to another host."""
    browser = serve(0)
    for headers in ({"Host": FOREIGN}, {"Host": f"{HOST}:1@{FOREIGN}"},
                    {"Host": HOST, "X-Forwarded-Host": FOREIGN}):
        answer = browser.get(path, headers=headers)
        assert answer.status_code < 500
        assert FOREIGN not in answer.text + str(answer.headers)
        assert answer.headers["Cache-Control"] == "no-store" or path in (
            "/sw.js", "/manifest.webmanifest")
        assert {name for name, _ in answer.headers} >= set(SECURITY_HEADERS)


def test_sign_in_over_plain_http_says_that_https_is_missing(serve):
    answer = serve(0).post("/sign-in", base_url=f"http://{HOST}",
                           data={"csrf_token": "x", "username": "lan", "secret": PIN})
    assert answer.status_code == 400
    assert "Thiếu HTTPS" in answer.text and "mở đã lâu" not in answer.text
    answer = serve(1).post("/sign-in", base_url=f"https://{HOST}", headers=forwarded(),
                           data={"csrf_token": "x", "username": "lan", "secret": PIN})
    assert answer.status_code == 400 and "mở đã lâu" in answer.text
