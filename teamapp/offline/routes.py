"""Routes for offline work: the pack, the worker, the manifest, the page for no network."""

import json
from uuid import UUID

from flask import Blueprint, Response, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ..access import programmatic, public
from ..db import snapshot
from ..extensions import compress
from ..languages import language
from ..models import Browser, Device, Installation, User
from ..scripts import OUTBOX, STATIC, WORKER, joined
from ..static_files import served_files
from ..web import page
from .admission import Admission
from .kept_pages import nobody
from .locks import SharedLocks
from .pack import Known, Pack

bp = Blueprint("offline", __name__)

NOT_IN_SHELL = ("sw-off.js", "js/page/card.js", "js/page/cards.js", "js/page/ordering.js",
                "js/page/unanswered_form.js", "css/cards.css", "vendor/htmx", ".md", ".txt")


@bp.record_once
def share_locks(state: BlueprintSetupState) -> None:
    """Set up the locks that limit concurrent packs across processes."""
    config, database = state.app.extensions["config"], state.app.extensions["database"]
    state.app.extensions["pack_locks"] = (
        SharedLocks(database, config.var / "locks"), config.packs_at_once)


@bp.get("/pack")
@programmatic
def pack() -> Response:
    """Send the pages of this person's field work that changed since the request's cursor."""
    epoch, user = Installation.current_epoch(), current_user._get_current_object()
    with snapshot(), Admission(*current_app.extensions["pack_locks"]) as admission:
        admission.take_device(user.id, request.args.get("device", ""))
        changes = Pack(user, Known.of(request.args), epoch)
        if changes.is_large:
            admission.take_large()
        response = Response(changes.body(), mimetype="application/x-ndjson")
        compressed = compress.after_request(response)  # half of the work: within the admission
    note_browser(user)
    return compressed


def note_browser(user: User) -> None:
    """Store what the phone reports of itself; the user agent is not stored."""
    told = request.args.get
    try:
        device = UUID(told("device", ""))
    except ValueError:
        return  # a client that names no device
    Device.note_browser(device, user, Browser.of(
        request.headers.get("User-Agent", ""), told("app", ""), told("persistent", "")))


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """Send the worker with this version's files; a phone requests it at every navigation.

    With WORKER=off send a worker that unregisters itself.
    """
    is_on = current_app.extensions["config"].has_worker
    version = current_app.extensions["static_version"] if is_on else "off"
    code = filled_worker(version) if is_on else (STATIC / "sw-off.js").read_text("utf-8")
    response = Response(code, mimetype="text/javascript", headers={
        "Cache-Control": "no-cache", "Service-Worker-Allowed": "/"})
    response.set_etag(version)
    return response.make_conditional(request)


def filled_worker(version: str) -> str:
    """Return the worker's code with its version and its file list."""
    code = joined(WORKER, f"/static/{version}/{OUTBOX}")
    files = " ".join(shell_files(version))
    return code.replace("{{ version }}", version).replace("{{ files }}", files)


def shell_files(version: str) -> list[str]:
    """Return the paths of the files that pages need offline."""
    names = [name for name in served_files() if not any(part in name for part in NOT_IN_SHELL)]
    return [*(f"/static/{version}/{name}" for name in names), url_for("offline.manifest")]


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Send the web app manifest, which lets a phone install the app."""
    version = current_app.extensions["static_version"]
    icons = [{"src": f"/static/{version}/icons/icon-{size}.png", "sizes": f"{size}x{size}",
              "type": "image/png", "purpose": purpose}
             for size in (192, 512) for purpose in ("any", "maskable")]
    facts = {"id": "/", "name": "Từng Nhà", "short_name": "Từng Nhà", "lang": language(),
             "description": _("Sổ của tổ công nghệ số cộng đồng"), "start_url": "/", "scope": "/",
             "display": "standalone", "background_color": "#ffffff", "theme_color": "#f3f0f8",
             "icons": icons}
    return Response(json.dumps(facts, ensure_ascii=False), mimetype="application/manifest+json",
                    headers={"Cache-Control": "max-age=60"})  # page and worker both request it


@bp.get("/no-network")
@public
def no_network() -> ResponseReturnValue:
    """Show the page for no network, without personal data."""
    return page("offline/no_network.html", **nobody())
