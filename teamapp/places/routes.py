"""Villages: the commune enters, pastes, orders, changes, closes and reopens them."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from .. import clock
from ..access import commune_only, writing
from ..models import Deed, Village
from ..web import ID, get_or_404, page
from . import queries
from .forms import SIGNALS, Taken, VillageForm
from .lists import lists

bp = Blueprint("places", __name__)

bp.register_blueprint(lists)

VILLAGE = f"/villages/<{ID}:village_id>"


@bp.get("/villages")
@commune_only
def index() -> ResponseReturnValue:
    """List the villages in their official order."""
    return page("places/index.html", signals=SIGNALS,
                places=queries.places(Village.labelled(current_user)))


@bp.get("/villages/new")
@commune_only
def new() -> ResponseReturnValue:
    """Show the form for a new village, with a free code."""
    taken = Taken(Village.labelled(current_user))
    form = VillageForm(formdata=None, code=next(taken.next_codes(), ""))
    return form_page(form.offer(queries.unit_types(), taken, None))


@bp.post("/villages")
@commune_only
def create() -> ResponseReturnValue:
    """Create a village at the end of the order."""
    with writing():
        form = VillageForm().offer(
            queries.unit_types(), Taken(Village.labelled(current_user)), None)
        is_valid = form.validate_on_submit()
        if is_valid:
            record("created", Village.append(current_user.commune, **form.facts))
    return redirect(url_for("places.index"), 303) if is_valid else form_page(form, status=422)


@bp.get(VILLAGE)
@commune_only
def show(village_id: int) -> ResponseReturnValue:
    """Show a village with the form to change it."""
    village = find(village_id)
    return form_page(form_of(village), village)


@bp.post(VILLAGE)
@commune_only
def update(village_id: int) -> ResponseReturnValue:
    """Change a village; 422 with both versions if another person changed it meanwhile."""
    with writing():
        village = find(village_id)  # read again inside the transaction
        form = form_of(village, VillageForm())
        is_valid = form.validate_on_submit()
        is_outdated = form.revision.data != village.revision
        if village.closed_on or not is_valid or is_outdated:
            return form_page(form, village, is_outdated, status=422)
        if changed := village.revise(**form.facts):
            record("changed", village, change_note(changed))
    return redirect(url_for("places.index"), 303)


@bp.post(f"{VILLAGE}/closure")
@commune_only
def create_closure(village_id: int) -> ResponseReturnValue:
    """Close an empty village; 409 while it has households or members."""
    with writing():
        village = find(village_id)
        [place] = queries.places([village])
        if place.is_empty and not village.closed_on:
            village.close(clock.today())
            record("closed", village)
    if not place.is_empty:
        return form_page(form_of(village), village, status=409, is_refused=True)
    return redirect(url_for("places.index"), 303)


@bp.post(f"{VILLAGE}/reopening")
@commune_only
def create_reopening(village_id: int) -> ResponseReturnValue:
    """Reopen a closed village, unless an open one has its name by now."""
    with writing():
        village = find(village_id)
        form = form_of(village)
        has_name = not form.taken.names.get(Taken.key(village.unit_type_id, village.name))
        if village.closed_on and has_name:
            village.reopen()
            record("reopened", village)
    if not has_name:
        return form_page(form, village, status=409, is_name_taken=True)
    return redirect(url_for("places.show", village_id=village.id), 303)


def find(village_id: int) -> Village:
    """Return a village visible to the current user, or 404."""
    return get_or_404(Village.visible_to(current_user).where(Village.id == village_id))


def form_of(village: Village, posted: VillageForm | None = None) -> VillageForm:
    """Return the form of a village, as posted or with its facts; it may keep its name and code."""
    others = [other for other in Village.labelled(current_user) if other.id != village.id]
    form = posted or VillageForm(formdata=None, data=village.facts)
    return form.offer(queries.unit_types(), Taken(others), village)


def record(act: str, village: Village, note: str = "") -> None:
    Deed.record(f"village_{act}", current_user, current_user.commune, village=village,
                note=note or village.code)


def change_note(changed: dict[str, tuple[Any, Any]]) -> str:
    """Return what changed, in a line: the name of a village and a source without their words."""
    return "; ".join(name if name in ("name", "declared_source") else f"{name}: {old} → {new}"
                     for name, (old, new) in changed.items())[:200]


def form_page(form: VillageForm, village: Village | None = None, is_outdated: bool = False,
              status: int = 200, **more: Any) -> Response:
    """Return the page of a village, or of a new one; an outdated form shows both versions."""
    place = queries.places([village])[0] if village else None
    theirs = {name for name, value in village.facts.items()
              if value != form[name].data} if village and is_outdated else set()
    if village:
        form.revision.data = village.revision  # the next save has seen this one
    return page("places/form.html", status=status, form=form, village=village, place=place,
                theirs=theirs, is_outdated=is_outdated, **more)
