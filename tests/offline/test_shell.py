"""The service worker, its files, the manifest and the offline page."""

import re
import subprocess

import pytest

from teamapp.scripts import (
    APP,
    OUTBOX,
    SERVED,
    WORKER,
    bare,
    body,
    outbox_scripts,
    with_imports,
)

from ..conftest import make_app

pytestmark = pytest.mark.once  # the result does not depend on the database


@pytest.fixture
def worker(client):
    """Return the response with the service worker."""
    return client.get("/sw.js")


def files(worker):
    """Return the paths of the files the worker caches."""
    return re.search(r'const FILES = "(.*?)"', worker.get_data(as_text=True))[1].split(" ")


def test_worker_is_revalidated_and_sent_once(client, worker):
    assert worker.status_code == 200 and worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Service-Worker-Allowed"] == "/"
    again = client.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_disabled_worker_unregisters_itself(databases, template_database, var, worker):
    off = make_app(databases.new(like=template_database), var, WORKER="off").test_client()
    answer = off.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"]})
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    text = answer.get_data(as_text=True)
    assert "registration.unregister" in text and "fetch" not in text and "tungnha" not in text
    assert not any("sw-off" in path for path in files(worker)), "the shell has it"


def test_worker_has_no_unfilled_placeholder(app, worker):
    text = worker.get_data(as_text=True)
    assert "{{ " not in text and f'"{app.extensions["static_version"]}"' in text


IMPORT = re.compile(r'^import .*?"([^"]+)";', re.MULTILINE)


def test_worker_imports_one_versioned_and_cached_module(app, worker):
    path = f"/static/{app.extensions['static_version']}/{OUTBOX}"
    assert IMPORT.findall(worker.get_data(as_text=True)) == [path]
    assert path in files(worker)


def test_page_loads_two_modules_at_once(app, client, cast, sign_in):
    """A module that only another one names would wait for it."""
    version = app.extensions["static_version"]
    script = client.get(f"/static/{version}/{APP}").text
    assert IMPORT.findall(script) == ["./outbox.js"]
    for page in (sign_in(cast.lan).get("/arrival").text, sign_in(cast.hanh).get("/tallies").text):
        assert f'rel="modulepreload" href="/static/{version}/{OUTBOX}"' in page
        assert f'src="/static/{version}/{APP}"' in page


@pytest.mark.parametrize("name", [*SERVED, WORKER])
def test_joined_module_is_valid(app, client, tmp_path, name):
    path = "/sw.js" if name == WORKER else f"/static/{app.extensions['static_version']}/{name}"
    module = tmp_path / "joined.mjs"
    module.write_text(client.get(path).get_data(as_text=True), "utf-8")
    subprocess.run(["node", "--check", str(module)], check=True, timeout=60)


def test_each_script_stands_in_one_module_after_those_it_imports(app, client):
    version = app.extensions["static_version"]
    shared, page = (client.get(f"/static/{version}/{name}").text for name in (OUTBOX, APP))
    order = with_imports(APP)
    for place, script in enumerate(order):
        assert set(with_imports(script)) <= set(order[:place + 1])
        code = bare(body(script))
        holds = (shared.count(code), page.count(code))
        assert holds == ((1, 0) if script in outbox_scripts() else (0, 1)), script


def test_served_code_has_no_comment_and_every_string():
    source = """// of the whole line
/** and this */
const url = "http://x // y"; // behind a string
  const more = `a // b`; // with a "string"
"""
    assert bare(source) == """const url = "http://x // y";
const more = `a // b`; // with a "string"
"""
    assert not [line for script in with_imports(APP) for line in bare(body(script)).splitlines()
                if re.search(r"\s// ", line)]


def test_sign_in_page_prefetches_the_files_of_the_worker(client, worker):
    asked = re.findall(r'rel="prefetch" href="([^"]+)"', client.get("/sign-in").text)
    assert any(path.endswith(APP) for path in asked) and set(asked) <= set(files(worker))
    assert not any(path.endswith(OUTBOX) for path in asked), \
        "the worker imports it at once: a browser loads it twice, 10 kB"


def test_every_shell_file_is_served_and_every_script_is_included(client, worker):
    for path in files(worker):
        answer = client.get(path)
        assert answer.status_code == 200, path
        answer.close()
    names = {path.rsplit("/", 1)[-1] for path in files(worker)}
    assert names == {"outbox.js", "app.js", "sign_in.js", "app.css", "icon.svg", "icon-192.png",
                     "icon-512.png", "manifest.webmanifest"}
    assert not any("htmx" in name for name in names), "no page of a member uses it"


def test_manifest_makes_the_app_installable(client):
    answer = client.get("/manifest.webmanifest")
    facts = answer.get_json(force=True)
    assert answer.mimetype == "application/manifest+json"
    assert facts["lang"] == "vi" and facts["name"] == "Từng Nhà"
    assert (facts["display"], facts["start_url"], facts["scope"]) == ("standalone", "/", "/")
    icons = {(icon["sizes"], icon["purpose"]) for icon in facts["icons"]}
    assert icons >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in facts["icons"]:
        answer = client.get(icon["src"])
        assert answer.status_code == 200
        answer.close()


def test_offline_page_is_the_same_for_every_user(cast, client, sign_in):
    signed_in = sign_in(cast.lan).get("/no-network")
    assert signed_in.data == client.get("/no-network").data
    assert 'data-user=""' in signed_in.get_data(as_text=True)


def test_first_visit_fits_its_budget(client, worker):
    paths = {"/sign-in", "/sw.js", *files(worker)}
    weights = {path: len(client.get(path, headers={"Accept-Encoding": "br"}).data)
               for path in paths}
    scripts = sum(weight for path, weight in weights.items() if path.endswith(".js"))
    assert scripts <= 31_000, weights
    assert sum(weights.values()) + 350 * len(weights) <= 60_000, weights  # with their headers
    assert len(weights) <= 26, "each costs a round trip on 3G"
