"""Assigning a village's households in a round to its members: one by one, by cluster, evenly."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from .. import clock
from ..access import commune_only
from ..extensions import htmx
from ..models import Round, RoundVillage, User, Village
from ..models.commune import WriteTransaction
from ..models.household_summary import unactivated
from ..rostering import progress
from ..rostering.allocation import shares
from ..web import ID, get_or_404, page
from . import queries
from .assignment_forms import AllocationForm, AssignForm, HouseholdsForm

assignments = Blueprint("assignments", __name__)

ROUND = f"/rounds/<{ID}:round_id>"
VILLAGE = f"{ROUND}/villages/<{ID}:village_id>"


@assignments.get(VILLAGE)
@commune_only
def index(round_id: int, village_id: int) -> ResponseReturnValue:
    """List a village's households in the round, each with its assignee."""
    return village_page(*find_village(round_id, village_id))


@assignments.post(f"{VILLAGE}/assignments")
@commune_only
def update(round_id: int, village_id: int) -> ResponseReturnValue:
    """Assign the selected households, or a cluster, to a member or to nobody."""
    with write_with(round_id, village_id) as (tx, round, village):
        form = AssignForm().offer_to(queries.team(village), queries.assignments(round, village))
        is_valid = form.validate_on_submit()
        if is_valid:
            round.assign(tx, village, form.chosen, form.assignee_id)
    if not is_valid:
        return village_page(round, village, assigning=form, status=422)
    return after(round, village, settled=form.chosen, given=len(form.chosen),
                 receiver=form.assignee_id)


@assignments.post(f"{VILLAGE}/allocation")
@commune_only
def create_allocation(round_id: int, village_id: int) -> ResponseReturnValue:
    """Allocate the unassigned households evenly among the selected members."""
    with write_with(round_id, village_id) as (tx, round, village):
        form = AllocationForm().offer(queries.team(village))
        is_valid = form.validate_on_submit()
        if is_valid:
            round.apply(tx, village, shares(*round.holdings(village, form.members.data)))
    if not is_valid:
        return village_page(round, village, allocating=form, status=422)
    return after(round, village)


@assignments.post(f"{VILLAGE}/removals")
@commune_only
def destroy(round_id: int, village_id: int) -> ResponseReturnValue:
    """Remove the selected households from the round."""
    with write_with(round_id, village_id) as (tx, round, village):
        form = HouseholdsForm().offer(
            assignment.household_id for assignment in round.assignments_in(village))
        is_valid = form.validate_on_submit()
        if is_valid:
            round.drop(tx, village, form.houses.data)
    if not is_valid:
        return village_page(round, village, dropping=form, status=422)
    return after(round, village, dropped=len(form.houses.data))


@assignments.get(f"{VILLAGE}/houses")
@commune_only
def new(round_id: int, village_id: int) -> ResponseReturnValue:
    """List the village's households that are not in the round."""
    return candidates_page(*find_village(round_id, village_id))


@assignments.post(f"{VILLAGE}/houses")
@commune_only
def create(round_id: int, village_id: int) -> ResponseReturnValue:
    """Add the selected households to the round."""
    with write_with(round_id, village_id) as (tx, round, village):
        form = HouseholdsForm().offer(
            household.id for household in queries.other_households(round, village))
        is_valid = form.validate_on_submit()
        if is_valid:
            round.add(tx, village, form.houses.data)
    if not is_valid:
        return candidates_page(round, village, form, status=422)
    return back_to(round, village)


def find(round_id: int) -> Round:
    """Return a round visible to the current user, or 404."""
    return get_or_404(Round.visible_to(current_user).where(Round.id == round_id))


def find_village(round_id: int, village_id: int) -> tuple[Round, Village]:
    """Return a round and a village that takes part in it, or 404."""
    round = find(round_id)
    village = get_or_404(Village.visible_to(current_user).where(Village.id == village_id))
    if not RoundVillage.select().where(RoundVillage.round == round.id,
                                       RoundVillage.village == village.id).exists():
        abort(404)
    return round, village


@contextmanager
def write_with(round_id: int, village_id: int,
               ) -> Iterator[tuple[WriteTransaction, Round, Village]]:
    """Begin a write transaction; yield it with the round and the village found inside it, or 404.

    Forms are validated inside, too: a member may have left meanwhile, a household been removed.
    """
    with current_user.commune.write() as tx:
        yield tx, *find_village(round_id, village_id)


def village_page(round: Round, village: Village, assigning: AssignForm | None = None,
                 dropping: HouseholdsForm | None = None, allocating: AllocationForm | None = None,
                 settled: Collection[UUID] = (), status: int = 200, **context: Any) -> Response:
    """Return the page of a village in a round, or its partial.

    Selected households stay selected, except those (ids) that are `settled`.
    """
    tried, team = assigning or dropping, queries.team(village)
    listed = queries.assignments(round, village)
    return page(
        "rounds/village.html", "rounds/_village.html", status=status, round=round,
        village=village, clusters=queries.clusters(listed), team=team,
        progress=progress.of_assignments(listed),
        open_people={household: counts for household, *counts in unactivated(
            [assignment.household_id for assignment in listed], clock.today().year)},
        names=User.labels(team),
        errors=[error for errors in tried.errors.values() for error in errors] if tried else [],
        ticked=set(HouseholdsForm().houses.data or ()) - set(settled),
        assigning=assigning or AssignForm(formdata=None).offer_to(team, listed),
        allocating=allocating or allocation_form(team), **context)


def allocation_form(team: list[User]) -> AllocationForm:
    """Return the form as posted with any of the page's forms, else with the whole team."""
    if request.method == "POST":
        return AllocationForm().offer(team)
    return AllocationForm(data={"members": [member.id for member in team]}).offer(team)


def candidates_page(round: Round, village: Village, form: HouseholdsForm | None = None,
                    status: int = 200) -> Response:
    """Return the page of the village's households that are not in the round."""
    households = queries.other_households(round, village)
    return page("rounds/others.html", status=status, round=round, village=village,
                houses=households,
                form=form or HouseholdsForm().offer(household.id for household in households))


def after(round: Round, village: Village, **context: Any) -> Response:
    """Return the village's partial to htmx, else a redirect to its page."""
    if htmx:
        return village_page(round, village, **context)
    return back_to(round, village)


def back_to(round: Round, village: Village) -> Response:
    return redirect(
        url_for("rounds.assignments.index", round_id=round.id, village_id=village.id), 303)
