"""Routes for several villages at once: pasted lists and the official order."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..access import commune_only, writing
from ..extensions import htmx
from ..models import Deed, Village
from ..spreadsheet import UnreadableFile
from ..web import page
from . import queries
from .forms import Taken, offer_units
from .list_forms import LinesForm, PasteForm
from .pasting import Reading, as_form

lists = Blueprint("lists", __name__)


@lists.get("/villages/paste")
@commune_only
def new() -> ResponseReturnValue:
    """Show the field for a list copied from a spreadsheet."""
    return paste_page(paste_form())


@lists.post("/villages/proposal")
@commune_only
def create_proposal() -> ResponseReturnValue:
    """Show what would become of each pasted line; write nothing."""
    form = paste_form()
    try:
        lines = list(Reading(form.lines.data or "", queries.unit_types(), form.unit_type.data or "")
                     .lines()) if form.validate_on_submit() else []
    except UnreadableFile as error:
        form.lines.errors, lines = [str(error)], []
    if not lines:
        if not form.errors:
            form.lines.errors = [gettext("Không thấy thôn, ấp nào trong đó.")]
        return paste_page(form, 422)
    taken = Taken(Village.labelled(current_user))
    for line in lines:
        if taken.has(line["unit_type"], line["name"], line["code"]):
            line["skipped"] = "y"
    pairs = as_form(lines, taken.next_codes(), declared_on=clock.today().isoformat())
    proposed = LinesForm(MultiDict(pairs)).offer(queries.unit_types(), taken)
    proposed.validate()
    return lines_page(proposed)


@lists.post("/villages/list")
@commune_only
def create() -> ResponseReturnValue:
    """Create the villages of all lines, or none while a line has an error."""
    with writing():
        form = LinesForm().offer(queries.unit_types(), Taken(Village.labelled(current_user)))
        is_valid = form.validate_on_submit()
        for facts in form.facts if is_valid else ():
            village = Village.append(current_user.commune, **facts)
            Deed.record("village_created", current_user, current_user.commune, village=village,
                        note=village.code)
    return redirect(url_for("places.index"), 303) if is_valid else lines_page(form, 422)


@lists.get("/villages/order")
@commune_only
def edit_order() -> ResponseReturnValue:
    """Show the villages to be put in order."""
    return order_page()


@lists.post("/villages/order")
@commune_only
def update_order() -> ResponseReturnValue:
    """Store the official order; 422 if it, or the villages, changed since the page was drawn.

    A button without our script names one village and its step: "12 -1".
    """
    with writing():
        now = [village.id for village in Village.open_to(current_user)]
        wanted = moved(request.form.getlist("place"), request.form.get("move", ""))
        is_known = (request.form.get("drawn") == " ".join(map(str, now))
                    and sorted(wanted) == sorted(map(str, now)))
        if is_known and wanted != list(map(str, now)):
            closed = [village.id for village in Village.labelled(current_user)
                      if village.closed_on]
            Village.arrange(current_user.commune, [*map(int, wanted), *closed])
            Deed.record("village_changed", current_user, current_user.commune, note="position")
    if not is_known:
        return order_page(422)
    if htmx and "move" not in request.form:
        return "", 204
    return order_page() if htmx else redirect(url_for("places.lists.edit_order"), 303)


def moved(places: list[str], move: str) -> list[str]:
    """Return ids with one of them a step up or down, by a text as "12 -1"."""
    id, _, step = move.partition(" ")
    if id not in places or step not in ("-1", "1"):
        return places
    rest = [place for place in places if place != id]
    at = max(places.index(id) + int(step), 0)
    return [*rest[:at], id, *rest[at:]]


def paste_form() -> PasteForm:
    form = PasteForm()
    offer_units(form.unit_type, queries.unit_types(), gettext("Chưa rõ, hỏi từng dòng"))
    return form


def paste_page(form: PasteForm, status: int = 200) -> Response:
    return page("places/paste.html", status=status, form=form)


def lines_page(form: LinesForm, status: int = 200) -> Response:
    flawed = sum(bool(line.errors) for line in form.lines)
    return page("places/lines.html", status=status, form=form, flawed=flawed,
                skipped=len(form.lines) - len(form.wanted))


def order_page(status: int = 200) -> Response:
    return page("places/order.html", "places/_order.html", status=status,
                villages=list(Village.open_to(current_user)), is_outdated=status == 422)
