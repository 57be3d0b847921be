"""Rounds: the commune drafts them, assigns households to members and publishes them."""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from peewee import ModelSelect
from werkzeug.wrappers import Response

from .. import clock
from ..access import chair_only, commune_only
from ..models import Round, Village
from ..rostering import progress
from ..rostering.allocation import shares
from ..rostering.selection import candidates
from ..web import page, paginate
from . import day, queries
from .assignments import ROUND, assignments, find
from .forms import DaysForm, RoundForm

bp = Blueprint("rounds", __name__)

bp.register_blueprint(assignments)


@bp.get("/")
def today() -> ResponseReturnValue:
    """Show a member the households of the day; redirect the commune's staff to the board."""
    if current_user.is_commune:
        return redirect(url_for("tallies.index"))
    return page("rounds/today.html", is_kept=False, **day.of(current_user))


@bp.get("/rounds")
@commune_only
def index() -> ResponseReturnValue:
    """List the rounds, the newest first."""
    rounds, number, more = paginate(
        queries.newest_first(current_user), queries.PAGE, queries.with_progress)
    return page("rounds/index.html", rounds=rounds, number=number, more=more)


@bp.get("/rounds/new")
@commune_only
def new() -> ResponseReturnValue:
    """Show the form for a new round."""
    return form_page(round_form())


@bp.post("/rounds")
@commune_only
def create() -> ResponseReturnValue:
    """Create a draft with the households the form selects."""
    form = round_form()
    if not form.validate_on_submit():
        return form_page(form, status=422)
    with current_user.commune.write() as tx:
        made = Round.create_draft(
            tx, current_user, form.villages.data, chosen_households(form), **form.facts)
    return redirect(url_for("rounds.show", round_id=made.id), 303)


@bp.post("/rounds/proposal", defaults={"round_id": None})
@bp.post(f"{ROUND}/proposal")
@commune_only
def create_proposal(round_id: int | None) -> ResponseReturnValue:
    """Show how many households the form would select; write nothing."""
    round = find(round_id) if round_id else None
    form = round_form(round)
    partial: str | None = "rounds/_proposal.html"
    if "all" in request.args and form.villages:
        form.villages.data = [village for village, _label in form.villages.choices]
        partial = None  # the checkboxes change too
    return form_page(form, round, partial)


@bp.get(ROUND)
@commune_only
def show(round_id: int) -> ResponseReturnValue:
    """Show a round: its villages, its progress, and the steps before it is published."""
    return round_page(find(round_id))


@bp.get(f"{ROUND}/edit")
@commune_only
def edit(round_id: int) -> ResponseReturnValue:
    """Show the form to change a round."""
    round = find(round_id)
    return form_page(round_form(round), round)


@bp.post(ROUND)
@commune_only
def update(round_id: int) -> ResponseReturnValue:
    """Change a round; a published one only by its name and days."""
    with current_user.commune.write() as tx:
        round = find(round_id)  # read again inside the transaction
        form = round_form(round)
        is_valid = form.validate_on_submit()
        if is_valid:
            round.revise(tx, **form.facts)
            if round.is_draft:
                round.choose(form.villages.data, chosen_households(form))
    if not is_valid:
        return form_page(form, round, status=422)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.post(f"{ROUND}/removal")
@commune_only
def destroy(round_id: int) -> ResponseReturnValue:
    """Delete a draft; a repeated request succeeds too."""
    with current_user.commune.write():
        round = Round.visible_to(current_user).where(Round.id == round_id).first()
        if round:
            round.discard()
    if round and not round.is_draft:
        return round_page(round, failure="published", status=409)
    return redirect(url_for("rounds.index"), 303)


@bp.post(f"{ROUND}/publication")
@chair_only
def create_publication(round_id: int) -> ResponseReturnValue:
    """Publish the round to its members; 409 while nobody has a household."""
    with current_user.commune.write() as tx:
        round = find(round_id)
        ready = round.can_be_published()
        if ready:
            round.publish(tx, current_user)
    if not ready:
        return round_page(round, failure="nobody", status=409)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.post(f"{ROUND}/allocation")
@commune_only
def create_allocation(round_id: int) -> ResponseReturnValue:
    """Allocate the unassigned households evenly among each village's own team."""
    with current_user.commune.write() as tx:
        round = find(round_id)
        for village in queries.villages_in(round, current_user):
            members = [member.id for member in queries.team(village)]
            round.apply(tx, village, shares(*round.holdings(village, members)))
    return redirect(url_for("rounds.show", round_id=round.id), 303)


def round_form(round: Round | None = None) -> RoundForm:
    """Return the form of a new round (two weeks from next Monday) or of this one."""
    if round and not round.is_draft:
        return DaysForm(obj=round)
    villages = list(Village.open_to(current_user))
    if round is None:
        monday = clock.week_of(clock.today())[1] + timedelta(days=1)
        return RoundForm(data={"starts_on": monday, "ends_on": monday + timedelta(days=13)}
                         ).offer(villages)
    chosen = queries.village_ids(round, villages)
    return RoundForm(data={"name": round.name, "starts_on": round.starts_on,
                           "ends_on": round.ends_on, "villages": chosen, "choice": "keep"}
                     ).offer(villages, chosen)


def chosen_households(form: RoundForm) -> ModelSelect | None:
    """Return the query of the households the form selects, or None to keep the current ones."""
    return form.chosen and candidates(form.villages.data, form.chosen, clock.today().year)


def form_page(form: RoundForm, round: Round | None = None, partial: str | None = None,
              status: int = 200) -> Response:
    """Return the form's page, with the number of households it would select."""
    counts = None
    if form.villages and not form.villages.errors:
        known = {village for village, _label in form.villages.choices}
        counts = queries.proposal(round, known & set(form.villages.data or ()), form.choice.data)
    return page("rounds/form.html", partial, status=status, form=form, round=round, counts=counts)


def round_page(round: Round, failure: str | None = None, status: int = 200) -> Response:
    found = progress.of_rounds([round])[round.id]
    villages = queries.villages_in(round, current_user)
    return page("rounds/show.html", status=status, round=round, failure=failure,
                villages=villages, progress=found, total=progress.summed(found.values()),
                nothing=progress.Progress())
