"""Visits are accepted, flagged or rejected, and recorded by name only with consent."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import Consent, Coverage, Round, Step, Tally, Visit
from teamapp.models.round import Assignment
from teamapp.recording import visits
from teamapp.recording.recorder import Entry, Rejected
from tests.cast import uuid_of

KIND = "VNEID_2_KH"


def step(state="helped", kind=KIND, obstacle="", mode="together"):
    """Return one step in the format of the form's data."""
    return {"kind": kind, "state": state, "obstacle": obstacle, "mode": mode}


def person(name, *steps, consent="yes"):
    """Return one person of a form."""
    return {"id": uuid_of(name) if name else None, "consent": consent, "steps": list(steps)}


def form(house, *people, outcome="met", at=None, **more):
    """Return the validated data of a visit form."""
    return {"id": uuid4(), "household": house.id, "outcome": outcome, "why_unreached": "",
            "mode": "", "note": "",
            "visited_at": at or clock.now(), "return_on": None,
            "return_part": "", "companions": [], "people": list(people), "dossiers": [], **more}


def keep(by, *forms):
    """Validate and record forms as one batch; return the visits' ids."""
    with by.commune.write() as tx:
        entries = [Entry(uuid4(), tx.now, data) for data in forms]
        lookup = visits.look_up(entries, by, tx.now)
        pendings = [visits.validate(entry, lookup) for entry in entries]
        for pending in pendings:
            pending.receipt = tx.next_receipt()
        visits.write(tx, pendings)
    return [entry.data["id"] for entry in entries]


def tally(indicator, place=0, period="A"):
    """Return one tally."""
    return (Tally.select(Tally.count).where(Tally.indicator == indicator, Tally.village_id == place,
                                            Tally.period == period).scalar() or 0)


def test_step_without_consent_counts_anonymously(cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step(), consent="no")))
    assert tally(f"helped:{KIND}") == 1
    assert tally("people") == 0
    assert Step.get().resident_id is None
    assert not Coverage.select().where(Coverage.kind == KIND).exists()
    assert Consent.latest([uuid_of("Thị Rin")]) == {uuid_of("Thị Rin"): False}
    assert differences(cast.an_phu) == []


def test_named_step_without_a_consent_answer_is_rejected(cast):
    with pytest.raises(Rejected) as error:
        keep(cast.lan, form(cast.bre, person("Thị Rin", step(), consent="")))
    assert (error.value.code, error.value.field_name) == ("consent_missing", "people-0-consent")
    assert not Visit.select().exists()


def test_recorded_consent_applies_to_later_visits(cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step())))
    keep(cast.lan, form(cast.bre, person("Thị Rin", step(kind="DVCQG"), consent="")))
    assert Consent.select().count() == 1
    assert tally("helped:DVCQG") == 1


def test_visit_dated_ahead_is_flagged_and_counts_today(cast):
    at = datetime(2090, 1, 1, tzinfo=clock.UTC)
    [id] = keep(cast.lan, form(cast.bre, outcome="absent", at=at))
    visit = Visit.get_by_id(id)
    assert (visit.visited_at, visit.flag, visit.day) == (at, "dated_ahead", clock.today())


def test_visit_minutes_ahead_at_midnight_counts_today(cast, monkeypatch):
    now = clock.moment_of(date(2026, 11, 29), time(23, 58))
    monkeypatch.setattr(clock, "now", lambda: now)
    [id] = keep(cast.lan, form(cast.bre, at=now + timedelta(minutes=3)))
    visit = Visit.get_by_id(id)
    assert (visit.day, visit.flag) == (date(2026, 11, 29), "")
    assert tally("visits", period="W2026-48") == 1
    assert differences(cast.an_phu) == []


def test_visit_over_sixty_days_back_is_accepted_and_flagged(cast):
    at = clock.now() - timedelta(days=61)
    [id] = keep(cast.lan, form(cast.bre, outcome="absent", at=at))
    assert (Visit.get_by_id(id).flag, Visit.get_by_id(id).day) == ("dated_back", clock.day_of(at))


def test_second_visit_to_a_household_on_one_day_is_flagged(cast):
    keep(cast.lan, form(cast.bre))
    [id] = keep(cast.binh, form(cast.bre))
    assert Visit.get_by_id(id).flag == "possible_duplicate"
    assert tally("visits") == 2


def test_visit_to_another_members_assignment_is_flagged(cast):
    round = Round.create(commune=cast.an_phu, name="Đợt", starts_on=date(2020, 1, 1),
                         ends_on=date(2099, 1, 1), created_by=cast.son, cursor=1,
                         published_at=clock.now())
    Assignment.create(round=round, household=cast.bre, village=cast.cau_van, member=cast.binh)
    [id] = keep(cast.lan, form(cast.bre))
    assert Visit.get_by_id(id).flag == "not_assigned"


@pytest.mark.parametrize("house", ["hlan", "kin"])
def test_visit_outside_the_members_villages_is_rejected(cast, house):
    with pytest.raises(Rejected) as error:
        keep(cast.lan, form(getattr(cast, house)))
    assert error.value.code == {"hlan": "not_yours", "kin": "unknown_household"}[house]


def test_moved_member_can_record_earlier_visits_for_ninety_days(cast):
    before = clock.now() - timedelta(days=80)
    cast.lan.move_to(cast.da_xanh, clock.today() - timedelta(days=10))
    [id] = keep(cast.lan, form(cast.bre, at=before))
    assert Visit.get_by_id(id).village_id == cast.cau_van.id
    with pytest.raises(Rejected):
        keep(cast.lan, form(cast.bre, at=clock.now() - timedelta(days=91)))
    with pytest.raises(Rejected):
        keep(cast.lan, form(cast.bre))


def test_resident_of_another_commune_is_unknown(cast):
    with pytest.raises(Rejected) as error:
        keep(cast.lan, form(cast.bre, person("Giàng A Kín", step())))
    assert error.value.code == "unknown_resident"


@pytest.mark.parametrize("again", ["visit", "dossier", "both in one form"])
def test_taken_id_is_rejected_with_its_field(cast, again):
    dossier = {"id": uuid4(), "resident": None, "procedure": "1.001193", "code": "",
               "channel": "online", "due_on": None}
    first = form(cast.bre, dossiers=[dossier])
    if again == "both in one form":
        first["dossiers"] = [dossier, dossier]
    else:
        keep(cast.lan, first)
    second = {"visit": form(cast.van) | {"id": first["id"]},
              "dossier": form(cast.van, dossiers=[dossier]), "both in one form": first}[again]
    with pytest.raises(Rejected) as error:
        keep(cast.binh, second)
    assert error.value.code == "id_taken"
    assert error.value.field_name == {"visit": "id", "dossier": "dossiers-0-id",
                                      "both in one form": "dossiers-1-id"}[again]
    assert differences(cast.an_phu) == []


def test_id_used_twice_in_one_batch_is_rejected_the_second_time(cast):
    one = form(cast.bre)
    with pytest.raises(Rejected) as error:
        keep(cast.lan, one, form(cast.van) | {"id": one["id"]})
    assert error.value.code == "id_taken"
