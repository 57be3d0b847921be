"""A person is recorded by name or not by the newest answer asked until the time of the visit."""

from datetime import timedelta
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences, rebuild
from teamapp.models import (
    AccountStatus,
    Consent,
    Coverage,
    Filing,
    Household,
    Resident,
    Step,
    VillageStay,
)
from teamapp.recording.recorder import Rejected
from tests.cast import uuid_of

from .test_visits import KIND, form, keep, person, step, tally

RIN = "Thị Rin"
EIGHT = clock.now().replace(hour=1, minute=0, second=0) - timedelta(days=2)


def at(minutes):
    """Return a time that many minutes after eight."""
    return EIGHT + timedelta(minutes=minutes)


def visit(cast, minutes, *steps, consent="", **more):
    """Record a visit to Thị Rin."""
    return keep(cast.lan, form(cast.bre, person(RIN, *steps, consent=consent), at=at(minutes),
                               **more))


def names():
    """Return whether each step has a name, in the order recorded."""
    return [step.resident_id is not None for step in Step.select().order_by(Step.id)]


def test_every_answer_is_stored_with_the_minute_of_its_visit(cast):
    for minutes, answer in ((1, "yes"), (2, "yes"), (2, "no"), (3, "no")):
        visit(cast, minutes, consent=answer)
    assert [(one.asked_at, one.given) for one in Consent.select().order_by(Consent.id)] == [
        (at(1), True), (at(2), True), (at(2), False), (at(3), False)]


def test_newest_answer_holds_whatever_arrived_first(cast):
    visit(cast, 20, consent="no")
    visit(cast, 10, consent="yes")
    visit(cast, 15, step(kind="DVCQG"))
    visit(cast, 30, step())
    assert names() == [True, False]
    assert Consent.latest([uuid_of(RIN)]) == {uuid_of(RIN): False}
    assert differences(cast.an_phu) == []


def test_of_two_answers_in_one_minute_the_one_received_later_holds(cast):
    for answers, is_named in ((("yes", "no"), False), (("no", "yes"), True)):
        for answer in answers:
            visit(cast, 10, consent=answer)
        visit(cast, 10, step())
        assert names()[-1] == is_named


def test_late_no_takes_the_name_from_later_dated_help_and_keeps_what_counted(cast):
    visit(cast, 0, consent="yes")
    dossier = {"id": uuid4(), "resident": uuid_of(RIN), "procedure": "1.001193", "code": "",
               "channel": "online", "due_on": None}
    visit(cast, 20, step(), step(kind="DVCQG", state="not_yet", obstacle="O01"), dossiers=[dossier])
    visit(cast, 30, step())
    visit(cast, 5, step(kind="DVCQG", state="had"))
    before = Household.get_by_id(cast.bre.id).cursor
    visit(cast, 10, consent="no")
    assert names() == [False, False, False, True]
    assert [step.counted for step in Step.select().order_by(Step.id)] == [True, False, False, False]
    assert Filing.get().resident_id is None
    assert (tally(f"helped:{KIND}"), tally("people"), tally("dossiers")) == (1, 0, 1)
    assert [(one.kind_id, one.state) for one in AccountStatus.select()] == [("DVCQG", "done")]
    assert sum(row.count for row in Coverage.select().where(Coverage.kind == KIND)) == 0
    assert Household.get_by_id(cast.bre.id).cursor > before
    assert differences(cast.an_phu) == []
    rebuild(cast.an_phu)
    assert (tally(f"helped:{KIND}"), differences(cast.an_phu)) == (1, [])


def test_late_no_ends_at_the_next_yes_and_no_step_regains_a_name(cast):
    visit(cast, 0, consent="yes")
    visit(cast, 20, step())
    visit(cast, 30, step(kind="DVCQG"), consent="yes")
    visit(cast, 10, consent="no")
    assert names() == [False, True]
    visit(cast, 15, consent="yes")
    assert names() == [False, True]
    assert tally("people") == 1 and differences(cast.an_phu) == []


def test_visit_before_the_first_answer_is_accepted_nameless(cast):
    visit(cast, 20, consent="yes")
    visit(cast, 10, step())
    assert names() == [False]


def test_answer_of_a_visit_dated_ahead_is_asked_when_it_arrives(cast):
    keep(cast.lan, form(cast.bre, person(RIN), at=clock.now() + timedelta(days=300)))
    assert Consent.get().asked_at == clock.now().replace(second=0)
    visit(cast, 0, step(), consent="no")
    keep(cast.lan, form(cast.bre, person(RIN, step(kind="DVCQG"), consent="")))
    assert names() == [False, True]


@pytest.mark.parametrize("part", ["people", "dossiers"])
@pytest.mark.parametrize("who", ["H'Lan", "Nobody"])
def test_person_of_another_village_is_as_unknown_as_nobody(cast, part, who):
    dossier = {"id": uuid4(), "resident": uuid_of(who), "procedure": "1.001193", "code": "",
               "channel": "online", "due_on": None}
    said = form(cast.bre, person(who, step()) if part == "people" else person(RIN, step()),
                dossiers=[dossier] if part == "dossiers" else [])
    with pytest.raises(Rejected) as error:
        keep(cast.lan, said)
    assert (error.value.code, error.value.field_name) == (
        "unknown_resident", {"people": "people-0-id", "dossiers": "dossiers-0-resident"}[part])
    assert not Consent.select().exists()


@pytest.mark.parametrize("days, is_known", [(0, True), (90, True), (91, False)])
def test_person_who_moved_away_is_named_for_ninety_days(cast, days, is_known):
    left = clock.today() - timedelta(days=days)
    VillageStay.update(until_cursor=5, until_on=left).where(
        VillageStay.household == cast.van.id).execute()
    VillageStay.create(household=cast.van.id, village=cast.da_xanh.id, since_cursor=5)
    Household.update(village=cast.da_xanh.id, number=9).where(
        Household.id == cast.van.id).execute()
    said = form(cast.bre, person("Lê Thị Hà", step()))
    if is_known:
        keep(cast.lan, said)
    else:
        with pytest.raises(Rejected, match="unknown_resident"):
            keep(cast.lan, said)
    keep(cast.mai, form(Household.get_by_id(cast.van.id), person("Lê Thị Hà", step())))
    assert Resident.visible_to(cast.mai).count() == 4
