"""The content of past visits, as a household's page opens them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from peewee import JOIN, ModelSelect

from .. import clock
from ..languages import called
from ..models import (
    AccountKind,
    Change,
    Companion,
    Consent,
    Filing,
    Obstacle,
    Procedure,
    Resident,
    Step,
    User,
    Visit,
)
from ..models.household_summary import Call
from ..statements import Among


class PastStep(NamedTuple):
    """A step of a visit, in words and as recorded; `who` is None without a recorded name."""

    who: str | None
    kind: str
    state: str
    obstacle: str | None
    mode: str
    resident: UUID | None
    kind_code: str
    obstacle_code: str | None


class FiledDossier(NamedTuple):
    """A dossier filed at a visit."""

    procedure: str
    code: str
    who: str | None
    id: UUID
    resident: UUID | None
    procedure_code: str
    channel: str
    due_on: date | None


@dataclass(slots=True)
class PastVisit:
    """What a visit recorded besides its outcome."""

    receipt: int
    note: str
    steps: list[PastStep] = field(default_factory=list)
    dossiers: list[FiledDossier] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    companion_ids: list[int] = field(default_factory=list)
    answers: dict[UUID, bool] = field(default_factory=dict)

    @property
    def people(self) -> list[tuple[str | None, list[PastStep]]]:
        """The steps by person; those without a name last, together."""
        names = dict.fromkeys(step.who for step in self.steps)
        return [(who, [step for step in self.steps if step.who == who])
                for who in sorted(names, key=lambda who: who is None)]

    def body(self, call: Call) -> dict[str, Any]:
        """Return the values of the form that recorded the visit, to correct it."""
        residents = dict.fromkeys([*(step.resident for step in self.steps), *self.answers])
        people = [{
            "id": resident, "consent": said(self.answers, resident),
            "steps": [{"kind": step.kind_code, "state": step.state, "obstacle": step.obstacle_code,
                       "mode": step.mode} for step in self.steps if step.resident == resident]}
            for resident in residents]
        return {"outcome": call.outcome, "why_unreached": call.reason,
                "visited_at": clock.local(call.visited_at).strftime("%Y-%m-%dT%H:%M"),
                "return_on": call.return_on, "return_part": call.return_part, "note": self.note,
                "companions": self.companion_ids, "people": people,
                "dossiers": [{"id": filed.id, "resident": filed.resident,
                              "procedure": filed.procedure_code, "code": filed.code,
                              "channel": filed.channel, "due_on": filed.due_on}
                             for filed in self.dossiers]}


class ChangedVisit(NamedTuple):
    """A change of a visit to a household, and the version it names."""

    household_id: UUID
    outcome: str
    day: date
    who: str
    is_void: bool
    reason: str
    note: str
    flag: str
    is_waiting: bool
    received_at: datetime


def past_visits(ids: Collection[UUID]) -> dict[UUID, PastVisit]:
    """Return {visit id: its content}, in five queries however many there are."""
    if not ids:
        return {}
    among = Among(ids)
    found = {id: PastVisit(*facts) for id, *facts in Visit.select(
        Visit.id, Visit.receipt, Visit.note).where(Visit.id.in_(among)).tuples()}
    for id, *facts in steps_of(among):
        found[id].steps.append(PastStep(*facts))
    for id, *filed in (Filing.select(Filing.visit, called(Procedure), Filing.code, Resident.name,
                                     Filing.dossier, Filing.resident, Filing.procedure,
                                     Filing.channel, Filing.due_on)
                       .join(Procedure).switch(Filing).join(Resident, JOIN.LEFT_OUTER)
                       .where(Filing.visit.in_(among)).order_by(Filing.dossier).tuples()):
        found[id].dossiers.append(FiledDossier(*filed))
    for id, name, user in (Companion.select(Companion.visit, User.name, User.id).join(User)
                           .where(Companion.visit.in_(among)).order_by(User.name).tuples()):
        found[id].companions.append(name)
        found[id].companion_ids.append(user)
    for id, resident, given in Consent.select(Consent.visit, Consent.resident, Consent.given).where(
            Consent.visit.in_(among), Consent.purpose == "record").tuples():
        found[id].answers[resident] = given
    return found


def steps_of(among: Among) -> ModelSelect:
    """Return (visit id, fields of PastStep …) of these visits, in the order of recording."""
    return (Step.select(Step.visit, Resident.name, called(AccountKind, "short_name"), Step.state,
                        called(Obstacle, "short_name"), Step.mode, Step.resident, Step.kind,
                        Step.obstacle)
            .join(AccountKind).switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step)
            .join(Resident, JOIN.LEFT_OUTER).where(Step.visit.in_(among))
            .order_by(Step.id).tuples())


def changed_visits(ids: Among) -> dict[UUID, list[ChangedVisit]]:
    """Return {household id: [ChangedVisit]} of visits to these households, the newest first."""
    rows = (Change.select(Change.household, Visit.outcome, Visit.day, User.name,
                          Change.correction.is_null(), Change.reason, Change.note, Change.flag,
                          Change.state == "waiting", Change.received_at)
            .join(Visit, on=(Visit.id == Change.visit)).switch(Change)
            .join(User, on=(User.id == Change.by))
            .where(Change.household.in_(ids), Change.state != "dismissed")
            .order_by(Change.received_at.desc(), Change.receipt.desc()).tuples())
    found: defaultdict[UUID, list[ChangedVisit]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(ChangedVisit(*row))
    return found


def said(answers: dict[UUID, bool], resident: UUID | None) -> str:
    """Return the answer of a resident as the form has it, or nothing."""
    return ("yes" if answers[resident] else "no") if resident in answers else ""
