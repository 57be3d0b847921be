"""How often each property is tried: a few times in every test run, thousands in a full one."""

import os

from hypothesis import HealthCheck, settings

IS_FULL = os.environ.get("HOSTILE") == "full"


def often(few, many, **more):
    """Return the settings for so many examples; the few are the same in every run."""
    return settings(max_examples=many if IS_FULL else few, derandomize=not IS_FULL, database=None,
                    deadline=None, print_blob=True, suppress_health_check=list(HealthCheck), **more)
