"""“Cần xem”: what waits for a leader, officer or chair, each settled with one tap."""

from uuid import UUID

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from ..access import lead_only, own_path
from ..models import Change, OpenReviews, Village, Visit, WriteTransaction
from ..recording.settlements import settle
from ..web import get_or_404, page, paginate, settled_page
from .forms import ReviewForm, SettlementForm
from .queries import LISTS, PAGE, SETTLED

bp = Blueprint("reviews", __name__)


@bp.app_template_global()
def open_reviews() -> OpenReviews:
    """Return how much waits for the reader, read once per response."""
    if "open_reviews" not in g:
        g.open_reviews = OpenReviews.of(current_user)
    found: OpenReviews = g.open_reviews
    return found


@bp.get("/reviews")
@lead_only
def index() -> ResponseReturnValue:
    """List what waits, one kind at a time; without a kind, the first that has something open."""
    kind = request.args.get("of", "") or open_reviews().first
    if kind == "rejected":
        return redirect(url_for("sync.rejected_entries.index"))
    if kind not in LISTS:
        abort(404)
    query, read = LISTS[kind]
    user = current_user._get_current_object()
    cards, number, more = paginate(query(user), PAGE, lambda rows: read(rows, user))
    if number > 1 and not cards:
        return redirect(url_for("reviews.index", of=kind))
    past, read_past = SETTLED[kind]
    settled = settled_page(past(user), PAGE, lambda rows: read_past(rows, user))
    villages = Village.labelled(user) if (cards or settled) and not user.is_field else []
    return page("reviews/index.html", kind=kind, cards=cards, number=number, more=more,
                settled=settled, places=Village.labels(villages))


@bp.post("/changes/<uuid:change_id>/settlement")
@lead_only
def create_settlement(change_id: UUID) -> ResponseReturnValue:
    """Decide on a change that waits; the request is idempotent: two people may send it."""
    find_change(change_id)
    form = SettlementForm()
    if not form.validate():
        abort(400)
    with current_user.commune.write() as tx:
        decide(tx, find_change(change_id), form)
    return back(form)


def find_change(change_id: UUID) -> Change:
    """Return a change visible to the current user, or 404."""
    found: Change = get_or_404(Change.visible_to(current_user).where(Change.id == change_id))
    return found


def decide(tx: WriteTransaction, change: Change, form: SettlementForm) -> None:
    """Settle a change as the form says, if it is still open and the form's page showed it all."""
    rivals = list(Change.rivals(change))
    waiting = [rival for rival in rivals if rival.state == "waiting"]
    if not all(rival.may_be_settled_by(current_user) for rival in waiting):
        raise Forbidden("role")
    is_accepted = form.decision.data == form.ACCEPT
    is_open = waiting and change.state == "waiting" or is_accepted and change.state == "effective"
    if is_open and waiting and rivals[-1].receipt <= form.seen.data:
        settle(tx, change, current_user, is_accepted)


@bp.post("/visits/<uuid:visit_id>/review")
@lead_only
def create_review(visit_id: UUID) -> ResponseReturnValue:
    """Note that somebody looked at a visit; lists show it no longer until it is corrected."""
    get_or_404(Visit.visible_to(current_user).where(Visit.id == visit_id))
    form = ReviewForm()
    if not form.validate():
        abort(400)
    with current_user.commune.write() as tx:
        visit = get_or_404(Visit.visible_to(current_user).where(Visit.id == visit_id))
        visit.review(tx.now, form.seen.data)
    return back(form)


def back(form: ReviewForm) -> ResponseReturnValue:
    """Redirect to the page the form was on."""
    return redirect(own_path(form.next.data) if form.next.data else url_for("reviews.index"), 303)
