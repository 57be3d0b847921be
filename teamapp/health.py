"""Probes of a supervisor: liveness and readiness."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from peewee import PeeweeException

from .access import public
from .db import pending_migrations

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return {"status": "up"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Report ready if the database is reachable and has every migration of the code."""
    try:
        pending = pending_migrations(current_app.extensions["database"])
    except PeeweeException:
        return {"status": "not ready", "reason": "database"}, 503
    if pending:
        return {"status": "not ready", "reason": "schema", "pending": pending}, 503
    return {"status": "ready"}
