"""Flask extensions: sign-in, CSRF, htmx, compression; the database connection of a request."""

from flask import Flask, g, request, session
from flask_compress import Compress
from flask_htmx import HTMX
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from .config import Config
from .db import open_database
from .models import LostPhone, Session, User

login = LoginManager()
csrf = CSRFProtect()
htmx = HTMX()
compress = Compress()


@login.user_loader
def load_user(user_id: str) -> User | None:
    """Return the user of the cookie's session if the session table has it active.

    An unreachable database signs nobody out: its error propagates to errors.py, and the error
    page renders as for an anonymous user.
    """
    try:
        user = Session.resume(session.get("token", ""))
    except Exception:
        if "rejected" not in g:
            raise
        return None
    return user if user and str(user.id) == user_id else None


def must_wipe() -> bool:
    """Check whether the phone is marked lost or its user's account is deactivated.

    The answer carries the order to drop the pages: a lost phone's record notes the first one.
    """
    token = session.get("token", "")
    is_ordered = Session.must_wipe(token)
    if is_ordered:
        LostPhone.note_wiped(token)
    return is_ordered


def init_app(app: Flask, config: Config) -> None:
    database = app.extensions["database"] = open_database(config)

    @app.before_request
    def connect() -> None:
        if request.blueprint not in ("health", "metrics"):  # both report an unreachable one
            database.connect(reuse_if_open=True)

    @app.teardown_request
    def release(error: BaseException | None) -> None:
        if not database.is_closed():
            database.close()

    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # access.gate checks it, by the marks of the route
    login.init_app(app)
    login.session_protection = None
    csrf.init_app(app)
    htmx.init_app(app)
    compress.init_app(app)
