"""Outboxes as released phones wrote them are accepted with their original meaning.

The files in golden/ are never edited; a new form brings a new file.
"""

import json
from pathlib import Path
from uuid import UUID

import pytest

from teamapp.models import Dossier, Step, Visit
from teamapp.sync.kinds import KINDS

from .phone import entry, record_of, send

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def test_every_released_form_has_a_golden_outbox():
    released = {(kind, form) for kind, known in KINDS.items()
                for form in range(1, known.form + 1)}
    golden = {(one["kind"], one["form"]) for path in GOLDEN
            for one in json.loads(path.read_text("utf-8"))}
    assert released <= golden


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_outbox_is_accepted_with_its_meaning(path, cast, sign_in):
    sent = json.loads(path.read_text("utf-8"))
    entries = [entry(one["body"], kind=one["kind"], form=one["form"]) for one in sent]
    answer = send(sign_in(cast.lan), cast.lan, *entries)
    for one, made, result in zip(sent, entries, answer.json["results"]):
        assert result["status"] == "accepted", (one["body"], result)
        assert meaning(UUID(record_of(made))) == one["means"], one["body"]


def meaning(id):
    """Return the recorded visit in the format of the golden files."""
    visit = Visit.get_by_id(id)
    steps = Step.select(Step.kind, Step.state, Step.obstacle, Step.mode, Step.resident).where(
        Step.visit == id).order_by(Step.id).tuples()
    dossiers = Dossier.select(Dossier.procedure, Dossier.code, Dossier.channel).where(
        Dossier.visit == id).order_by(Dossier.procedure).tuples()
    return {"outcome": visit.outcome, "reason": visit.reason, "note": visit.note,
            "return_on": visit.return_on and visit.return_on.isoformat(),
            "return_part": visit.return_part,
            "steps": [[*step, resident is not None] for *step, resident in steps],
            "dossiers": [list(dossier) for dossier in dossiers]}
