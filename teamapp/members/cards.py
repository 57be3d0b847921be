"""Sign-in cards: a new one for a person, shown once, and many on sheets of paper."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from peewee import chunked
from werkzeug.exceptions import Conflict, Forbidden
from werkzeug.wrappers import Response

from ..access import lead_only, writing
from ..models import User
from ..web import ID, get_or_404, page
from . import queries
from .card_forms import CardsForm
from .card_queries import listing, may_get_card
from .issuing import IssuedCard, issue_cards, site_url

cards = Blueprint("cards", __name__)

A_PAGE = 8  # cards on a sheet of A4


@cards.post(f"/people/<{ID}:person_id>/cards")
@lead_only
def create(person_id: int) -> ResponseReturnValue:
    """Issue a card and show it, this once; a reload issues another one."""
    with writing() as by:
        [card] = issue(by, [get_or_404(User.visible_to(by).where(User.id == person_id))])
    return page("members/card.html", card=card)


@cards.post("/people/cards")
@lead_only
def create_sheets() -> ResponseReturnValue:
    """Issue a card to each marked person and show them, this once, as sheets to print."""
    form = CardsForm()
    if not form.validate_on_submit():
        return list_page(form, status=422)
    with writing() as by:
        people = chain.from_iterable(team for _, team in queries.people(by))
        issued = issue(by, form.marked_among(people))
    return page("members/card_sheets.html", cards=issued, sheets=list(chunked(issued, A_PAGE)))


def issue(by: User, people: Sequence[User]) -> list[IssuedCard]:
    """Issue cards to people; 403 if `by` may not, 409 if there can be no card."""
    if not all(map(by.may_issue_card, people)):
        raise Forbidden("role")
    if not site_url():
        raise Conflict(_("Máy chủ chưa đặt SITE_URL nên chưa cấp được thẻ. "
                         "Báo người quản trị máy chủ."))
    if closed := [person.name for person in people if not person.may_sign_in]:
        raise Conflict(_("Tài khoản đã đóng, không cấp thẻ được: %(names)s.",
                         names=", ".join(closed)))
    return issue_cards(people, by, by.commune)


@cards.errorhandler(Conflict)
def explain(error: Conflict) -> ResponseReturnValue:
    """Say why no card was issued."""
    return page("members/no_card.html", status=409, why=error.description)


def list_page(form: CardsForm, status: int = 200, **filters: Any) -> Response:
    """Return the list of people with the form that marks some of them for a card."""
    found = listing(current_user, **filters)
    return page("members/index.html", status=status, form=form, listing=found,
                marked=found.marked.union(form.people.data or ()), may_get_card=may_get_card)
