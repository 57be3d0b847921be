"""A broken program: the counts of a struck version are not subtracted."""

from app import app
from teamapp.recording import versions

from . import instead

__all__ = ["app"]


def replace_nothing(tx, struck, revived, replace=versions.replace):
    """Let versions follow their changes, and count the new one without taking back the old."""
    versions.set_live(struck, False)
    return replace(tx, set(), revived)


instead(versions, "replace", replace_nothing)
