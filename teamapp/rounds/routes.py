"""Rounds: the commune drafts, gives houses to members, and publishes."""

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user

from ..access import chair_only, commune_only
from ..extensions import htmx
from ..models import Round, RoundVillage, Village
from ..web import get_or_404, page
from . import queries
from .forms import AssignForm, DaysForm, HousesForm, RoundForm, ShareForm

bp = Blueprint("rounds", __name__)

ROUND = "/rounds/<int(max=2147483647):round_id>"
VILLAGE = f"{ROUND}/villages/<int(max=2147483647):village_id>"


@bp.get("/rounds")
@commune_only
def index():
    """List the rounds, the newest first."""
    return page("rounds/index.html", rounds=queries.index(current_user))


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
    with current_user.commune.turn() as turn:
        made = Round.draft(turn, current_user, form.villages.data, form.chosen, **form.facts)
    return redirect(url_for("rounds.show", round_id=made.id), 303)


@bp.post("/rounds/proposal", defaults={"round_id": None})
@bp.post(f"{ROUND}/proposal")
@commune_only
def propose(round_id):
    """Say how many houses the form as it stands would take, writing nothing."""
    round = find(round_id) if round_id else None
    return form_page(round_form(round), round, partial="rounds/_proposal.html")


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
    round = find(round_id)
    form = round_form(round)
    if not form.validate_on_submit():
        return form_page(form, round, status=422)
    with current_user.commune.turn() as turn:
        round.revise(turn, **form.facts)
        if round.is_draft:
            round.choose(form.villages.data, form.chosen)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.post(f"{ROUND}/removal")
@commune_only
def destroy(round_id):
    """Forget a draft."""
    round = find(round_id)
    if not round.is_draft:
        return round_page(round, failure="published", status=409)
    with current_user.commune.turn():
        round.discard()
    return redirect(url_for("rounds.index"), 303)


@bp.post(f"{ROUND}/publication")
@chair_only
def publish(round_id):
    """Give the round out to its members."""
    round = find(round_id)
    if not round.can_be_published():
        return round_page(round, failure="nobody", status=409)
    with current_user.commune.turn() as turn:
        round.publish(turn, current_user)
    return redirect(url_for("rounds.show", round_id=round.id), 303)


@bp.get(VILLAGE)
@commune_only
def village(round_id, village_id):
    """Show a village's houses in the round, and who has which."""
    return village_page(*find_village(round_id, village_id))


@bp.post(f"{VILLAGE}/assignments")
@commune_only
def assign(round_id, village_id):
    """Give the ticked houses, or a cluster, to a member or to nobody."""
    round, village = find_village(round_id, village_id)
    form = AssignForm().offer_to(queries.team(village), queries.houses(round, village))
    if not form.validate_on_submit():
        return village_page(round, village, assigning=form, status=422)
    with current_user.commune.turn() as turn:
        round.assign(turn, village, form.chosen, form.receiver)
    return after(round, village, given=len(form.chosen), receiver=form.receiver)


@bp.post(f"{VILLAGE}/shares")
@commune_only
def share(round_id, village_id):
    """Share the houses nobody has evenly among those who go."""
    round, village = find_village(round_id, village_id)
    form = ShareForm().offer(queries.team(village))
    if not form.validate_on_submit():
        return village_page(round, village, sharing=form, status=422)
    with current_user.commune.turn() as turn:
        round.share_out(turn, village, form.members.data)
    return after(round, village)


@bp.post(f"{VILLAGE}/removals")
@commune_only
def drop(round_id, village_id):
    """Take the ticked houses out of the round."""
    round, village = find_village(round_id, village_id)
    form = AssignForm().offer_to(queries.team(village), queries.houses(round, village))
    if not form.validate_on_submit():
        return village_page(round, village, assigning=form, status=422)
    with current_user.commune.turn() as turn:
        round.drop(turn, village, form.chosen)
    return after(round, village, dropped=len(form.chosen))


@bp.get(f"{VILLAGE}/houses")
@commune_only
def others(round_id, village_id):
    """Show the village's houses that the round does not have."""
    return others_page(*find_village(round_id, village_id))


@bp.post(f"{VILLAGE}/houses")
@commune_only
def add(round_id, village_id):
    """Take the ticked houses into the round."""
    round, village = find_village(round_id, village_id)
    form = HousesForm().offer(house.id for house in queries.other_houses(round, village))
    if not form.validate_on_submit():
        return others_page(round, village, form, status=422)
    with current_user.commune.turn() as turn:
        round.add(turn, village, form.houses.data)
    return redirect(url_for("rounds.village", round_id=round.id, village_id=village.id), 303)


def find(round_id):
    """Return the round, found through what this person may see."""
    return get_or_404(Round.visible_to(current_user).where(Round.id == round_id))


def find_village(round_id, village_id):
    """Return the round and a village that takes part in it."""
    round = find(round_id)
    village = get_or_404(Village.visible_to(current_user).where(Village.id == village_id))
    if not RoundVillage.select().where(RoundVillage.round == round.id,
                                       RoundVillage.village == village.id).exists():
        abort(404)
    return round, village


def round_form(round=None):
    """Return the form of a new round or of this one."""
    if round and not round.is_draft:
        return DaysForm(obj=round)
    chosen = queries.village_ids(round) if round else None
    first = {"name": round.name, "starts_on": round.starts_on, "ends_on": round.ends_on,
             "villages": chosen, "choice": "keep"} if round else {}
    return RoundForm(data=first).offer(queries.villages_of(current_user), chosen)


def form_page(form, round=None, partial=None, status=200):
    """Return the form's page, with the number of houses it would take."""
    counts = None
    if form.villages and not form.villages.errors:
        known = {village for village, _label in form.villages.choices}
        counts = queries.proposal(round, known & set(form.villages.data or ()), form.choice.data)
    return page("rounds/form.html", partial, status=status, form=form, round=round, counts=counts)


def round_page(round, failure=None, status=200):
    """Return a round's page."""
    found = queries.progress([round])[round.id]
    chosen = set(queries.village_ids(round))
    villages = [village for village in queries.villages_of(current_user) if village.id in chosen]
    return page("rounds/show.html", status=status, round=round, failure=failure,
                villages=villages, progress=found, total=queries.summed(found.values()),
                nothing=queries.Progress())


def village_page(round, village, assigning=None, sharing=None, status=200, **said):
    """Return the page of a village in a round, or its piece."""
    houses, team = queries.houses(round, village), queries.team(village)
    progress = queries.summed([queries.progress([round])[round.id].get(
        village.id, queries.Progress())])
    return page(
        "rounds/village.html", "rounds/_village.html", status=status, round=round,
        village=village, houses=houses, clusters=queries.clusters(houses), team=team,
        progress=progress, open_people=queries.open_people(round, village),
        names={member.id: member.name for member in team},
        assigning=assigning or AssignForm().offer_to(team, houses),
        sharing=sharing or ShareForm(data={"members": [m.id for m in team]}).offer(team), **said)


def others_page(round, village, form=None, status=200):
    """Return the page of the village's other houses."""
    houses = queries.other_houses(round, village)
    return page("rounds/others.html", status=status, round=round, village=village, houses=houses,
                form=form or HousesForm().offer(house.id for house in houses))


def after(round, village, **said):
    """Show the village again: at once to htmx, else by a redirect."""
    if htmx:
        return village_page(round, village, **said)
    return redirect(url_for("rounds.village", round_id=round.id, village_id=village.id), 303)
