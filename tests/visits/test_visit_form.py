"""The visit form parses a device's values and rejects invalid ones with plain messages."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

from teamapp.text import is_clean
from teamapp.visits.forms import DossierForm, PersonForm, StepForm, VisitForm

from ..cast import uuid_of
from ..conftest import make_app

pytestmark = pytest.mark.once  # the result does not depend on the database

VISIT, HOUSE, RIN, PAPER = (str(uuid_of(name)) for name in ("visit", "bre", "Thị Rin", "paper"))
MET = [("id", VISIT), ("household", HOUSE), ("outcome", "met"), ("visited_at", "2026-11-21T15:10"),
       ("mode", "together")]
HELPED = [("people-0-id", RIN), ("people-0-consent", "yes"),
          ("people-0-steps-0-kind", "VNEID_2_KH"), ("people-0-steps-0-state", "helped")]
FILED = [("dossiers-0-id", PAPER), ("dossiers-0-resident", RIN),
         ("dossiers-0-procedure", "1.001193"), ("dossiers-0-channel", "online")]


@pytest.fixture(scope="module")
def program(template_database, var):
    """Return one app for all these tests, none of which writes."""
    return make_app(template_database, var)


@pytest.fixture(autouse=True)
def request_context(program):
    """Open a request, whose language the messages use."""
    with program.test_request_context():
        yield


def read(pairs, **more):
    """Return the validated form of a body; keyword arguments replace pairs."""
    pairs = [pair for pair in pairs if pair[0] not in more] + list(more.items())
    form = VisitForm(MultiDict(pairs), meta={"csrf": False})
    form.validate()
    return form


def said(errors):
    """Return all messages in a form's errors."""
    if isinstance(errors, dict):
        errors = list(errors.values())
    if isinstance(errors, (list, tuple)):
        return [sentence for error in errors for sentence in said(error)]
    return [str(errors)]


def test_complete_visit_is_parsed():
    form = read(MET + HELPED + FILED, **{
        "return_on": "2026-11-28", "return_part": "morning",
        "note": " Chiều quay lại \r\nlấy giấy ",
        "people-0-steps-0-mode": "self", "dossiers-0-code": "000.00.22.h17-261121-0007",
        "dossiers-0-due_on": "2026-12-01"})
    assert not form.errors
    data = form.data
    assert data["household"] == UUID(HOUSE) and data["outcome"] == "met"
    assert data["visited_at"] == datetime(2026, 11, 21, 8, 10, tzinfo=UTC)
    assert (data["return_on"], data["return_part"]) == (date(2026, 11, 28), "morning")
    assert data["note"] == "Chiều quay lại \nlấy giấy"
    assert data["people"] == [{"id": UUID(RIN), "consent": "yes", "steps": [
        {"kind": "VNEID_2_KH", "state": "helped", "obstacle": "", "mode": "self"}]}]
    assert data["dossiers"] == [{
        "id": UUID(PAPER), "resident": UUID(RIN), "procedure": "1.001193",
        "code": "000.00.22.H17-261121-0007", "channel": "online", "due_on": date(2026, 12, 1)}]


def test_missing_fields_are_empty():
    data = read(MET).data
    assert (data["why_unreached"], data["note"], data["return_part"]) == ("", "", "")
    assert (data["return_on"], data["companions"], data["people"], data["dossiers"]) == (
        None, [], [], [])


def test_companions_repeat_their_key():
    form = VisitForm(MultiDict([*MET, ("companions", "7"), ("companions", "3"),
                                ("companions", "7")]))
    assert form.validate() and form.companions.data == [3, 7]


def test_item_numbers_may_have_gaps_and_errors_keep_them():
    form = read([*MET, ("people-7-id", RIN), ("people-7-steps-3-kind", "DVCQG"),
                 ("people-7-steps-3-state", "helped"), ("people-900-id", ""),
                 ("people-900-steps-0-kind", "SIM"), ("people-900-steps-0-state", "dreamt")])
    assert [person["id"] for person in form.people.data] == [UUID(RIN), None]
    assert form.people.entries[1].form.steps.entries[0].form.state.name == (
        "people-900-steps-0-state")
    assert form.people.entries[1].errors and not form.people.entries[0].errors


WRONG = {
    "household": ["", "x", "12", "{" + HOUSE + "}", HOUSE[:-1] + "z"],
    "outcome": ["", "MET", "dream", "met "],
    "visited_at": ["", "hôm qua", "2026-13-01T10:00", "2026-11-21", "2026-11-21 15:10",
                   "99999-01-01T00:00", "0001-01-01T00:00"],
    "return_on": ["mai", "2026-02-30", "21/11/2026", "2026-11-20", "2028-12-01", "2090-01-01"],
    "return_part": ["dawn", "x" * 500],
    "why_unreached": ["d" * 121],
    "note": ["d" * 1001],
    "companions": ["Lan", "-1", "9999999999", "1.5"],
    "mode": ["magic"],
    "people-0-id": ["x", "1"],
    "people-0-consent": ["maybe", "1"],
    "people-0-steps-0-kind": ["", "vneid", "A" * 13, "A B", "'; DROP"],
    "people-0-steps-0-state": ["", "done"],
    "people-0-steps-0-obstacle": ["O", "o11", "O11111"],
    "people-0-steps-0-mode": ["both"],
    "dossiers-0-id": ["", "x"],
    "dossiers-0-resident": ["x"],
    "dossiers-0-procedure": ["", "khai sinh", "1.00119", "1.0011933"],
    "dossiers-0-code": ["12", "H17 261121", "X" * 61, "../../etc"],
    "dossiers-0-channel": ["", "pigeon"],
    "dossiers-0-due_on": ["mai", "2026-11-31"],
}


