"""The commune's board, a village's visits, the rows behind a figure, and the targets."""

from datetime import date
from typing import Any, cast

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from peewee import ModelSelect
from werkzeug.wrappers import Response

from .. import clock
from ..access import chair_only, commune_only
from ..counting.coverage import Share, shares
from ..counting.indicators import HOUSEHOLDS, VISITS
from ..counting.targets import COVERAGE, TargetHistory, set_targets
from ..models import Obstacle, Village
from ..web import ID, get_or_404, page, page_number
from . import queries, rows
from .board import board, line_of
from .forms import PeriodForm, TargetsForm

bp = Blueprint("tallies", __name__)

VILLAGE = f"/tallies/<{ID}:village_id>"
PAGE = 50


@bp.get("/tallies")
@commune_only
def index() -> ResponseReturnValue:
    """Show the commune's board."""
    return board_page(period_form())


@bp.get(VILLAGE)
@commune_only
def show(village_id: int) -> ResponseReturnValue:
    """Show a village's figures and the visits they count."""
    village, form = find(village_id), period_form()
    found = rows.of(VISITS.code, [village.id], form.span)
    visits, paging = one_page(found)
    return page("tallies/show.html", status=422 if form.errors else 200, village=village,
                form=form, line=line_of(village, form.span), visits=visits, paging=paging,
                done=rows.done_at(visits), words=form.words, query=form.query, today=clock.today(),
                difficulties=queries.difficulties(village.commune_id, form.span, village.id))


@bp.get(f"{VILLAGE}/<any({', '.join(rows.KINDS)}):figure>")
@commune_only
def figure(village_id: int, figure: str) -> ResponseReturnValue:
    """Show the rows behind a figure of a village, or of the commune (village_id 0)."""
    village, form = find(village_id) if village_id else None, period_form()
    code, state = request.args.get("code"), request.args.get("state", "done")
    if state not in rows.STATES or code and not code.isalnum():
        abort(404)
    obstacle = get_or_404(Obstacle.select().where(Obstacle.code == code)) if code else None
    villages = [village] if village else Village.labelled(current_user)
    places = [village.id for village in villages]
    found, paging = one_page(rows.of(figure, places, form.span, obstacle and obstacle.code, state))
    opened: dict[str, Any] = {
        "figure": figure, "village_id": village_id, "opened": village, "rows": found,
        "paging": paging, "obstacle": obstacle, "state": state,
        "places": Village.labels(villages),
        "inside": "village" if village and request.args.get("in") == "village" else None,
        "done": rows.done_at(found) if figure in (VISITS.code, HOUSEHOLDS.code) else None}
    if (figure, state) == (COVERAGE, "unasked"):
        opened["share"] = sum(shares(current_user.commune_id, villages).values(), Share())
    return board_page(form, "tallies/_figure.html", **opened)


@bp.get("/targets")
@commune_only
def targets() -> ResponseReturnValue:
    """Show the targets; the chair may set new ones."""
    return targets_page(TargetsForm(formdata=None, data={"since_on": clock.today()}))


@bp.post("/targets")
@chair_only
def create_targets() -> ResponseReturnValue:
    """Set new targets of some villages from a day on."""
    form = TargetsForm().offer(Village.open_to(current_user))
    if not form.validate_on_submit():
        return targets_page(form, status=422)
    with current_user.commune.write() as tx:
        set_targets(tx, current_user, cast(date, form.since_on.data), form.amounts)
    return redirect(url_for("tallies.targets"), 303)


def find(village_id: int) -> Village:
    """Return a village visible to the current user, or 404."""
    return get_or_404(Village.visible_to(current_user).where(Village.id == village_id))


def period_form() -> PeriodForm:
    """Return the validated form of the requested period."""
    form = PeriodForm(request.args)
    form.validate()
    return form


def one_page(query: ModelSelect) -> tuple[list[Any], dict[str, int]]:
    """Return a page of a query's rows, with the number of rows and of pages."""
    total = query.count()
    last = max(-(-total // PAGE), 1)
    number = min(page_number(), last)
    return list(query.paginate(number, PAGE)), {"total": total, "page": number, "last": last}


def board_page(form: PeriodForm, partial: str | None = None, **opened: Any) -> Response:
    """Return the board, with the rows of a figure beside it if one is open."""
    return page("tallies/index.html", partial, status=422 if form.errors else 200, form=form,
                words=form.words, query=form.query, board=lambda: board(current_user, form.span),
                today=clock.today(), now=clock.now(), **opened)


def targets_page(form: TargetsForm, status: int = 200) -> Response:
    villages = list(Village.open_to(current_user))
    return page("tallies/targets.html", status=status, form=form.offer(villages),
                villages=villages, targets=TargetHistory(current_user.commune_id),
                today=clock.today())
