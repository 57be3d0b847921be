"""Phones of people: the own ones, those with a problem; ending, losing and giving up one."""

from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from ..access import lead_only, own_path
from ..db import transaction
from ..models import Deed, Device, LostPhone, Session, User, Village
from ..web import get_or_404, page, page_number
from . import device_list
from .editing import PERSON

devices = Blueprint("devices", __name__)

SIGN_IN = f"{PERSON}/sign-ins/<string(length=64):sign_in>"
PAGE = 50  # lines


@devices.get("/devices")
@lead_only
def index() -> ResponseReturnValue:
    """List the phones of the people this person leads, those to call about first."""
    lines = device_list.visible_to(current_user, version())
    problem = request.args.get("is", "")
    found = [line for line in lines if problem in line.problems] \
        if problem in device_list.PROBLEMS else lines
    number = min(page_number(), max(1, -(-len(found) // PAGE)))
    shown = found[(number - 1) * PAGE:number * PAGE]
    villages = [] if current_user.is_field else Village.labelled(current_user)
    return page("members/devices.html", lines=shown, total=len(lines), problem=problem,
                numbers=device_list.numbers(lines), number=number,
                more=number * PAGE < len(found), places=Village.labels(villages))


@devices.get("/me/devices")
def show() -> ResponseReturnValue:
    """Show the reader's own phones."""
    return page("members/own_devices.html", lines=phones_of(current_user))


@devices.post(f"{SIGN_IN}/termination")
def create_termination(person_id: int, sign_in: str) -> ResponseReturnValue:
    """End the sign-ins on a phone: it asks for the PIN again and keeps its entries."""
    person = find(person_id)
    active = [one for one in sign_ins_on_phone(person, sign_in) if not one.is_over]
    with transaction():
        for one in active:
            one.end()
        if active:
            Deed.record("sign_in_ended", reader(), person.commune, user=person,
                        village=person.village)
    return back_to(person)


@devices.post(f"{SIGN_IN}/loss")
def create_loss(person_id: int, sign_in: str) -> ResponseReturnValue:
    """Report a phone as lost: it drops its pages at its next contact."""
    person = find(person_id)
    LostPhone.report(person, sign_ins_on_phone(person, sign_in), reader())
    return back_to(person)


@devices.post(f"{PERSON}/devices/<uuid:device_id>/clearance")
@lead_only
def create_clearance(person_id: int, device_id: UUID) -> ResponseReturnValue:
    """Give up the entries of a phone that will never come back."""
    person = find(person_id)
    device = get_or_404(Device.select().where(Device.id == device_id, Device.user == person.id))
    if device.left_count:
        device.clear(reader())
    return back_to(person)


def phones_of(person: User) -> list[device_list.Line]:
    """Return the phones of a person."""
    return device_list.of_person(person, version())


def version() -> str:
    """Return the version of the scripts that this server serves."""
    return str(current_app.extensions["static_version"])


def find(person_id: int) -> User:
    """Return the reader, or a person whose phones the reader may end; else 403 or 404."""
    if not current_user.leads and person_id != current_user.id:
        raise Forbidden("role")
    person: User = get_or_404(User.visible_to(current_user).where(User.id == person_id))
    if not (person.id == current_user.id or current_user.may_deactivate(person)):
        raise Forbidden("role")
    return person


def sign_ins_on_phone(person: User, sign_in: str) -> list[Session]:
    """Return a person's sign-in and the others on the same phone, the last contact first."""
    if not sign_in.isalnum():  # PostgreSQL rejects a query that contains NUL
        abort(404)
    own = Session.select().where(Session.user == person.id)
    found = get_or_404(own.where(Session.id == sign_in))
    is_same = Session.device == found.device if found.device else Session.id == found.id
    return list(own.where(is_same).order_by(Session.seen_at.desc()))


def reader() -> User:
    """Return the reader as a row, to be stored."""
    user: User = current_user._get_current_object()
    return user


def back_to(person: User) -> Response:
    """Redirect to the page the button was on."""
    target = request.form.get("next", "")
    return redirect(own_path(target) if target
                    else url_for("members.show", person_id=person.id), 303)
