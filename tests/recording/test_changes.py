"""Recorded visits are corrected and voided; every count follows."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from teamapp import clock
from teamapp.counting.reconciliation import differences
from teamapp.models import AccountStatus, Change, RejectedEntry, Step, Tally, Visit
from teamapp.models.household_summary import household_summaries
from teamapp.recording.settlements import settle
from tests.queries import counted, ways
from tests.sync.phone import body, entry, helped, record_of, result, send


@pytest.fixture
def lan(cast, sign_in):
    """Return Lan's phone."""
    return sign_in(cast.lan)


def correction(one, said, **more):
    """Return the entry that corrects what another entry made."""
    more = {"visit": record_of(one), "reason": "mistake", "asked_by": "self", **more}
    return entry(said + "".join(f"&{name}={value}" for name, value in more.items()),
                 kind="visits.correct")


def void(one, **more):
    """Return the entry that voids what another entry made."""
    fields = {"visit": record_of(one), "reason": "not_real", **more}
    return entry("&".join(f"{name}={value}" for name, value in fields.items()), kind="visits.void")


def tally(indicator):
    """Return the count of all time in the commune."""
    return Tally.select(Tally.count).where(Tally.period == "A", Tally.indicator == indicator,
                                           Tally.village_id == 0).scalar() or 0


def test_corrected_person_counts_instead_of_the_one_recorded_by_mistake(cast, lan):
    rin, bre = cast.resident("Thị Rin"), cast.resident("Điểu Bré")
    one = entry(body(cast.bre, helped(rin)))
    result(lan, cast.lan, one)
    assert result(lan, cast.lan, correction(one, body(cast.bre, helped(bre))))["flag"] is None
    assert differences(cast.an_phu) == []
    assert AccountStatus.of([rin.id, bre.id]) == {(bre.id, "VNEID_2_KH"): "done"}
    assert tally("helped:VNEID_2_KH") == 1 and tally("visits") == 1


def test_void_takes_everything_back(cast, lan):
    rin = cast.resident("Thị Rin")
    one = entry(body(cast.bre, helped(rin)))
    result(lan, cast.lan, one)
    assert result(lan, cast.lan, void(one))["status"] == "accepted"
    assert differences(cast.an_phu) == [] and tally("visits") == 0
    assert not AccountStatus.of([rin.id]) and not Visit.live().exists()
    assert not Step.live().exists() and Change.get().state == "effective"


def test_next_help_counts_when_the_first_is_void(cast, lan):
    rin = cast.resident("Thị Rin")
    first, second = entry(body(cast.bre, helped(rin))), entry(body(cast.bre, helped(rin)))
    send(lan, cast.lan, first, second)
    assert [step.counted for step in Step.select().order_by(Step.id)] == [True, False]
    result(lan, cast.lan, void(first))
    assert [step.counted for step in Step.select().order_by(Step.id)] == [False, True]
    assert differences(cast.an_phu) == [] and tally("helped:VNEID_2_KH") == 1


def test_correcting_a_note_moves_no_activation(cast, lan, sign_in):
    rin = cast.resident("Thị Rin")
    first = entry(body(cast.bre, helped(rin), at=clock.now() - timedelta(days=2)))
    second = entry(body(cast.bre, helped(rin), at=clock.now() - timedelta(days=1)))
    send(lan, cast.lan, first, second)
    noted = body(cast.bre, helped(rin), at=clock.now() - timedelta(days=2), note="máy cũ")
    result(lan, cast.lan, correction(first, noted))
    counted = [step.day for step in Step.live().where(Step.counted)]
    assert counted == [clock.today() - timedelta(days=2)] and differences(cast.an_phu) == []


def test_second_change_of_a_version_waits_and_the_leader_chooses(cast, lan, sign_in):
    one = entry(body(cast.bre, outcome="absent"))
    result(lan, cast.lan, one)
    result(lan, cast.lan, correction(one, body(cast.bre, outcome="declined")))
    answer = result(sign_in(cast.tu), cast.tu, correction(one, body(cast.bre, outcome="moved"),
                                                          asked_by="resident"))
    assert (answer["status"], answer["flag"]) == ("accepted", "changed_twice")
    assert [visit.outcome for visit in Visit.live()] == ["declined"]
    [waiting] = Change.waiting(Change.visible_to(cast.tu))
    assert waiting.may_be_settled_by(cast.tu)
    with cast.an_phu.write() as tx:
        settle(tx, waiting, cast.tu)
    assert [visit.outcome for visit in Visit.live()] == ["moved"]
    assert sorted(change.state for change in Change.select()) == ["dismissed", "effective"]
    assert differences(cast.an_phu) == []


