"""Outboxes as released phones wrote them are accepted with their original meaning.

The files in golden/ are never edited; a new form brings a new file.
"""

import json
from pathlib import Path
from uuid import UUID

import pytest

from teamapp.models import Change, Filing, Step, Visit
from teamapp.sync.kinds import KINDS

from .phone import entry, record_of, result

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
    lan = sign_in(cast.lan)
    for one in sent:  # each is looked at before the next one changes it
        made = entry(one["body"], kind=one["kind"], form=one["form"])
        answer = result(lan, cast.lan, made)
        assert answer["status"] == "accepted", (one["body"], answer)
        assert meaning(made) == one["means"], one["body"]


def meaning(made):
    """Return what an entry recorded: the version of a visit, the change of one, or both."""
    kind = made["kind"]
    said = {} if kind == "visits.void" else version(UUID(record_of(made)))
    return said | ({} if kind == "visits.create" else {"change": change(UUID(made["id"]))})


def version(id):
    """Return the recorded version of a visit in the format of the golden files."""
    visit = Visit.get_by_id(id)
    steps = Step.select(Step.kind, Step.state, Step.obstacle, Step.mode, Step.resident).where(
        Step.visit == id).order_by(Step.id).tuples()
    dossiers = Filing.select(Filing.procedure, Filing.code, Filing.channel).where(
        Filing.visit == id).order_by(Filing.procedure).tuples()
    return {"outcome": visit.outcome, "reason": visit.reason, "note": visit.note,
            "return_on": visit.return_on and visit.return_on.isoformat(),
            "return_part": visit.return_part,
            "steps": [[*step, resident is not None] for *step, resident in steps],
            "dossiers": [list(dossier) for dossier in dossiers]}


def change(id):
    """Return the recorded change of a version: of which, why, asked by whom, note, its state."""
    made = Change.get_by_id(id)
    assert not Visit.get_by_id(made.visit_id).is_live
    return [str(made.visit_id), made.reason, made.asked_by, made.note, made.state]
