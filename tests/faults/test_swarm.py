"""Thousands of visits through a faulty line: none lost, duplicated or misattributed.

`FAULTS_SEED` gives other seeds, one run for each; `FAULTS_VISITS` another number of visits.
"""

import os

import pytest

from teamapp.sync.kinds import KINDS

from .sorts import SORTS
from .swarm import run

SEEDS = [int(seed) for seed in os.environ.get("FAULTS_SEED", "20261122").split()]
VISITS = int(os.environ.get("FAULTS_VISITS", "2000"))


def test_swarm_writes_every_kind_of_entry():
    assert SORTS.keys() == KINDS.keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_entries_of_sixty_phones_arrive_once_despite_network_and_server_faults(
        register, databases, seed, record_property):
    outcome = run(register, seed, VISITS, seconds=120 + VISITS / 20)
    record_property("swarm", (f"{databases.name} {seed}", outcome.figures))
    assert not outcome.found, outcome.story()
    assert not outcome.silent, outcome.story()
