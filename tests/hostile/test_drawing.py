"""Every page and pack is drawn, whatever the rows of the database hold."""

import json
from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from peewee import BigIntegerField, BooleanField, CharField, DateField, IntegerField, TextField

from teamapp.db import MomentField
from teamapp.households.queries import HouseholdView
from teamapp.models import (
    AccountStatus,
    Assignment,
    Consent,
    Dossier,
    Household,
    RejectedEntry,
    Resident,
    Round,
    Step,
    Village,
    Visit,
)
from teamapp.offline import routes
from teamapp.undrawn import UNDRAWN
from tests.standing.test_access_matrix import MATRIX
from tests.sync.phone import batch, body, entry, helped

from .often import often

TABLES = (Visit, Household, Resident, Dossier, Round, Assignment, Step, Consent, AccountStatus,
          RejectedEntry, Village)
FIXED = {"id", "hash", "entry", "cursor", "receipt", "number", "counted"}  # unique, or an order
EXTREME = {
    MomentField: some.sampled_from([-2**62, -10**11, 0, 253402300799, 2**62]),
    DateField: some.sampled_from([date.min, date(1900, 1, 1), date(9999, 12, 30), date.max]),
    BigIntegerField: some.sampled_from([0, 2**62]),
    IntegerField: some.sampled_from([-2**31, -1, 0, 1899, 2**31 - 1]),
    BooleanField: some.booleans(),
    CharField: some.sampled_from(["", "?", "<b>", "\u202e", "%(n)s", "{{ 7 }}", "Đ"]),
    TextField: some.sampled_from(["", "<b>" * 999, "\u202e", "people-0-id=x&visited_at=9999"])}
PAGES = sorted(route.removeprefix("GET ") for route in MATRIX
               if route.startswith("GET") and "<" not in route)


@pytest.fixture
def world(busy, draft, sign_in, monkeypatch):
    """Return a busy cast and its signed-in browsers; one visit has a dossier and an appointment."""
    monkeypatch.setattr(routes, "snapshot", nullcontext)  # an example is one transaction
    browsers = {name: sign_in(getattr(busy, name)) for name in ("lan", "tu", "hanh", "son")}
    rin = helped(busy.resident("Thị Rin"))
    sent = [entry(body(busy.bre, rin, **{
        "dossiers-0-id": "8c1f0a52-6c3c-4b0e-9d0a-6f3d2a1b4c5d", "dossiers-0-channel": "online",
        "dossiers-0-procedure": "1.001193"})), entry("household=nowhere")]
    browsers["lan"].post("/sync", json=batch(busy.lan, sent))
    return busy, browsers


def extreme_row(data):
    """Change some fields of one row of a table to extreme values."""
    table = data.draw(some.sampled_from(TABLES))
    rows = list(table.select().tuples())
    fields = [field for field in table._meta.sorted_fields
              if type(field) in EXTREME and field.column_name not in FIXED]
    if not rows or not fields:
        return
    row = data.draw(some.integers(0, len(rows) - 1))
    chosen = data.draw(some.lists(some.sampled_from(fields), min_size=1, max_size=4, unique=True))
    values = {field: data.draw(EXTREME[type(field)]) for field in chosen}
    values = {field: value[:field.max_length] if type(field) is CharField else value
              for field, value in values.items()}  # PostgreSQL stores no more
    key = table._meta.primary_key
    one = list(table.select())[row]
    table.update(values).where(key == one._pk).execute()


@given(data=some.data())
@often(15, 1000)
def test_every_page_is_drawn_from_extreme_rows(world, undone, data):
    cast, browsers = world
    with undone():
        for _ in range(data.draw(some.integers(1, 3))):
            extreme_row(data)
        for name, browser in browsers.items():
            paths = [*PAGES, "/pack", f"/households/{cast.bre.id}",
                     f"/tallies/{cast.cau_van.id}?period=days&first=2026-01-01&last=2026-12-31",
                     *(f"/tallies/0/{figure}" for figure in (
                         "visits", "houses", "dossiers", "obstacles", "coverage", "activations")),
                     *(f"/rounds/{round}" for round, in Round.select(Round.id).tuples())]
            for path in paths:
                assert browser.get(path).status_code < 500, (name, path)


def left_out(what):
    """Return how often something of this name was left out."""
    return UNDRAWN.labels(what)._value.get()


def test_house_that_cannot_be_drawn_is_left_out_of_list_and_pack(
        app, cast, sign_in, monkeypatch, lines):
    def place(house):
        if house.head == "Điểu Bré":
            raise ValueError("Điểu Bré cannot be drawn")
        return "Cụm 1"

    monkeypatch.setattr(HouseholdView, "cluster", property(place, lambda house, _: None))
    before = left_out("households/index.html"), left_out("household")
    listed = sign_in(cast.hanh).get("/households")
    packed = [json.loads(line) for line in sign_in(cast.lan).get("/pack").text.splitlines()]
    urls = {line.get("url") for line in packed}
    assert listed.status_code == 200
    assert "Lê Văn An" in listed.text and "Điểu Bré" not in listed.text
    assert f"/households/{cast.van.id}" in urls and f"/households/{cast.bre.id}" not in urls
    assert left_out("households/index.html") == before[0] + 1
    assert left_out("household") == before[1] + 1
    said = [json.loads(line) for line in lines if "left out" in line]
    assert {line["what"] for line in said} == {"households/index.html", "household"}
    assert not any("Bré" in line for line in lines)
