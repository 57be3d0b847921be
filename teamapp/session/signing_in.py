"""Shared by all ways to sign in: attempts of this browser, waits in words, the new session."""

from typing import Any

from flask import current_app, redirect, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import AnonymousUserMixin, login_user
from werkzeug.wrappers import Response

from .. import text
from ..extensions import must_wipe
from ..languages import browser_language, use_language
from ..models import Attempt, Session, User
from ..web import page
from .browser import device, forgetting, network, remembering, with_device

MANY_AT_ONCE = _("Đang có nhiều người đăng nhập. Thử lại sau vài giây.")


def attempt_of(username: str) -> Attempt:
    """Return an attempt of this browser to sign in under a username."""
    return Attempt(str(current_app.secret_key), text.fold(username), device(),
                   network(request.remote_addr))


def wait_words(seconds: int) -> Any:
    """Return a time to wait in words."""
    return _("%(n)s giây", n=seconds) if seconds <= 60 else _("%(n)s phút", n=-(-seconds // 60))


def must_wait(seconds: int) -> Any:
    """Return the message of an attempt that comes too early."""
    return _("Sai nhiều lần. Chờ %(wait)s rồi thử lại.", wait=wait_words(seconds))


def enter(user: User, target: str = "") -> Response:
    """Sign the user in on this browser; the arrival page leads on to `target`."""
    sign_in = begin_session(user)
    answer = redirect(url_for("session.arrival", next=target or front_page(user)), 303)
    return remembering(with_device(answer), user, sign_in)


def begin_session(user: User) -> str:
    """Give this browser a new session that holds nothing of the previous one; return its id."""
    Session.end_by_token(session.get("token", ""))
    session.clear()
    session["token"] = token = Session.begin(user)
    session.permanent = True
    login_user(user)
    return Session.digest(token)


def door(template: str, status: int = 200, **context: Any) -> Response:
    """Return a page for an anonymous reader, with the cookie that counts attempts.

    X-Wipe stands here too: a lost device may request no other page first.
    """
    wipe = must_wipe()
    use_language(browser_language())
    answer = page(template, status=status, wipe=wipe, current_user=AnonymousUserMixin(), **context)
    if wipe:
        answer.headers["X-Wipe"] = "1"
        forgetting(answer)
    return with_device(answer)


def front_page(user: User) -> str:
    return url_for("tallies.index") if user.is_commune else url_for("rounds.today")


def with_wait(answer: Response, seconds: int) -> Response:
    """Return the response with the seconds after which another attempt is possible."""
    if seconds:
        answer.headers["Retry-After"] = str(seconds)
    return answer
