"""Numbers for whoever watches the service, in Prometheus' format, to those who may ask."""

import logging
import os
import time
from ipaddress import ip_address

from flask import Blueprint, Response, abort, current_app, g, request
from peewee import JOIN, PeeweeException, fn
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from . import clock
from .access import public
from .logs import method
from .models import Counter as CommuneCounter
from .models import Device, ProcessingFailure, Receipt, RejectedEntry, Session

bp = Blueprint("metrics", __name__)
log = logging.getLogger(__name__)

GIVEN_UP = Session.ABSOLUTE  # so long silent, a phone is no more: its sign-in is over
ANSWERS = Counter("tungnha_answers", "Answers given.", ("method", "rule", "status"))
SECONDS = Histogram("tungnha_answer_seconds", "Time from a request to its answer.", ("rule",),
                    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))


class Book:
    """What the database itself can tell, the same whichever process is asked."""

    def collect(self):
        """Yield the gauges."""
        now = clock.now()
        waiting = (Device.left_count > 0) & (Device.seen_at > now - GIVEN_UP)
        silent = waiting & (Device.seen_at < now - Device.SILENT)
        left = Device.select(fn.COALESCE(fn.SUM(Device.left_count), 0)).where(waiting)
        open_failure = Receipt.id.is_null() | (Receipt.status == "rejected")
        for name, told, query in (
            ("receipts", "Entries the communes have accepted.",
             CommuneCounter.select(fn.COALESCE(fn.SUM(CommuneCounter.receipt), 0))),
            ("waiting_entries", "Entries still on phones, as each last told.", left),
            ("waiting_phones", "Phones that hold entries.",
             Device.select(fn.COUNT(Device.id)).where(waiting)),
            ("silent_phones", "Phones that hold entries and were not heard for three days.",
             Device.select(fn.COUNT(Device.id)).where(silent)),
            ("rejected_open", "Rejected entries that nobody has settled.",
             RejectedEntry.select(fn.COUNT(RejectedEntry.id)).where(RejectedEntry.settled_at.is_null())),
            ("processing_failures", "Entries that met a server error and are not accepted.",
             ProcessingFailure.select(fn.COUNT(ProcessingFailure.entry))
             .join(Receipt, JOIN.LEFT_OUTER, on=(Receipt.id == ProcessingFailure.entry))
             .where(open_failure)),
        ):
            yield GaugeMetricFamily(f"tungnha_{name}", told, value=int(query.scalar()))


@bp.get("/metrics")
@public
def metrics():
    """Tell the numbers to an address of METRICS_FROM; to others there is no such page.

    Also when the database is away: that is what the watcher wants to hear.
    """
    if not is_allowed(current_app.extensions["config"]):
        abort(404)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # several processes: gunicorn.conf.py
        MultiProcessCollector(registry := CollectorRegistry())
    return Response(generate_latest(registry) + of_the_book(), content_type=CONTENT_TYPE_LATEST)


def of_the_book():
    """Return the lines of the book's own numbers; none when it does not answer."""
    book = CollectorRegistry()
    try:
        book.register(Book())
        return generate_latest(book)
    except PeeweeException as error:
        log.warning("the book told no numbers", exc_info=error)
        return b""


def is_allowed(config):
    """Tell whether the asker's address is one of those allowed, and truly the asker's."""
    is_proxied = not config.proxy_hops and "X-Forwarded-For" in request.headers
    try:
        asker = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return not is_proxied and any(asker in network for network in config.metrics_from)


def init_app(app):
    """Count every answer under its rule, never its address; logs.py has begun to time it."""

    @app.after_request
    def end(response):
        rule = request.url_rule.rule if request.url_rule else "none"
        ANSWERS.labels(method(), rule, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(rule).observe(time.perf_counter() - g.began)
        return response
