"""A kind of entry defined only here needs one form, one recorder and one row of the table."""

from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID

import pytest
from wtforms import Form

from teamapp.models import Household, Receipt, Visit
from teamapp.recording.recorder import Pending, Rejected
from teamapp.sync import runs as cutting
from teamapp.sync.kinds import KINDS, Kind
from teamapp.visits.fields import IdField, Needed, TextField

from .phone import body, entry, send, visits_by_entry

KIND = "landmarks.create"


class LandmarkForm(Form):
    """The landmark of a household."""

    household = IdField(validators=[Needed("no household")])
    landmark = TextField(validators=[Needed("no landmark")])


@dataclass
class PendingLandmark(Pending):
    """A landmark about to be written, and the number of visits its lookup found."""

    visits: int = 0


def look_up(entries, by, now):
    ids = [entry.data["household"] for entry in entries]
    return {household.id: household.visits.count()
            for household in Household.visible_to(by).where(Household.id.in_(ids))}


def validate(entry, lookup):
    if entry.data["household"] not in lookup:
        raise Rejected("unknown_household", "household")
    return PendingLandmark(entry, visits=lookup[entry.data["household"]])


def write(tx, pendings):
    for pending in pendings:
        said = f"{pending.entry.data['landmark']}, {pending.visits} visits, {pending.receipt}"
        Household.update(landmark=said, cursor=tx.cursor).where(
            Household.id == pending.entry.data["household"]).execute()


@pytest.fixture(autouse=True)
def own_kind(monkeypatch):
    """Register the kind."""
    recorder = SimpleNamespace(look_up=look_up, validate=validate, write=write,
                               touches=lambda datas: [{data["household"]} for data in datas],
                               CARRIES_STATE=False)
    monkeypatch.setitem(KINDS, KIND, Kind(1, LandmarkForm, recorder, {}))


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return sign_in(cast.lan)


def landmark(household, words):
    """Return an entry of the kind."""
    return entry(f"household={household.id}&landmark={words}", kind=KIND)


def test_own_kind_is_recorded_among_visits_in_the_order_sent(cast, lan):
    sent = [landmark(cast.bre, "gate"), entry(body(cast.bre)), landmark(cast.bre, "well"),
            entry(body(cast.bre)), landmark(cast.van, "tree")]
    results = send(lan, cast.lan, *sent).json["results"]
    assert [(line["status"], line["receipt"]) for line in results] == [
        ("accepted", number) for number in range(1, 6)]
    assert Household.get_by_id(cast.bre.id).landmark == "well, 1 visits, 3"
    assert Household.get_by_id(cast.van.id).landmark == "tree, 0 visits, 5"
    assert visits_by_entry()[sent[3]["id"]].receipt == 4


def test_entries_rejected_by_recorder_or_form_get_receipts(cast, lan):
    results = send(lan, cast.lan, landmark(cast.kin, "gate"), landmark(cast.bre, ""),
                   entry(body(cast.bre))).json["results"]
    assert [(line["status"], line.get("code")) for line in results] == [
        ("rejected", "unknown_household"), ("rejected", "invalid"), ("accepted", None)]
    assert Receipt.select().where(Receipt.kind == KIND, Receipt.status == "rejected").count() == 2


def test_recorder_error_defers_only_its_own_entry(cast, lan, monkeypatch):
    def stumble(tx, pendings):
        raise ZeroDivisionError

    monkeypatch.setattr(KINDS[KIND].recorder, "write", stumble)
    results = send(lan, cast.lan, landmark(cast.bre, "gate"), entry(body(cast.van))).json["results"]
    assert [line["status"] for line in results] == ["deferred", "accepted"]
    assert Visit.select().count() == 1


def test_run_ends_before_an_entry_with_an_outdated_lookup(cast):
    values = {}

    def sent(kind, household):
        one = SimpleNamespace(id=UUID(int=len(values)), kind=kind, after=(), replaces=None)
        values[one.id] = {"id": UUID(int=900 + len(values)), "household": household.id,
                          "people": [], "dossiers": []}
        return one

    visit, other = (lambda house: sent("visits.create", house)), (lambda house: sent(KIND, house))
    entries = [visit(cast.bre), visit(cast.bre), other(cast.van), other(cast.bre),
               other(cast.bre), visit(cast.van), visit(cast.bre)]
    cut = [len(run) for run in cutting.runs(entries, lambda one: values[one.id])]
    assert cut == [3, 1, 2, 1]
