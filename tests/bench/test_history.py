"""The counts of the history that `make bench` measures on equal the recount."""

from bench.history import History
from teamapp.counting.reconciliation import differences
from teamapp.models import Household, Step, Tally, Visit


def test_counts_of_a_history_equal_their_reconciliation(cast):
    History(cast.an_phu).record(400)
    assert Step.select().count() == 400
    assert differences(cast.an_phu) == []
    [all_visits] = Tally.select(Tally.count).where(
        Tally.indicator == "visits", Tally.village_id == 0, Tally.period == "A").tuples()
    assert all_visits == (Visit.select().count(),)


def test_a_history_stays_in_its_commune(cast):
    History(cast.an_phu).record(100)
    assert not Visit.select().join(Household).where(
        Household.commune != cast.an_phu.id).exists()
