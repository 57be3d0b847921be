"""Signing in and out, and the page in between that no phone keeps."""

import re
import secrets

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import AnonymousUserMixin, current_user, login_user
from flask_wtf.csrf import CSRFError

from .. import text
from ..access import fetch_metadata, own_path, public, same_origin
from ..extensions import must_wipe
from ..languages import browser_language, use_language
from ..models import Attempt, MustWait, Session, User
from ..web import page
from .forms import LanguageForm, SignInForm

bp = Blueprint("session", __name__)

DEVICE, DEVICE_DAYS = re.compile(r"[A-Za-z0-9_-]{22}"), 400  # the longest a cookie is kept


@bp.get("/sign-in")
@public
def new():
    """Draw the form; also for somebody signed in, whose phone goes to the next person."""
    return door(SignInForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/sign-in")
@public
@fetch_metadata  # two tabs that came here at once share one cookie, but have two tokens
def create():
    """Let in who knows the secret; say the same to everybody else."""
    form = SignInForm(request.form)
    if not form.validate():
        return door(form, 422, refusal())
    attempt = Attempt(current_app.secret_key, text.fold(form.username.data), device())
    try:
        attempt.begin()
    except MustWait as wait:
        answer = door(form, 429, refusal(wait.seconds))
        answer.headers["Retry-After"] = str(wait.seconds)
        return answer
    user = User.authenticate(attempt.username, form.secret.data)
    if user is None:
        return door(form, 422, refusal(attempt.wait()))
    attempt.succeed()
    begin_session(user)
    target = own_path(form.next.data) if form.next.data else front_page(user)
    return with_device(redirect(url_for("session.arrival", next=target), 303))


@bp.get("/arrival")
def arrival():
    """Tell the phone who is here now, before any kept page may be shown."""
    target = request.args.get("next")
    return page("session/arrival.html", sealing=sealing_words(),
                next_url=own_path(target) if target else front_page(current_user))


def sealing_words():
    """Return what the phone seals with at sign-out: the key's name, the key, and the proof."""
    key = current_app.extensions["sealing"].current
    return f"{key.kid} {key.public} {key.proof(current_user.sign_in.id, current_user.id)}"


@bp.post("/sign-out")
@public  # a phone that ended its session without signal asks until it is told that it is over
@same_origin  # kept pages hold no token
def destroy():
    """End the session here, whatever copies of its cookie are about."""
    Session.end_by_token(session.get("token", ""))
    session.clear()  # an HttpOnly cookie changes: the browser drops the pages behind "back"
    accepted = request.accept_mimetypes
    if accepted.accept_json and not accepted.accept_html:
        return {"v": 1}
    return redirect(url_for("session.new"), 303)


@bp.post("/language")
@same_origin  # the phone keeps the page it stands on, without a token
def speak():
    """Speak another language to this person; the phone gets its pages anew."""
    form = LanguageForm(request.form)
    if not form.validate():
        abort(400)
    current_user.set_language(form.language.data)
    return redirect(url_for("session.arrival"), 303)


@bp.errorhandler(CSRFError)
def outdated(error):
    """Draw a new form for one that lay in a tab while the session changed."""
    form = SignInForm(formdata=None, next=request.form.get("next", ""))
    return door(form, 400, _("Trang này mở đã lâu. Gõ lại tên và mã."))


def door(form, status=200, failure=None):
    """Return the sign-in page, drawn for nobody, and the cookie that tells this phone's tries.

    A phone that is to keep nothing is told so here too: it may ask for nothing else first.
    """
    wipe = must_wipe()
    form.next.data = own_path(form.next.data) if form.next.data else ""
    use_language(browser_language())
    answer = page("session/new.html", status=status, form=form, failure=failure, wipe=wipe,
                  current_user=AnonymousUserMixin())
    if wipe:
        answer.headers["X-Wipe"] = "1"
    return with_device(answer)


def refusal(seconds=0):
    """Return the one message for every failure, with the time to wait if there is any."""
    if not seconds:
        return _("Tên hoặc mã không đúng.")
    wait = _("%(n)s giây", n=seconds) if seconds <= 60 else _("%(n)s phút", n=-(-seconds // 60))
    return _("Tên hoặc mã không đúng. Thử lại sau %(wait)s.", wait=wait)


def begin_session(user):
    """Give this browser a new session, with nothing left of the one before."""
    Session.end_by_token(session.get("token", ""))
    session.clear()
    session["token"] = Session.begin(user)
    session.permanent = True
    login_user(user)


def front_page(user):
    """Return the page this person's work begins on."""
    return url_for("tallies.index") if user.is_commune else url_for("rounds.today")


def device_cookie():
    """Return the name of the cookie that holds this browser's random id."""
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def device():
    """Return this browser's random id, a new one if it has none."""
    if "device" not in g:
        known = request.cookies.get(device_cookie(), "")
        g.device = known if DEVICE.fullmatch(known) else secrets.token_urlsafe(16)
    return g.device


def with_device(answer):
    """Return the answer with the cookie renewed."""
    answer.set_cookie(device_cookie(), device(), max_age=DEVICE_DAYS * 86400, httponly=True,
                      secure=current_app.config["SESSION_COOKIE_SECURE"], samesite="Lax")
    return answer
