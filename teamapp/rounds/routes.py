"""Rounds: the commune drafts, gives houses to members, and publishes."""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user

from .. import clock
from ..access import chair_only, commune_only
from ..models import Round, Village
from ..rostering import progress
from ..rostering.allocation import shares
from ..rostering.selection import candidates
from ..web import page, page_number
from . import day, queries
from .forms import DaysForm, RoundForm
from .giving import ROUND, find, giving

bp = Blueprint("rounds", __name__)

bp.register_blueprint(giving)


@bp.get("/")
def today():
    """Show a member the day's houses; lead the commune's people to their board."""
    if current_user.is_commune:
        return redirect(url_for("tallies.index"))
    return page("rounds/today.html", is_kept=False, **day.of(current_user))


@bp.get("/rounds")
@commune_only
def index():
    """List the rounds, the newest first."""
    number = page_number()
    rounds, more = queries.index(current_user, number)
    return page("rounds/index.html", rounds=rounds, number=number, more=more)


@bp.get("/rounds/new")
@commune_only
def new():
    """Show the form for a new round."""
    return form_page(round_form())


@bp.post("/rounds")
@commune_only
def create():
    """Write the draft and propose its houses by village."""
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
def propose(round_id):
    """Say how many houses the form as it stands would take, writing nothing."""
    round = find(round_id) if round_id else None
    form = round_form(round)
    partial = "rounds/_proposal.html"
    if "all" in request.args and form.villages:
        form.villages.data = [village for village, _label in form.villages.choices]
        partial = None  # the ticks change too
    return form_page(form, round, partial)


@bp.get(ROUND)
@commune_only
def show(round_id):
    """Show a round: its villages, and what is still to do before and after it is given out."""
    return round_page(find(round_id))


@bp.get(f"{ROUND}/edit")
@commune_only
def edit(round_id):
    """Show the form to change a round."""
    round = find(round_id)
    return form_page(round_form(round), round)


@bp.post(ROUND)
@commune_only
def update(round_id):
    """Change a round; of one that was given out only its name and days."""
    with current_user.commune.write() as tx:
        round = find(round_id)  # as it stands now: others may have written
        form = round_form(round)
        good = form.validate_on_submit()
        if good:
            round.revise(tx, **form.facts)
            if round.is_draft:
                round.choose(form.villages.data, chosen_households(form))
    if not good:
        return form_page(form, round, status=422)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.post(f"{ROUND}/removal")
@commune_only
def destroy(round_id):
    """Forget a draft; one that is not there is forgotten already."""
    with current_user.commune.write():
        round = Round.visible_to(current_user).where(Round.id == round_id).first()
        if round:
            round.discard()
    if round and not round.is_draft:
        return round_page(round, failure="published", status=409)
    return redirect(url_for("rounds.index"), 303)


@bp.post(f"{ROUND}/publication")
@chair_only
def publish(round_id):
    """Give the round out to its members."""
    with current_user.commune.write() as tx:
        round = find(round_id)
        ready = round.can_be_published()
        if ready:
            round.publish(tx, current_user)
    if not ready:
        return round_page(round, failure="nobody", status=409)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.post(f"{ROUND}/shares")
@commune_only
def share_all(round_id):
    """Share the houses nobody has evenly among each village's own team."""
    with current_user.commune.write() as tx:
        round = find(round_id)
        for village in queries.villages_in(round, current_user):
            members = [member.id for member in queries.team(village)]
            round.apply(tx, village, shares(*round.holdings(village, members)))
    return redirect(url_for("rounds.show", round_id=round.id), 303)


def round_form(round=None):
    """Return the form of a new round (two weeks from Monday) or of this one."""
    if round and not round.is_draft:
        return DaysForm(obj=round)
    villages = Village.labelled(current_user)
    if round is None:
        monday = clock.week_of(clock.today())[1] + timedelta(days=1)
        return RoundForm(data={"starts_on": monday, "ends_on": monday + timedelta(days=13)}
                         ).offer(villages)
    chosen = queries.village_ids(round)
    return RoundForm(data={"name": round.name, "starts_on": round.starts_on,
                           "ends_on": round.ends_on, "villages": chosen, "choice": "keep"}
                     ).offer(villages, chosen)


def chosen_households(form):
    """Return the households of the form's choice as a query, or None to keep those there are."""
    return form.chosen and candidates(form.villages.data, form.chosen, clock.today().year)


def form_page(form, round=None, partial=None, status=200):
    """Return the form's page, with the number of houses it would take."""
    counts = None
    if form.villages and not form.villages.errors:
        known = {village for village, _label in form.villages.choices}
        counts = queries.proposal(round, known & set(form.villages.data or ()), form.choice.data)
    return page("rounds/form.html", partial, status=status, form=form, round=round, counts=counts)


def round_page(round, failure=None, status=200):
    """Return a round's page."""
    found = progress.of_rounds([round])[round.id]
    villages = queries.villages_in(round, current_user)
    return page("rounds/show.html", status=status, round=round, failure=failure,
                villages=villages, progress=found, total=progress.summed(found.values()),
                nothing=progress.Progress())
