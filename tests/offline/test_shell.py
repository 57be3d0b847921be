"""The service worker, its files, the manifest and the offline page."""

import json
import posixpath
import re

import pytest

from teamapp.static_files import imported_by, page_scripts

from ..conftest import make_app

pytestmark = pytest.mark.once  # the result does not depend on the database


@pytest.fixture
def worker(client):
    """Return the response with the service worker."""
    return client.get("/sw.js")


def files(worker):
    """Return the paths of the files the worker caches."""
    return json.loads(re.search(r"const FILES = (\[.*?\]);", worker.get_data(as_text=True))[1])


def page_scripts_file(worker):
    """Return the path of the file with all scripts that only pages use."""
    return re.search(r'const PAGE_SCRIPTS = "(.*)";', worker.get_data(as_text=True))[1]


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
    assert "{{" not in text and f'"{app.extensions["static_version"]}"' in text


def test_worker_imports_are_versioned_and_cached(app, worker):
    imports = re.findall(r'^import .*?"([^"]+)"', worker.get_data(as_text=True), re.MULTILINE)
    version = app.extensions["static_version"]
    assert imports and all(path.startswith(f"/static/{version}/") for path in imports)
    needed_by_pages = {path for path in imports if "/js/worker/" not in path}
    assert needed_by_pages and needed_by_pages <= set(files(worker))


def test_worker_imports_load_in_one_round_trip(app, worker):
    """The worker imports transitive imports itself, as each level costs a round trip."""
    named = re.findall(r'^import .*?"([^"]+)"', worker.get_data(as_text=True), re.MULTILINE)
    version = app.extensions["static_version"]
    assert sorted(named) == [f"/static/{version}/{name}" for name in imported_by("sw.js")]
    assert {"js/outbox/sealing.js", "vendor/idb.js"} <= set(imported_by("sw.js"))


def test_scripts_of_pages_come_in_one_file(app, client, worker):
    """One file saves requests of a first visit; the worker splits it at the marker lines."""
    text = client.get(page_scripts_file(worker)).get_data(as_text=True)
    _, *parts = text.split("//script ")
    given = dict(part.split("\n", 1) for part in parts)
    assert [f"js/{name}" for name in given] == page_scripts()
    version = app.extensions["static_version"]
    for name, code in given.items():
        answer = client.get(f"/static/{version}/js/{name}")
        assert answer.get_data(as_text=True) == code, name
        answer.close()


def test_sign_in_page_prefetches_the_files_of_the_worker(client, worker):
    asked = re.findall(r'rel="prefetch" href="([^"]+)"', client.get("/sign-in").text)
    assert page_scripts_file(worker) in asked
    assert set(asked) - {page_scripts_file(worker)} <= set(files(worker))


def test_arrival_page_preloads_all_scripts(app, cast, sign_in):
    page = sign_in(cast.lan).get("/arrival").text
    version = app.extensions["static_version"]
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', page)
    assert named == [f"/static/{version}/{name}" for name in imported_by("js/app.js")]


def test_app_script_imports_all_scripts_directly(app, client):
    """Transitive imports would exceed the time-out of an update on a slow connection."""
    script = client.get(f"/static/{app.extensions['static_version']}/js/app.js").text
    named = re.findall(r'^(?:import|\} from) .*?"([^"]+)";$', script, re.MULTILINE)
    found = {posixpath.normpath(posixpath.join("js", target)) for target in named}
    assert sorted(found) == imported_by("js/app.js")


def test_every_shell_file_is_served_and_every_script_is_included(client, worker):
    for path in files(worker):
        answer = client.get(path)
        assert answer.status_code == 200, path
        answer.close()
    names = {path.rsplit("/", 1)[-1] for path in files(worker)}
    kept = {path.split("/", 3)[-1] for path in files(worker)} | set(page_scripts())
    assert {"js/app.js", "js/page/sign_in.js", *imported_by("js/app.js")} <= kept
    assert {"app.css", "idb.js", "icon.svg", "icon-192.png", "icon-512.png",
            "manifest.webmanifest"} <= names
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
    imports = re.findall(r'^import .*?"([^"]+)"', worker.get_data(as_text=True), re.MULTILINE)
    paths = {"/sign-in", "/sw.js", page_scripts_file(worker), *imports, *files(worker)}
    weights = {path: len(client.get(path, headers={"Accept-Encoding": "br"}).data)
               for path in paths}
    scripts = sum(weight for path, weight in weights.items() if path.endswith((".js", ".txt")))
    assert scripts <= 30_000, weights
    assert sum(weights.values()) + 350 * len(weights) <= 60_000, weights  # with their headers
    assert len(weights) <= 26, "each costs a round trip on 3G"
