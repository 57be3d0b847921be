"""JSON lines about requests: an id, a rule, a status and a time; no name, phone, search or body."""

import json
import logging
import re
import sys
import time
from types import TracebackType
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, request

from .config import Config

log = logging.getLogger("teamapp.request")
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}

# The beginnings of gunicorn's messages that contain a client's address or input.
CLIENT_DATA = re.compile("Invalid request|(Error handling|Socket error processing) request")


class JsonLines(logging.Formatter):
    """Write a record as one JSON object, with the fields given as `extra={"fields": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception only type and place, never values."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname,
            "logger": record.name, "message": record.getMessage(),
            **getattr(record, "fields", {})}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def places(trace: TracebackType | None) -> list[str]:
    """Return the innermost six frames of a traceback: file, line, function."""
    rows = []
    while trace:
        code = trace.tb_frame.f_code
        rows.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return rows[-6:]


def method() -> str:
    """Return the method of the request; `other` for one a client made up."""
    return request.method if request.method in METHODS else "other"


def redact_request(record: logging.LogRecord) -> bool:
    """Remove client and request from a message of gunicorn, and the values of an exception."""
    about = CLIENT_DATA.match(message := record.getMessage())
    record.msg, record.args = about[0] if about else message, ()
    if about and record.exc_info and record.exc_info[0]:
        where = ", ".join(places(record.exc_info[2]))
        record.msg += f": {record.exc_info[0].__name__} at {where}"
        record.exc_info = record.exc_text = None
    return True


def init(config: Config) -> None:
    """Write the log of this program to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("teamapp")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.WARNING if config.env == "test" else logging.INFO)
    logger.propagate = False


def init_app(app: Flask) -> None:
    """Give each request an id and one log line when it is answered."""

    # Flask's own message for an error in the error page contains the URL.
    app.log_exception = lambda error: log.error(  # type: ignore[method-assign, assignment]
        "the error page could not be rendered", exc_info=error)  # type: ignore[arg-type]

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = uuid4().hex[:16], time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        log.info("answered", extra={"fields": {
            "request": g.get("request_id"), "method": method(),
            "rule": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)}})
        return response
