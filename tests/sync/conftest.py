"""Somebody's browser that presses the buttons of a page."""

from ..members.conftest import desk  # noqa: F401
from .test_outbox_files import hand_in  # noqa: F401
