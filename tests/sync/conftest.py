"""Fixtures of other modules: a browser that presses buttons, files, envelopes."""

from ..members.conftest import browser_of  # noqa: F401
from .test_outbox_files import hand_in  # noqa: F401
from .test_sealed import bring, key, lans_session, letter, sealed  # noqa: F401
