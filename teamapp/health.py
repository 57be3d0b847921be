"""Two questions a supervisor asks: is the process up, and may people be sent to it."""

from flask import Blueprint, current_app
from peewee import PeeweeException

from .access import public
from .db import pending_migrations

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz():
    """Answer that the process is up."""
    return {"status": "up"}


@bp.get("/readyz")
@public
def readyz():
    """Answer whether the database is reachable and its schema as new as the code."""
    try:
        pending = pending_migrations(current_app.extensions["database"])
    except PeeweeException:
        return {"status": "not ready", "reason": "database"}, 503
    if pending:
        return {"status": "not ready", "reason": "schema", "pending": pending}, 503
    return {"status": "ready"}
