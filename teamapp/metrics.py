"""Metrics in Prometheus' format, for the addresses of METRICS_FROM."""

import logging
import os
import time
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, abort, current_app, g, request
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

from .access import public
from .config import Config
from .logs import method
from .models import Counter as CommuneCounter
from .models import Device, ProcessingFailure, Receipt, RejectedEntry

bp = Blueprint("metrics", __name__)
log = logging.getLogger(__name__)

ANSWERS = Counter("tungnha_answers", "Answers given.", ("method", "rule", "status"))
SECONDS = Histogram("tungnha_answer_seconds", "Time from a request to its answer.", ("rule",),
                    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))


class DatabaseCollector:
    """Gauges read from the database, the same in every process."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        left = Device.select(fn.COALESCE(fn.SUM(Device.left_count), 0)).where(Device.is_waiting())
        open_failure = Receipt.id.is_null() | (Receipt.status == "rejected")
        for name, help_text, query in (
            ("receipts", "Entries the communes have accepted.",
             CommuneCounter.select(fn.COALESCE(fn.SUM(CommuneCounter.receipt), 0))),
            ("waiting_entries", "Entries still on phones, as each last reported.", left),
            ("waiting_phones", "Phones that hold entries.",
             Device.select(fn.COUNT(Device.id)).where(Device.is_waiting())),
            ("silent_phones", "Phones that hold entries and had no contact for three days.",
             Device.select(fn.COUNT(Device.id)).where(Device.is_silent())),
            ("rejected_open", "Rejected entries that nobody has settled.",
             RejectedEntry.select(fn.COUNT(RejectedEntry.id)).where(RejectedEntry.settled_at.is_null())),
            ("processing_failures", "Entries that met a server error and are not accepted.",
             ProcessingFailure.select(fn.COUNT(ProcessingFailure.entry))
             .join(Receipt, JOIN.LEFT_OUTER, on=(Receipt.id == ProcessingFailure.entry))
             .where(open_failure)),
        ):
            yield GaugeMetricFamily(f"tungnha_{name}", help_text, value=int(query.scalar()))


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Return the metrics to an address of METRICS_FROM, 404 to any other.

    Without a database the process's own metrics still answer.
    """
    if not is_allowed(current_app.extensions["config"]):
        abort(404)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # several processes: gunicorn.conf.py
        MultiProcessCollector(registry := CollectorRegistry())
    return Response(generate_latest(registry) + database_metrics(),
                    content_type=CONTENT_TYPE_LATEST)


def database_metrics() -> bytes:
    """Return the metrics of the database; empty when it is unreachable."""
    registry = CollectorRegistry()
    try:
        registry.register(DatabaseCollector())
        return generate_latest(registry)
    except PeeweeException as error:
        log.warning("the database metrics are unavailable", exc_info=error)
        return b""


def is_allowed(config: Config) -> bool:
    """Check the client's address, which a header of an untrusted proxy makes invalid."""
    is_proxied = not config.proxy_hops and "X-Forwarded-For" in request.headers
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return not is_proxied and any(address in network for network in config.metrics_from)


def init_app(app: Flask) -> None:
    """Count and time every response by its route, never by its URL; logs.py starts the time."""

    @app.after_request
    def end(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "none"
        ANSWERS.labels(method(), rule, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(rule).observe(time.perf_counter() - g.began)
        return response
