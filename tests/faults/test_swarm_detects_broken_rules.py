"""Phones and servers with one rule broken: a swarm that misses one proves nothing."""

import pytest

from .swarm import run

pytestmark = pytest.mark.once  # the swarm itself is under test

LOSSES = {"answer lost": .35, "portal": .25}
CONTROLS = {  # broken rule → (script of the phones, program, expected finding)
    "receipts off": (None, "tests.faults.programs.no_receipts:app", "unanswered"),
    "ids of the server's own": (None, "tests.faults.programs.own_ids:app", "twice"),
    "a void without effect": (None, "tests.faults.programs.voids_without_effect:app", "altered"),
    "a correction beside its version": (
        None, "tests.faults.programs.corrections_beside:app", "altered"),
    "a correction counted twice": (
        None, "tests.faults.programs.corrections_counted_twice:app", "miscounted"),
    "deletes before the answer": ("entries.deletes_before_the_answer.mjs", "app:app", "lost"),
    "seals nothing": ("envelopes.seals_nothing.mjs", "app:app", "readable"),
    "trusts any 200": ("protocol.trusts_any_200.mjs", "app:app", "lost"),
    "rewrites a body": ("batch.rewrites_bodies.mjs", "app:app", "altered"),
    "new ids for each try": ("batch.mints_new_ids.mjs", "app:app", "twice"),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_swarm_detects_a_broken_rule(name, register):
    broken, program, sort = CONTROLS[name]
    outcome = small_run(register, seconds=3, program=program, broken=broken)
    assert outcome.wrong[sort], outcome.story()


def test_swarm_detects_envelopes_dropped_before_the_answer(register):
    outcome = small_run(register, seconds=60, shares={"portal": .5}, shared=1,
                        broken="envelopes.drops_before_the_answer.mjs")
    assert outcome.wrong["lost"], outcome.story()


def test_swarm_finds_nothing_when_no_rule_is_broken(register):
    outcome = small_run(register, seconds=60)
    assert not outcome.found, outcome.story()


def small_run(register, shares=LOSSES, shared=.5, **more):
    """Return the outcome of a few phones without chaos."""
    return run(register, 1, entries=60, phones=6, chaos=False, shares=shares, shared=shared, **more)
