"""The libraries that know the app: signing in, CSRF, htmx, compression."""

from flask import g, request, session
from flask_compress import Compress
from flask_htmx import HTMX
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from .db import open_database
from .models import Session

login = LoginManager()
csrf = CSRFProtect()
htmx = HTMX()
compress = Compress()


@login.user_loader
def living_session(user_id):
    """Return the person whose session the cookie names, if the session table says it lives.

    A database that does not answer signs nobody out: its error goes on to errors.py, as any
    other does. That one's page must be drawn all the same, and is drawn as for nobody.
    """
    try:
        user = Session.resume(session.get("token", ""))
    except Exception:
        if "rejected" not in g:
            raise
        return None
    return user if user and str(user.id) == user_id else None


def must_wipe():
    """Tell whether the phone that asks is a lost one, or its holder's account is closed."""
    return Session.must_wipe(session.get("token", ""))


def init_app(app, config):
    """Set up the libraries, and a database connection for each request."""
    database = app.extensions["database"] = open_database(config)

    @app.before_request
    def connect():
        if request.blueprint not in ("health", "metrics"):  # these report on one that is away
            database.connect(reuse_if_open=True)

    @app.teardown_request
    def release(error):
        if not database.is_closed():
            database.close()

    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # access.gate checks, by the route's mark
    login.init_app(app)
    login.session_protection = None
    csrf.init_app(app)
    htmx.init_app(app)
    compress.init_app(app)