def test_late_change_waits_for_the_next_above(cast, lan, sign_in):
    one = entry(body(cast.bre, outcome="absent"))
    result(lan, cast.lan, one)
    for who, days, flag in (("tu", 31, "changed_late"), ("hanh", 400, None)):
        late = (clock.now() + timedelta(days=days)).isoformat()
        person = getattr(cast, who)
        answer = result(sign_in(person), person, void(one) | {"recorded_at": late})
        assert (answer["status"], answer["flag"]) == ("accepted", flag)
    leaders = Change.get(Change.by == cast.tu)
    assert leaders.state == "waiting" and not Visit.live().exists()
    assert not leaders.may_be_settled_by(cast.tu) and leaders.may_be_settled_by(cast.hanh)


@pytest.mark.parametrize(("who", "code"), [("binh", "not_your_visit"), ("mai", "unknown_visit"),
                                           ("kien", "unknown_visit")])
def test_only_the_author_and_superiors_change_a_visit(cast, lan, sign_in, who, code):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    person = getattr(cast, who)
    assert result(sign_in(person), person, void(one))["code"] == code
    assert Visit.live().count() == 1


@pytest.mark.parametrize(("house", "more", "code", "field"), [
    ("hlan", {}, "other_village", "household"), ("kin", {}, "unknown_household", "household"),
    ("bre", {"reason": ""}, "invalid", "reason"), ("bre", {"visit": ""}, "invalid", "visit"),
    ("bre", {"visit": uuid4()}, "unknown_visit", "visit")])
def test_wrong_correction_is_rejected_beside_its_field(cast, lan, house, more, code, field):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    answer = result(lan, cast.lan, correction(one, body(getattr(cast, house)), **more))
    assert (answer["code"], list(answer["fields"])) == (code, [field])
    assert RejectedEntry.get().body and differences(cast.an_phu) == []


def test_change_of_a_dismissed_version_is_rejected(cast, lan, sign_in):
    one = entry(body(cast.bre))
    result(lan, cast.lan, one)
    first = correction(one, body(cast.bre, outcome="absent"))
    second = correction(one, body(cast.bre, outcome="declined"))
    send(lan, cast.lan, first, second)
    with cast.an_phu.write() as tx:
        settle(tx, Change.get(Change.state == "waiting"), cast.tu)
    assert result(lan, cast.lan, void(first))["code"] == "visit_dismissed"
    assert result(lan, cast.lan, void(second))["status"] == "accepted"
    assert not Visit.live().exists() and differences(cast.an_phu) == []


def test_void_with_replaces_settles_an_entry_that_was_never_accepted(cast, lan):
    lost = entry(body(cast.bre))
    answer = result(lan, cast.lan, void(lost) | {"replaces": lost["id"]})
    assert answer["status"] == "accepted"
    again = result(lan, cast.lan, lost)
    assert (again["status"], again["replayed"]) == ("accepted", True)
    assert not Visit.select().exists()


def test_void_with_replaces_voids_what_was_accepted(cast, lan):
    one = entry(body(cast.bre, helped(cast.resident("Thị Rin"))))
    result(lan, cast.lan, one)
    assert result(lan, cast.lan, void(one) | {"replaces": one["id"]})["status"] == "accepted"
    assert not Visit.live().exists() and differences(cast.an_phu) == []


def test_void_of_the_only_consent_takes_the_names_it_allowed(cast, lan):
    rin = cast.resident("Thị Rin")
    asked = entry(body(cast.bre, helped(rin), at=clock.now() - timedelta(days=2)))
    later = entry(body(cast.bre, helped(rin, kind="DVCQG", consent="")))
    send(lan, cast.lan, asked, later)
    assert Step.live().where(Step.resident == rin).count() == 2
    result(lan, cast.lan, void(asked))
    assert [step.resident_id for step in Step.live()] == [None]
    assert differences(cast.an_phu) == []


def test_visit_dated_ahead_pins_no_household(cast, lan):
    ahead = entry(body(cast.bre, outcome="moved", at=clock.now() + timedelta(days=9000)))
    result(lan, cast.lan, ahead)
    result(lan, cast.lan, entry(body(cast.bre, outcome="absent",
                                      at=clock.now() + timedelta(minutes=2))))
    newest = household_summaries([cast.bre.id], 2026)[cast.bre.id].last
    assert newest.outcome == "absent"


