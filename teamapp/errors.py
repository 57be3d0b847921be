"""Error responses: a page, a partial for htmx, or JSON for a script."""

import logging

from flask import Flask, g, jsonify, redirect, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from gunicorn.http.errors import ParseException
from peewee import OperationalError
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    ServiceUnavailable,
)

from .access import marks_of
from .extensions import htmx

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(ParseException, malformed_request)
    app.register_error_handler(OperationalError, database_unavailable)
    app.register_error_handler(Exception, unexpected)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error; a record one may not see and a missing one look alike."""
    if error.code and error.code < 400:
        return error.get_response()  # a redirect
    if error.code == 405 and request.method == "GET" and (above := nearest_page(request.path)):
        return redirect(above)  # the response to a form was reloaded by its URL
    status = error.code or 500
    wait = str(getattr(error, "retry_after", None) or 5)
    headers = {"Retry-After": wait} if error.code in (429, 503) else {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(error.valid_methods)
    if "programmatic" in marks_of(request.endpoint or ""):
        return jsonify(v=1, code=error_code(error)), status, headers
    g.rejected = True  # extensions.py: rendering the error page must not need the database
    template = "_error.html" if htmx else "errors.html"
    return render_template(template, status=status), status, headers


def nearest_page(path: str) -> str | None:
    """Return the nearest parent path that is a page, where the form is, or None."""
    adapter = request_ctx.url_adapter
    while path := path.rpartition("/")[0]:
        if adapter and adapter.test(path, "GET"):
            return path
    return None


def error_code(error: HTTPException) -> str:
    """Return the short code the error was raised with, else one of its HTTP name."""
    own = error.description or ""
    return own if own.replace("_", "").isalnum() and own.islower() \
        else error.name.lower().replace(" ", "_")


def malformed_request(_error: ParseException) -> ResponseReturnValue:
    """Answer 400 for a body gunicorn cannot parse, e.g. an invalid chunk size."""
    return http_error(BadRequest("malformed"))


def database_unavailable(error: OperationalError) -> ResponseReturnValue:
    """Answer 503 when the database is locked or unreachable; nothing was written."""
    log.exception("the database did not answer", exc_info=error)
    return http_error(ServiceUnavailable())


def unexpected(error: Exception) -> ResponseReturnValue:
    """Answer 500 and log type and place of the error, without its values."""
    log.exception("unexpected error", exc_info=error)
    return http_error(InternalServerError())
