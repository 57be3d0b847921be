"""Waits for a state, never for a time: the only place in the browser tests that sleeps."""

import time

PATIENCE = 60  # seconds a state may take on a busy machine


def until(condition, complaint, seconds=PATIENCE):
    """Return when the condition holds; else fail with the complaint, or with its result."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint() if callable(complaint) else complaint
        time.sleep(0.1)
