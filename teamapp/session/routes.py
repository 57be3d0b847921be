"""Signing in and out, and the page in between, which no device caches."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ..access import fetch_metadata, field_only, own_path, public, same_origin
from ..models import MustWait, Session, User
from ..models.secret import TooManyAtOnce
from ..sealing import Claim
from ..web import page
from .browser import is_secure, remembered_person
from .cards import cards, door_page
from .forms import LanguageForm, SignInForm
from .own_secret import own_secret
from .signing_in import (
    MANY_AT_ONCE,
    attempt_of,
    door,
    enter,
    front_page,
    must_wait,
    wait_words,
    with_wait,
)

bp = Blueprint("session", __name__)

bp.register_blueprint(cards)
bp.register_blueprint(own_secret)

NO_HTTPS = _("Thiếu HTTPS nên chưa đăng nhập được. Mở trang bằng https:// hoặc báo người "
             "quản trị máy chủ.")


@bp.get("/sign-in")
@public
def new() -> ResponseReturnValue:
    """Show the form; also to a signed-in person, who may pass the device on."""
    person = None if "other" in request.args else remembered_person()
    return sign_in_page(SignInForm(formdata=None, next=request.args.get("next", ""),
                                   username=person.username if person else ""), person)


@bp.post("/sign-in")
@public
@fetch_metadata  # two tabs that opened this page at once share one cookie, but have two tokens
def create() -> ResponseReturnValue:
    """Sign in with the right secret; show every other attempt the same message."""
    form, person = SignInForm(request.form), remembered_person()
    if not form.validate():
        return sign_in_page(form, person, 422, failure_message())
    attempt = attempt_of(form.username.data)
    try:
        user = attempt.verify(form.secret.data)
    except MustWait as wait:
        return sign_in_page(form, person, 429, must_wait(wait.seconds), wait.seconds)
    except TooManyAtOnce as error:
        return sign_in_page(form, person, 503, MANY_AT_ONCE, error.retry_after)
    if user is None:
        return sign_in_page(form, person, 422, failure_message(attempt.wait()))
    return enter(user, own_path(form.next.data) if form.next.data else "")


@bp.get("/card")
@public
def card() -> ResponseReturnValue:
    """Show the page a sign-in card's link opens: its script posts the token of the fragment."""
    return door_page()


@bp.get("/arrival")
def arrival() -> ResponseReturnValue:
    """Announce the signed-in person to the device before it shows any cached page."""
    target = request.args.get("next")
    return page("session/arrival.html", sealing=sealing_values(),
                next_url=own_path(target) if target else front_page(current_user))


def sealing_values() -> str:
    """Return the key id, the public key and the proof a device seals with at sign-out."""
    key, sign_in = current_app.extensions["sealing"].current, current_user.sign_in
    proof = key.proof(Claim(sign_in.id, current_user.id, sign_in.created_at))
    return f"{key.kid} {key.public} {proof}"


@bp.post("/sign-out")
@public  # a device that signed out offline repeats the request until it is confirmed
@same_origin  # cached pages hold no token
def destroy() -> ResponseReturnValue:
    """End the session on the server, so that no copy of its cookie stays valid."""
    Session.end_by_token(session.get("token", ""))
    session.clear()  # an HttpOnly cookie changes: the browser drops the pages behind "back"
    accepted = request.accept_mimetypes
    if accepted.accept_json and not accepted.accept_html:
        return {"v": 1}
    return redirect(url_for("session.new"), 303)


@bp.get("/me")
@field_only
def me() -> ResponseReturnValue:
    """Show the person's own page: language, files, people, sign-out."""
    return page("session/me.html")


@bp.post("/language")
@same_origin  # the form may stand on a cached page, which holds no token
def update_language() -> ResponseReturnValue:
    """Change the person's language; the arrival page makes the device reload its pages."""
    form = LanguageForm(request.form)
    if not form.validate():
        abort(400)
    current_user.set_language(form.language.data)
    return redirect(url_for("session.arrival"), 303)


@bp.errorhandler(CSRFError)
def replace_expired_form(error: CSRFError) -> ResponseReturnValue:
    """Show a fresh form when the session changed after a tab loaded the old one.

    In production over plain HTTP the browser sends no cookie at all.
    """
    is_insecure = is_secure() and not request.is_secure
    failure = NO_HTTPS if is_insecure else _("Trang này mở đã lâu. Gõ lại tên và mã.")
    form = SignInForm(formdata=None, next=request.form.get("next", ""))
    return sign_in_page(form, None, 400, failure)


def sign_in_page(form: SignInForm, person: User | None, status: int = 200, failure: Any = None,
                 retry_after: int = 0) -> Response:
    """Return the sign-in page.

    `person` signed in here last, and is shown while the form has that username.
    """
    form.next.data = own_path(form.next.data) if form.next.data else ""
    if person and person.username != form.username.data:
        person = None
    if person:
        form.secret.label.text = _("Nhập mã PIN") if person.is_field else _("Nhập mật khẩu")
    return with_wait(door("session/new.html", status, form=form, failure=failure, person=person),
                     retry_after)


def failure_message(seconds: int = 0) -> Any:
    """Return the message of every failure, with the time to wait, if any."""
    if not seconds:
        return _("Tên hoặc mã không đúng.")
    return _("Tên hoặc mã không đúng. Thử lại sau %(wait)s.", wait=wait_words(seconds))