@pytest.mark.parametrize(("answer", "is_named"), [("yes", True), ("no", False)])
def test_struck_version_keeps_a_name_unless_the_answer_is_corrected(cast, lan, answer, is_named):
    rin, at = cast.resident("Thị Rin"), clock.now()
    one = entry(body(cast.bre, helped(rin), at=at))
    result(lan, cast.lan, one)
    result(lan, cast.lan, correction(one, body(cast.bre, helped(rin, consent=answer), at=at)))
    [struck] = Step.select().where(~Step.is_live)
    assert (struck.resident_id == rin.id) == is_named and differences(cast.an_phu) == []
    if is_named:
        result(lan, cast.lan, void(entry(f"id={Visit.live().get().id}")))
        assert {step.resident_id for step in Step.select()} == {rin.id}


def test_waiting_correction_keeps_its_names_until_it_is_settled(cast, lan):
    rin = cast.resident("Thị Rin")
    one, other = (entry(body(cast.bre, helped(rin))) for _ in range(2))
    waiting = correction(one, body(cast.bre, helped(rin)))
    send(lan, cast.lan, one, void(one), waiting, other, void(other))
    assert not Step.live().exists()
    with cast.an_phu.write() as tx:
        settle(tx, Change.get_by_id(UUID(waiting["id"])), cast.tu)
    assert [step.resident_id for step in Step.live()] == [rin.id]
    assert AccountStatus.of([rin.id]) and differences(cast.an_phu) == []


def test_choice_of_a_change_that_was_dismissed_makes_it_effective(cast, lan):
    one = entry(body(cast.bre))
    first, second = (correction(one, body(cast.bre, outcome=outcome))
                     for outcome in ("absent", "declined"))
    send(lan, cast.lan, one, first, second)
    for chosen, outcome in ((second, "declined"), (first, "absent"), (first, "absent")):
        with cast.an_phu.write() as tx:
            settle(tx, Change.get_by_id(UUID(chosen["id"])), cast.tu)
        assert [visit.outcome for visit in Visit.live()] == [outcome]
        assert sorted(change.state for change in Change.select()) == ["dismissed", "effective"]
    assert differences(cast.an_phu) == []


@pytest.mark.parametrize("is_stored", [True, False])
def test_answer_that_a_change_takes_back_allows_no_name_later_in_the_batch(cast, lan, is_stored):
    rin, bre = cast.resident("Thị Rin"), cast.resident("Điểu Bré")
    one = entry(body(cast.bre, helped(rin), at=clock.now() - timedelta(days=1)))
    other = correction(one, body(cast.bre, helped(bre), at=clock.now() - timedelta(days=1)))
    later = entry(body(cast.van, helped(rin, consent="")))
    sent = [one, other, later]
    if is_stored:
        result(lan, cast.lan, sent.pop(0))
    lines = send(lan, cast.lan, *sent).json["results"]
    assert [line.get("code") for line in lines] == [None] * (len(sent) - 1) + ["consent_missing"]
    assert differences(cast.an_phu) == []


@pytest.mark.parametrize("change", [
    void, lambda one: correction(one, one["body"].replace(record_of(one), str(uuid4())))])
def test_changes_of_several_visits_cost_hardly_more_than_one(cast, lan, change):
    visits = [entry(body(house, helped(cast.resident(name)))) for house, name in (
        (cast.bre, "Thị Rin"), (cast.van, "Lê Thị Hà"), (cast.hoa, "Nguyễn Thị Hòa"))]
    send(lan, cast.lan, *visits)
    costs = []
    for some in (visits[:1], visits[1:]):
        with counted("UPDATE", "DELETE", "INSERT") as asked:
            lines = send(lan, cast.lan, *map(change, some)).json["results"]
        assert {line["status"] for line in lines} == {"accepted"}
        costs.append(len(asked))
    assert costs[1] <= costs[0] + 2, costs


@pytest.mark.once
def test_correction_and_void_look_everything_up_by_index(cast, lan):
    rin = cast.resident("Thị Rin")
    filed = {"dossiers-0-id": uuid4(), "dossiers-0-resident": rin.id,
             "dossiers-0-procedure": "1.001193", "dossiers-0-channel": "online"}
    one = entry(body(cast.bre, helped(rin), **filed))
    result(lan, cast.lan, one)
    with counted("UPDATE", "DELETE") as asked:
        two = correction(one, body(cast.bre, helped(rin, consent="no"), note="máy cũ", **filed))
        resubmitted = entry(body(cast.bre, id=record_of(one)), replaces=one["id"])
        lines = send(lan, cast.lan, two, resubmitted, void(two)).json["results"]
    assert [line["status"] for line in lines] == ["accepted"] * 3
    found = set(ways(asked))
    assert not {way for way in found if way.startswith("SCAN") and way != "SCAN CONSTANT ROW"}
