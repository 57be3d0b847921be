"""The number of examples per property: few in a normal test run, thousands in a full one."""

import os

from hypothesis import HealthCheck, settings

IS_FULL = os.environ.get("HOSTILE") == "full"


def often(few, many, **more):
    """Return Hypothesis settings for these numbers; the few examples are the same in every run."""
    return settings(max_examples=many if IS_FULL else few, derandomize=not IS_FULL, database=None,
                    deadline=None, print_blob=True, suppress_health_check=list(HealthCheck), **more)
