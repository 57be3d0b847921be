"""Rows and kept pages that cannot be drawn: left out, logged without values, and counted."""

import logging

from prometheus_client import Counter

log = logging.getLogger(__name__)
UNDRAWN = Counter("tungnha_undrawn", "Rows and kept pages left out, as they could not be drawn.",
                  ("what",))


def leave_out(what: str, error: Exception) -> None:
    """Log and count what is left out of a page or a pack; `what` names its template or kind."""
    log.error("left out what could not be drawn", extra={"fields": {"what": what}},
              exc_info=error)
    UNDRAWN.labels(what).inc()
