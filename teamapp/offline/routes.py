"""Working without signal: the pack, the worker, the manifest, the page for no network."""

import json
import re

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..access import programmatic, public
from ..db import snapshot
from ..languages import language
from ..models import Installation
from ..static_files import PAGE_SCRIPTS, STATIC, bare, flat, page_scripts, static_files
from ..web import page
from .pack import Known, Pack
from .pages import nobody

bp = Blueprint("offline", __name__)

NOT_IN_SHELL = ("sw.js", "sw-off.js", "js/worker/", "vendor/htmx", ".md", ".txt")


@bp.get("/pack")
@programmatic
def pack():
    """Send the pages of this person's field work that changed since the cursor they name."""
    epoch = Installation.current_epoch()
    with snapshot():
        body = Pack(current_user._get_current_object(), Known.of(request.args), epoch).body()
    return Response(body, mimetype="application/x-ndjson")


@bp.get("/sw.js")
@public
def worker():
    """Send the worker with this version's files; a phone asks for it at every navigation.

    With WORKER=off it is one that leaves the phone at once.
    """
    is_on = current_app.extensions["config"].has_worker
    version = current_app.extensions["static_version"] if is_on else "off"
    code = filled_worker(version) if is_on else (STATIC / "sw-off.js").read_text("utf-8")
    response = Response(code, mimetype="text/javascript", headers={
        "Cache-Control": "no-cache", "Service-Worker-Allowed": "/"})
    response.set_etag(version)
    return response.make_conditional(request)


def filled_worker(version):
    """Return the worker's code with its version, its files and all imports of its imports."""
    code = flat("sw.js", "/static/")
    filled = {"version": version, "page_scripts": f"/static/{version}/{PAGE_SCRIPTS}",
              "files": ", ".join(json.dumps(path) for path in shell_files(version))}
    for name, value in filled.items():
        code = code.replace(f"{{{{ {name} }}}}", value)
    return re.sub(r'^(import .*"/static/)', rf"\g<1>{version}/", bare(code), flags=re.MULTILINE)


def shell_files(version):
    """Return the paths of the files the pages need without network, scripts of pages apart."""
    names = [name for name in static_files() if name not in page_scripts()
             and not any(part in name for part in NOT_IN_SHELL)]
    return [*(f"/static/{version}/{name}" for name in names), url_for("offline.manifest")]


@bp.get("/manifest.webmanifest")
@public
def manifest():
    """Tell the phone how the book is installed on its home screen."""
    version = current_app.extensions["static_version"]
    icons = [{"src": f"/static/{version}/icons/icon-{size}.png", "sizes": f"{size}x{size}",
              "type": "image/png", "purpose": purpose}
             for size in (192, 512) for purpose in ("any", "maskable")]
    facts = {"id": "/", "name": "Từng Nhà", "short_name": "Từng Nhà", "lang": language(),
             "description": _("Sổ của tổ công nghệ số cộng đồng"), "start_url": "/", "scope": "/",
             "display": "standalone", "background_color": "#ffffff", "theme_color": "#f3f0f8",
             "icons": icons}
    return Response(json.dumps(facts, ensure_ascii=False), mimetype="application/manifest+json",
                    headers={"Cache-Control": "max-age=60"})  # page and worker ask in one breath


@bp.get("/no-network")
@public
def no_network():
    """Show what to do without network, to nobody in particular."""
    return page("offline/no_network.html", **nobody())
