"""Fixtures of other modules: a browser that presses buttons, and the submission of files."""

from ..members.conftest import desk  # noqa: F401
from .test_outbox_files import hand_in  # noqa: F401
