"""The worker, its files, the manifest and the page for no network."""

import json
import re

import pytest

from teamapp.static_files import STATIC

from ..conftest import make_app

pytestmark = pytest.mark.once  # no database is asked anything of its own


@pytest.fixture
def worker(client):
    """Return the worker as it is served."""
    return client.get("/sw.js")


def files(worker):
    """Return the paths of the files it keeps."""
    return json.loads(re.search(r"const FILES = (\[.*?\]);", worker.get_data(as_text=True))[1])


def test_the_worker_is_asked_for_at_every_navigation_and_sent_once(client, worker):
    assert worker.status_code == 200 and worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Service-Worker-Allowed"] == "/"
    again = client.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_switched_off_it_is_another_that_goes_away(databases, template_database, var, worker):
    off = make_app(databases.new(like=template_database), var, WORKER="off").test_client()
    answer = off.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"]})
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    text = answer.get_data(as_text=True)
    assert "registration.unregister" in text and "fetch" not in text and "tungnha" not in text
    assert not any("sw-off" in path for path in files(worker)), "a first visit brings it along"


def test_nothing_is_left_to_be_filled_in(app, worker):
    text = worker.get_data(as_text=True)
    assert "{{" not in text and f'"{app.extensions["static_version"]}"' in text


def test_every_import_is_of_this_version_and_among_the_files(app, worker):
    imports = re.findall(r'^import .*?"([^"]+)"', worker.get_data(as_text=True), re.MULTILINE)
    version = app.extensions["static_version"]
    assert imports and all(path.startswith(f"/static/{version}/") for path in imports)
    assert set(imports) <= set(files(worker))


def test_all_that_the_worker_imports_comes_in_one_round_trip(worker):
    """What an imported script imports the worker imports too, or it is asked for a trip later."""
    def imported(text):
        return {path.rsplit("/", 1)[-1]
                for path in re.findall(r'^(?:import|\} from) .*?"([^"]+)"', text, re.MULTILINE)}
    named = imported(worker.get_data(as_text=True))
    behind = [imported((STATIC / "js" / name).read_text("utf-8"))
              for name in named if name != "idb.js"]
    assert set().union(*behind) <= named


def test_every_file_of_the_shell_is_served_and_every_script_is_in_it(client, worker):
    for path in files(worker):
        answer = client.get(path)
        assert answer.status_code == 200, path
        answer.close()
    names = {path.rsplit("/", 1)[-1] for path in files(worker)}
    assert {path.name for path in (STATIC / "js").glob("*.js")} <= names
    assert {"app.css", "idb.js", "icon.svg", "icon-192.png", "icon-512.png",
            "manifest.webmanifest"} <= names
    assert not any("htmx" in name for name in names), "no page of a member asks for it"


def test_the_manifest_makes_the_book_installable(client):
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


def test_the_page_for_no_network_is_for_whoever_holds_the_phone(cast, client, sign_in):
    signed_in = sign_in(cast.lan).get("/no-network")
    assert signed_in.data == client.get("/no-network").data
    assert 'data-user=""' in signed_in.get_data(as_text=True)


def test_a_first_visit_is_light(client, worker):
    weights = {path: len(client.get(path, headers={"Accept-Encoding": "br"}).data)
               for path in ["/sign-in", "/sw.js", *files(worker)]}
    scripts = sum(weight for path, weight in weights.items() if path.endswith(".js"))
    assert scripts <= 30_000, weights
    assert sum(weights.values()) + 350 * len(weights) <= 60_000, weights  # with their headers
    assert len(weights) <= 18, "each costs a round trip on 3G"
