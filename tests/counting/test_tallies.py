"""Every count a visit changes equals the recount of the facts."""

from datetime import timedelta

from teamapp import clock
from teamapp.counting.reconciliation import differences, rebuild
from teamapp.models import Coverage, Step, Tally
from tests.recording.test_visits import KIND, form, keep, person, step, tally


def test_a_helped_person_counts_once_however_often_helped(cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step())))
    keep(cast.binh, form(cast.bre, person("Thị Rin", step()), person("Điểu Bré", step())))
    assert tally(f"helped:{KIND}") == 2
    assert tally("visits") == 2
    assert tally("houses") == 1
    assert tally("people") == 2
    assert differences(cast.an_phu) == []


def test_first_of_two_in_one_batch_counts_on_its_own_day(cast):
    now, old = clock.now(), clock.now() - timedelta(days=3)
    keep(cast.lan, form(cast.bre, person("Thị Rin", step()), at=now),
         form(cast.bre, person("Thị Rin", step()), at=old))
    counted = Step.select().where(Step.counted)
    assert [row.day for row in counted] == [clock.day_of(now)]
    assert differences(cast.an_phu) == []


def test_coverage_moves_from_not_yet_to_done_and_never_back(cast):
    for state in ("not_yet", "had", "not_yet"):
        keep(cast.lan, form(cast.bre, person("Thị Rin", step(state, obstacle="O11"))))
    rows = Coverage.select(Coverage.state, Coverage.count).where(
        Coverage.kind == KIND, Coverage.count != 0).tuples()
    assert list(rows) == [("done", 1)]
    assert tally("obstacle:O11") == 2
    assert differences(cast.an_phu) == []


def test_rebuild_repairs_wrong_counts(cast):
    keep(cast.lan, form(cast.bre, person("Thị Rin", step()), person("Điểu Bré", step("not_yet"))))
    Tally.update(count=Tally.count + 3).where(Tally.indicator == "visits").execute()
    Step.update(counted=False).execute()
    assert differences(cast.an_phu)
    with cast.an_phu.write():
        rebuild(cast.an_phu)
    assert differences(cast.an_phu) == []
