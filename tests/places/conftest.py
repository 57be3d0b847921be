"""A signed-in browser of the commune's staff, and the fields of a village."""

import pytest

from teamapp.models import Deed, Village
from tests.tallies.conftest import browser_of, line, set_target  # noqa: F401


@pytest.fixture
def fields():
    """Return valid fields of a new village."""
    return {"unit_type": "ap", "name": "Bàu Sen", "code": "V03", "signal": "weak",
            "declared_14plus": "1250", "declared_on": "2026-11-12",
            "declared_source": "Công an xã"}


@pytest.fixture
def villages():
    """Return a function that gives the labels of a commune's villages, in order."""
    def listed(commune):
        return [village.label for village in Village.select().where(
            Village.commune == commune).order_by(Village.position)]
    return listed


@pytest.fixture
def deeds():
    """Return a function that gives the acts of a commune, the first one first."""
    def told(commune):
        return [(deed.kind, deed.by and deed.by.username, deed.village and deed.village.code,
                 deed.note) for deed in Deed.select().where(
                    Deed.commune == commune).order_by(Deed.id)]
    return told
