"""The server dies at each point between reading an entry and the end of its answer."""

import pytest

from .audit import Audit
from .plan import Plan
from .programs import POINTS
from .sorts import SORTS
from .swarm import live

DYING = "tests.faults.programs.dying:app"


@pytest.mark.parametrize("kind", SORTS)
@pytest.mark.parametrize("point", POINTS)
def test_entry_sent_when_the_server_dies_is_stored_exactly_once(point, kind, register):
    armed = register.folder / "armed"
    armed.touch()
    plan = Plan(register, 1, entries=3, phones=1, chaos=False, kinds=[kind])
    assert kind in {meant.entry["kind"] for meant in plan.meant.values()}
    server = register.server(DYING, DIE_AT=point, KIND=kind, ARMED=str(armed)).start()
    try:
        told = live(plan.as_json(f"http://127.0.0.1:{server.port}", 30), 30)
    finally:
        server.kill()
    assert not armed.exists(), "nobody died"
    assert any(entry["attempts"] > 1 for entry in told["phones"][0]["outbox"])
    assert Audit(plan, told["phones"]).run() == []
