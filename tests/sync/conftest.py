"""Fixtures of other modules: a browser that presses buttons, and the submission of files."""

from ..members.conftest import browser_of  # noqa: F401
from .test_outbox_files import hand_in  # noqa: F401
