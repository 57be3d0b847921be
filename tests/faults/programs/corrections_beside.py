"""A broken program: a corrected version counts beside its correction."""

from app import app
from teamapp.recording import versions

from . import instead

__all__ = ["app"]


def live_beside_corrections(among, changes, live_among=versions.live_among):
    """Return the live versions, and those that were corrected."""
    changes = list(changes)
    return live_among(among, changes) | {change.visit_id for change in changes
                                         if change.correction_id and change.state == "effective"}


instead(versions, "live_among", live_beside_corrections)
