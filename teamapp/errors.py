"""Refusals, each as one page, one partial for htmx, or JSON for a program."""

import logging

from flask import g, jsonify, redirect, render_template, request
from flask.globals import request_ctx
from gunicorn.http.errors import ParseException
from peewee import OperationalError
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
)

from .access import marks_of
from .extensions import htmx

log = logging.getLogger(__name__)


def init_app(app):
    """Answer every refusal in plain words."""
    app.register_error_handler(HTTPException, refusal)
    app.register_error_handler(ParseException, unread)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(Exception, unexpected)


def refusal(error):
    """Return the answer for an HTTP refusal: a foreign thing and a missing one look alike."""
    if error.code and error.code < 400:
        return error  # a redirect
    if error.code == 405 and request.method == "GET" and (above := page_above(request.path)):
        return redirect(above)  # an answer to a form was opened anew, by its address alone
    headers = {"Retry-After": str(getattr(error, "retry_after", None) or 5)} \
        if error.code in (429, 503) else {}
    if error.code == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(error.valid_methods)
    if "programmatic" in marks_of(request.endpoint or ""):
        return jsonify(v=1, code=code_of(error)), error.code, headers
    g.rejected = True  # extensions.py: from here on no database is needed
    template = "_error.html" if htmx else "errors.html"
    return render_template(template, status=error.code), error.code, headers


def page_above(path):
    """Return the nearest address above that is a page, or None: there its form stands."""
    while path := path.rpartition("/")[0]:
        if request_ctx.url_adapter.test(path, "GET"):
            return path
    return None


def code_of(error):
    """Return a refusal's short code: our own where one was given, else its name."""
    own = error.description or ""
    return own if own.replace("_", "").isalnum() and own.islower() \
        else error.name.lower().replace(" ", "_")


def unread(_error):
    """Answer 400 where the server finds no end in what is sent: a chunk of no size, say."""
    return refusal(BadRequest("malformed"))


def busy(error):
    """Answer 503 when the database is locked or away: nothing was written, try again."""
    log.exception("the database did not answer", exc_info=error)
    return refusal(ServiceUnavailable())


def unexpected(error):
    """Answer 500 and log where it happened, without the values."""
    log.exception("unexpected error", exc_info=error)
    return refusal(InternalServerError())
