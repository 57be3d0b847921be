"""Giving a village's houses to its members: by hand, by cluster, evenly."""

from contextlib import contextmanager

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import current_user

from .. import clock
from ..access import commune_only
from ..extensions import htmx
from ..models import Round, RoundVillage, User, Village
from ..models.household_summary import unactivated
from ..rostering import progress
from ..rostering.allocation import shares
from ..web import ID, get_or_404, page
from . import queries
from .forms import AssignForm, HousesForm, ShareForm

giving = Blueprint("giving", __name__)

ROUND = f"/rounds/<{ID}:round_id>"
VILLAGE = f"{ROUND}/villages/<{ID}:village_id>"


@giving.get(VILLAGE)
@commune_only
def show(round_id, village_id):
    """Show a village's houses in the round, and who has which."""
    return village_page(*find_village(round_id, village_id))


@giving.post(f"{VILLAGE}/assignments")
@commune_only
def assign(round_id, village_id):
    """Give the ticked houses, or a cluster, to a member or to nobody."""
    round, village = find_village(round_id, village_id)
    form = AssignForm().offer_to(queries.team(village), queries.assignments(round, village))
    if not form.validate_on_submit():
        return village_page(round, village, assigning=form, status=422)
    with write_with(round, village) as tx:
        round.assign(tx, village, form.chosen, form.receiver)
    return after(round, village, settled=form.chosen, given=len(form.chosen),
                 receiver=form.receiver)


@giving.post(f"{VILLAGE}/shares")
@commune_only
def share(round_id, village_id):
    """Share the houses nobody has evenly among those who go."""
    round, village = find_village(round_id, village_id)
    form = ShareForm().offer(queries.team(village))
    if not form.validate_on_submit():
        return village_page(round, village, sharing=form, status=422)
    with write_with(round, village) as tx:
        round.apply(tx, village, shares(*round.holdings(village, form.members.data)))
    return after(round, village)


@giving.post(f"{VILLAGE}/removals")
@commune_only
def drop(round_id, village_id):
    """Take the ticked houses out of the round."""
    round, village = find_village(round_id, village_id)
    form = HousesForm().offer(given.household_id for given in round.assignments_in(village))
    if not form.validate_on_submit():
        return village_page(round, village, dropping=form, status=422)
    with write_with(round, village) as tx:
        round.drop(tx, village, form.houses.data)
    return after(round, village, dropped=len(form.houses.data))


@giving.get(f"{VILLAGE}/houses")
@commune_only
def others(round_id, village_id):
    """Show the village's houses that the round does not have."""
    return others_page(*find_village(round_id, village_id))


@giving.post(f"{VILLAGE}/houses")
@commune_only
def add(round_id, village_id):
    """Take the ticked houses into the round."""
    round, village = find_village(round_id, village_id)
    form = HousesForm().offer(house.id for house in queries.other_houses(round, village))
    if not form.validate_on_submit():
        return others_page(round, village, form, status=422)
    with write_with(round, village) as tx:
        round.add(tx, village, form.houses.data)
    return redirect(url_for("rounds.giving.show", round_id=round.id, village_id=village.id), 303)


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


@contextmanager
def write_with(round, village):
    """Take a turn with a village of a round, which may have left since they were found."""
    with current_user.commune.write() as tx:
        find_village(round.id, village.id)
        yield tx


def village_page(round, village, assigning=None, dropping=None, sharing=None, settled=(),
                 status=200, **said):
    """Return the page of a village in a round, or its piece.

    What was ticked stays ticked, but for the houses (ids) that are settled.
    """
    tried, team = assigning or dropping, queries.team(village)
    assignments = queries.assignments(round, village)
    return page(
        "rounds/village.html", "rounds/_village.html", status=status, round=round,
        village=village, clusters=queries.clusters(assignments), team=team,
        progress=progress.of_assignments(assignments),
        open_people=dict(unactivated([given.household_id for given in assignments],
                                     clock.today().year)),
        names=User.labels(team),
        errors=[error for errors in tried.errors.values() for error in errors] if tried else [],
        ticked=set(HousesForm().houses.data or ()) - set(settled),
        assigning=assigning or AssignForm(formdata=None).offer_to(team, assignments),
        sharing=sharing or assignees(team), **said)


def assignees(team):
    """Return the form of who goes: as it was sent with any other, at first everybody."""
    if request.method == "POST":
        return ShareForm().offer(team)
    return ShareForm(data={"members": [member.id for member in team]}).offer(team)


def others_page(round, village, form=None, status=200):
    """Return the page of the village's other houses."""
    houses = queries.other_houses(round, village)
    return page("rounds/others.html", status=status, round=round, village=village, houses=houses,
                form=form or HousesForm().offer(house.id for house in houses))


def after(round, village, **said):
    """Show the village again: at once to htmx, else by a redirect."""
    if htmx:
        return village_page(round, village, **said)
    return redirect(url_for("rounds.giving.show", round_id=round.id, village_id=village.id), 303)
