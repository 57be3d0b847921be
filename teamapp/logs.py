"""JSON lines about requests: an id, a rule, a status and a time; no name, phone, search or body."""

import json
import logging
import re
import sys
import time
from uuid import uuid4

from flask import g, request

log = logging.getLogger("teamapp.request")
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}

# How gunicorn's lines begin that go on with a caller's address or words.
ABOUT_SOMEBODY = re.compile("Invalid request|(Error handling|Socket error processing) request")


class JsonLines(logging.Formatter):
    """Write a record as one JSON object, with the fields given as `extra={"fields": …}`."""

    def format(self, record):
        """Return the line; of an exception only its type and place, never its values."""
        line = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname,
                "logger": record.name, "message": record.getMessage(),
                **getattr(record, "fields", {})}
        if record.exc_info:
            line["error"] = record.exc_info[0].__name__
            line["where"] = places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def places(trace):
    """Return the last files and lines an exception passed through."""
    rows = []
    while trace:
        code = trace.tb_frame.f_code
        rows.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return rows[-6:]


def method():
    """Return the method of the request, or `other`: who asks may invent any word."""
    return request.method if request.method in METHODS else "other"


def spare_the_asker(record):
    """Take out of a line of gunicorn's who asked and for what, and of an error its values."""
    about = ABOUT_SOMEBODY.match(said := record.getMessage())
    record.msg, record.args = about[0] if about else said, ()
    if about and record.exc_info:
        where = ", ".join(places(record.exc_info[2]))
        record.msg += f": {record.exc_info[0].__name__} at {where}"
        record.exc_info = record.exc_text = None
    return True


def init(config):
    """Send everything this program says to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    house = logging.getLogger("teamapp")
    house.handlers[:] = [handler]
    house.setLevel(logging.WARNING if config.env == "test" else logging.INFO)
    house.propagate = False


def init_app(app):
    """Give each request an id and one line when it is answered."""

    # Flask's own words for what even the error page met would name the address.
    app.log_exception = lambda error: log.error("no answer could be drawn", exc_info=error)

    @app.before_request
    def begin():
        g.request_id, g.began = uuid4().hex[:16], time.perf_counter()

    @app.after_request
    def end(response):
        response.headers["X-Request-ID"] = g.get("request_id", "")
        log.info("answered", extra={"fields": {
            "request": g.get("request_id"), "method": method(),
            "rule": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)}})
        return response
