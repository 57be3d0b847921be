"""A signed-in browser of the commune's staff, and the figures of the board."""

import re

import pytest

from teamapp import clock
from teamapp.models import Target
from tests.rounds.conftest import browser_of  # noqa: F401


@pytest.fixture
def line():
    """Return a function that reads one row of the board: {column: text}."""

    def read(page, label):
        table = page.split("<tbody>")[1]
        row = next(row for row in table.split("<tr>") if label in row.split("</th>")[0])
        cells = re.findall(r'<td[^>]*data-name="([^"]+)"[^>]*>(.*?)</td>', row, re.S)
        return {name: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for name, text in cells}
    return read


@pytest.fixture
def set_target():
    """Return a function that sets a target."""

    def create(village, amount, since_on, indicator="activations"):
        Target.create(commune=village.commune, village=village, indicator=indicator,
                      since_on=since_on, amount=amount, set_at=clock.now())
    return create