@pytest.mark.parametrize("name, value", [(name, value) for name, values in WRONG.items()
                                         for value in values])
def test_invalid_value_is_rejected_with_a_plain_message(name, value):
    errors = read(MET + HELPED + FILED, **{name: value}).errors
    assert errors, f"{name}={value!r} was accepted"
    assert all(sentence and not sentence.isascii() for sentence in said(errors) if sentence)
    assert any(said(errors))


def test_every_field_has_an_invalid_example():
    tried = {name.rsplit("-", 1)[-1] for name in WRONG}
    fields = {field.short_name for form in (VisitForm(), PersonForm(), StepForm(), DossierForm())
              for field in form}
    assert fields - {"people", "steps", "dossiers"} <= tried


@pytest.mark.parametrize("name", [*WRONG, "people-0-steps-0-anything"])
@pytest.mark.parametrize("strange", ["\0", "a\0b", "\ud800", "\x1b[31m", "\u202e\x07"])
def test_control_characters_are_rejected(name, strange):
    form = read(MET + HELPED + FILED, **{name: strange})
    assert form.errors or name.endswith("anything")
    assert all(is_clean(text) for text in texts(form.data))


def texts(data):
    """Return all texts in a form's data."""
    if isinstance(data, dict):
        data = data.values()
    if isinstance(data, str) or not hasattr(data, "__iter__"):
        return [data] if isinstance(data, str) else []
    return [text for part in data for text in texts(part)]


def test_visit_in_2090_is_accepted():
    assert not read(MET, visited_at="2090-01-01T08:00").errors


@pytest.mark.parametrize("said", ["số 079185001234", "cmnd 285 123 456", "285123456"])
def test_id_number_is_masked_and_the_visit_is_valid(said):
    form = read(MET, note=said, why_unreached=said)
    assert not form.errors
    assert form.note.data == form.why_unreached.data
    assert form.note.data.count("•") in (9, 12)
    assert not any(letter.isdigit() for letter in form.note.data)


def test_note_keeps_amounts_and_phone_numbers():
    assert not read(MET, note="nộp 100.000.000 đồng, gọi 0900000123").errors


def test_work_requires_the_outcome_met():
    assert read(MET + HELPED, outcome="absent").outcome.errors
    assert read(MET + FILED, outcome="moved").outcome.errors
    assert not read(MET, outcome="absent").errors


def test_appointment_requires_a_day():
    assert read(MET, outcome="later").return_on.errors
    assert read(MET, outcome="later", return_on="").return_on.errors
    assert not read(MET, outcome="later", return_on="2026-11-21").errors


def test_helped_step_requires_a_mode():
    without = [pair for pair in MET if pair[0] != "mode"]
    assert read(without + HELPED).mode.errors
    assert not read(without + HELPED, **{"people-0-steps-0-mode": "self"}).errors
    assert not read(without + HELPED, **{"people-0-steps-0-state": "had"}).errors


def test_too_many_items_are_rejected_instead_of_cut():
    people = [(f"people-{n}-id", RIN) for n in range(21)]
    assert read(MET + people).people.errors
    assert not read(MET + people[:20]).errors
    papers = [(f"dossiers-{n}-id", PAPER) for n in range(11)]
    assert read(MET + papers).dossiers.errors
    steps = [(f"people-0-steps-{n}-kind", "SIM") for n in range(15)]
    assert read([*MET, ("people-0-id", RIN), *steps]).people.errors


def test_html_carries_the_forms_constraints():
    form, dossier = VisitForm(), DossierForm()
    assert "required" in form.visited_at() and 'maxlength="1000"' in form.note()
    assert 'maxlength="120"' in form.why_unreached() and "pattern=" in dossier.code()


@pytest.mark.parametrize("name, value", [
    ("visited_at", "2019-12-31T23:59"), ("visited_at", "2100-01-01T00:00"),
    ("visited_at", "9999-12-31T23:59"), ("return_on", "9999-12-31"), ("return_on", "2028-11-25"),
    ("dossiers-0-due_on", "9999-12-31"), ("dossiers-0-due_on", "2028-11-25"),
    ("dossiers-0-due_on", "2026-11-20")])
def test_day_out_of_bounds_is_rejected(name, value):
    form = read(MET + FILED, **{name: value})
    assert form.errors and all(said(form.errors))


def test_days_within_two_years_of_the_visit_are_accepted():
    for moment in ("2020-01-01T00:00", "2099-12-30T23:59"):
        year = int(moment[:4])
        form = read(MET + FILED, **{"visited_at": moment, "return_on": f"{year + 1}-12-31",
                                    "dossiers-0-due_on": f"{year + 1}-12-31"})
        assert not form.errors


def test_html_carries_the_bounds():
    form = VisitForm()
    assert 'min="2020-01-01T00:00"' in form.visited_at() and 'max="2099-12-31T23:59"' in \
        form.visited_at()
    assert 'min="2020-01-01"' in form.return_on()
    assert 'max="2101-12-31"' in DossierForm().due_on()
