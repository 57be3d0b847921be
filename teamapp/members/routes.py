"""The people of the teams: where each is signed in, phones that were lost, accounts that close."""

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user
from peewee import ModelSelect
from werkzeug.exceptions import Forbidden

from ..access import lead_only
from ..models import RejectedEntry, Session, User
from ..web import ID, get_or_404, page
from . import queries

bp = Blueprint("members", __name__)

PERSON = f"/people/<{ID}:person_id>"
SIGN_IN = f"{PERSON}/sign-ins/<string(length=64):sign_in>"


@bp.get("/people")
@lead_only
def index():
    """List the people this person leads, village by village."""
    return page("members/index.html", groups=queries.people(current_user),
                rejected=open_rejected().count())


@bp.get(PERSON)
@lead_only
def show(person_id):
    """Show one of them, with the phones they are signed in on."""
    return person_page(find(person_id))


@bp.post(f"{SIGN_IN}/ending")
@lead_only
def finish(person_id, sign_in):
    """End a sign-in: that phone asks for the PIN again, and nothing on it is lost."""
    person, found = find_sign_in(person_id, sign_in)
    found.end()
    return back_to(person)


@bp.post(f"{SIGN_IN}/loss")
@lead_only
def lose(person_id, sign_in):
    """Report a phone as lost: it drops its pages at its next contact."""
    person, found = find_sign_in(person_id, sign_in)
    found.mark_lost()
    return back_to(person)


@bp.post(f"{PERSON}/closure")
@lead_only
def close(person_id):
    """Close an account; rejected for the last chair of the commune."""
    person = find_to_change(person_id)
    with current_user.commune.write():
        closed = person.deactivate()
    return back_to(person) if closed else person_page(person, failure="last_chair", status=409)


@bp.post(f"{PERSON}/reopening")
@lead_only
def reopen(person_id):
    """Open a closed account again."""
    person = find_to_change(person_id)
    with current_user.commune.write():
        person.reactivate()
    return back_to(person)


def find(person_id):
    """Return the person, found through what this person may see."""
    return get_or_404(User.visible_to(current_user).where(User.id == person_id))


def find_sign_in(person_id, sign_in):
    """Return a person and one of their sign-ins that this person may end."""
    person = find(person_id)
    if not sign_in.isalnum():  # PostgreSQL does not even look for a NUL
        abort(404)
    found = get_or_404(Session.select().where(Session.id == sign_in, Session.user == person.id))
    if not (person.id == current_user.id or current_user.may_deactivate(person)):
        raise Forbidden("role")
    return person, found


def find_to_change(person_id):
    """Return a person whose account this person may close."""
    person = find(person_id)
    if not current_user.may_deactivate(person):
        raise Forbidden("role")
    return person


def back_to(person):
    """Lead to the person's page."""
    return redirect(url_for("members.show", person_id=person.id), 303)


def person_page(person, failure=None, status=200):
    """Return a person's page."""
    return page("members/show.html", status=status, person=person, failure=failure,
                may_close=current_user.may_deactivate(person),
                rejected=open_rejected().where(RejectedEntry.user == person.id).count(),
                **queries.phones(person))


def open_rejected() -> ModelSelect:
    """Return the open rejected entries that this person may see."""
    return RejectedEntry.open(RejectedEntry.visible_to(current_user))
