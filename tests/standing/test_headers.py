"""The headers docs/security.md tells of are on every answer."""

import re

from .tree import read

TABLE = re.search(r"^## Headers\n(.*?)^## ", read("docs/security.md"), re.M | re.S)[1]
TOLD = dict(re.findall(r"^\| ([A-Z][\w-]+) \| (.+) \|$", TABLE, re.M))


def test_every_header_of_a_page_is_told(busy, sign_in):
    for browser, path in ((sign_in(busy.lan), "/households"), (sign_in(busy.son), "/tallies"),
                          (sign_in(busy.son), "/rounds/999"), (sign_in(busy.lan), "/sign-in"),
                          (sign_in(busy.lan), "/sw.js")):
        headers = browser.get(path).headers
        for name in set(TOLD) - {"Strict-Transport-Security", "Vary"}:
            assert name in headers, f"{path}: {name}"
        own = {name for name, _value in headers if "-" in name}
        assert own - {"Content-Type", "Content-Length", "Set-Cookie", "X-Request-ID",
                      "Service-Worker-Allowed"} <= set(TOLD), path


def test_the_content_policy_allows_nothing_inline(client):
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|\*|https?:", policy)


def test_data_and_files_carry_them_too(app, busy, sign_in):
    browser, always = sign_in(busy.lan), set(TOLD) - {"Strict-Transport-Security", "Vary"}
    style = f"/static/{app.extensions['static_version']}/css/app.css"
    for answer in (browser.get("/pack"), browser.post("/sync", json={}), browser.get("/readyz"),
                   browser.get("/nothing-here")):
        assert always <= {name for name, _value in answer.headers}
    file = browser.get(style).headers
    assert file["Content-Security-Policy"] == "default-src 'none'"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Cross-Origin-Resource-Policy"] == "same-origin"
