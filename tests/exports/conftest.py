"""The export of a chair, as files."""

import csv
import io
import re
from zipfile import ZipFile

import pytest

from tests.cast import PASSWORD
from tests.standing.conftest import busy, draft  # noqa: F401


class Archive:
    """The CSV files of a ZIP."""

    def __init__(self, answer):
        assert answer.status_code == 200, answer.text
        self.zip = ZipFile(io.BytesIO(answer.data))
        self.names = [name.removesuffix(".csv") for name in self.zip.namelist()]

    def bytes(self, name):
        return self.zip.read(f"{name}.csv")

    def rows(self, name):
        """Return the rows of a file as dicts by heading."""
        return list(csv.DictReader(io.StringIO(self.bytes(name).decode("utf-8-sig"), newline="")))

    @property
    def text(self):
        return "".join(self.bytes(name).decode() for name in self.names)


@pytest.fixture
def ask(sign_in):
    """Return a function that asks for the export as a person does; it returns the response."""
    browsers = {}

    def send(user, secret=PASSWORD, **headers):
        browser = browsers.setdefault(user.id, sign_in(user))
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get("/export").text)
        return browser.post("/export", data={"csrf_token": found[1], "secret": secret}, **headers)

    return send


@pytest.fixture
def export(ask):
    """Return a function that returns the export of a chair."""
    return lambda user: Archive(ask(user))
