"""What versions of visits recorded: their outcome, steps, dossiers, companions and answers."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from peewee import JOIN, ModelSelect

from .. import clock
from ..statements import Among
from .catalog import AccountKind, Obstacle, Procedure
from .consent import Consent
from .dossier import Filing
from .resident import Resident
from .step import Step
from .user import User
from .visit import Companion, Visit

Called: TypeAlias = Callable[..., Any]  # (catalogue, column) → the column in the reader's language
FACTS = (Visit.outcome, Visit.reason, Visit.visited_at, Visit.return_on, Visit.return_part,
         Visit.note, Visit.receipt)  # the fields of VisitContent


class RecordedStep(NamedTuple):
    """A step of a visit, in words and as recorded; `who` is None without a recorded name."""

    who: str | None
    kind: str
    state: str
    obstacle: str | None
    mode: str
    resident: UUID | None
    kind_code: str
    obstacle_code: str | None


class RecordedFiling(NamedTuple):
    """What was filed for a dossier at a visit, in words and as recorded."""

    procedure: str
    code: str
    who: str | None
    id: UUID
    resident: UUID | None
    procedure_code: str
    channel: str
    due_on: date | None


@dataclass(slots=True)
class VisitContent:
    """What one version of a visit recorded."""

    outcome: str
    reason: str
    visited_at: datetime
    return_on: date | None
    return_part: str
    note: str
    receipt: int
    steps: list[RecordedStep] = field(default_factory=list, kw_only=True)
    dossiers: list[RecordedFiling] = field(default_factory=list, kw_only=True)
    companions: list[tuple[int, str]] = field(default_factory=list, kw_only=True)  # (id, name)
    answers: dict[UUID, bool] = field(default_factory=dict, kw_only=True)  # by resident

    @property
    def people(self) -> list[tuple[str | None, tuple[RecordedStep, ...]]]:
        """The steps by person; those without a name last, together."""
        names = dict.fromkeys(step.who for step in self.steps)
        return [(who, tuple(step for step in self.steps if step.who == who))
                for who in sorted(names, key=lambda who: who is None)]

    @property
    def companion_names(self) -> list[str]:
        return [name for _, name in self.companions]

    @property
    def body(self) -> str:
        """The body that a form with these values posts; what is empty is left out."""
        return urlencode([*pairs(self.form_values)])

    @property
    def form_values(self) -> dict[str, Any]:
        """The values of the form that records a visit, without the ids of visit and household."""
        residents = dict.fromkeys([*(step.resident for step in self.steps), *self.answers])
        people = [{
            "id": resident, "consent": self._said(resident),
            "steps": [{"kind": step.kind_code, "state": step.state, "obstacle": step.obstacle_code,
                       "mode": step.mode} for step in self.steps if step.resident == resident]}
            for resident in residents]
        return {"outcome": self.outcome, "why_unreached": self.reason,
                "visited_at": clock.local(self.visited_at).strftime("%Y-%m-%dT%H:%M"),
                "return_on": self.return_on, "return_part": self.return_part, "note": self.note,
                "companions": [id for id, _ in self.companions], "people": people,
                "dossiers": [{"id": filed.id, "resident": filed.resident,
                              "procedure": filed.procedure_code, "code": filed.code,
                              "channel": filed.channel, "due_on": filed.due_on}
                             for filed in self.dossiers]}

    def _said(self, resident: UUID | None) -> str:
        """Return the answer of a resident as the form has it, or nothing."""
        given = self.answers.get(resident) if resident else None
        return "" if given is None else "yes" if given else "no"


def pairs(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a form's fields, of its items with their numbers."""
    for name, value in values.items():
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict):
                yield from pairs(item, f"{prefix}{name}-{place}-")
            elif item not in (None, ""):
                yield prefix + name, item


def visit_contents(ids: Collection[UUID], called: Called) -> dict[UUID, VisitContent]:
    """Return {version: what it recorded}, struck ones too, in five queries however many."""
    found = {id: VisitContent(*facts) for id, *facts in Visit.select(Visit.id, *FACTS).where(
        Visit.id.in_(Among(ids))).tuples()} if ids else {}
    add_parts(found, called)
    add_answers(found)
    return found


def add_parts(found: Mapping[UUID, VisitContent], called: Called) -> None:
    """Set the steps, dossiers and companions of versions."""
    if not found:
        return
    among = Among(found)
    for id, *facts in steps_of(among, called):
        found[id].steps.append(RecordedStep(*facts))
    for id, *filed in filings_of(among, called):
        found[id].dossiers.append(RecordedFiling(*filed))
    for id, user, name in (Companion.select(Companion.visit, User.id, User.name).join(User)
                           .where(Companion.visit.in_(among)).order_by(User.name).tuples()):
        found[id].companions.append((user, name))


def steps_of(among: Among, called: Called) -> ModelSelect:
    """Return (visit id, fields of RecordedStep …) of these visits, in the order of recording."""
    return (Step.select(Step.visit, Resident.name, called(AccountKind, "short_name"), Step.state,
                        called(Obstacle, "short_name"), Step.mode, Step.resident, Step.kind,
                        Step.obstacle)
            .join(AccountKind).switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step)
            .join(Resident, JOIN.LEFT_OUTER).where(Step.visit.in_(among))
            .order_by(Step.id).tuples())


def filings_of(among: Among, called: Called) -> ModelSelect:
    """Return (visit id, fields of RecordedFiling …) of these visits."""
    return (Filing.select(Filing.visit, called(Procedure), Filing.code, Resident.name,
                          Filing.dossier, Filing.resident, Filing.procedure, Filing.channel,
                          Filing.due_on)
            .join(Procedure).switch(Filing).join(Resident, JOIN.LEFT_OUTER)
            .where(Filing.visit.in_(among)).order_by(Filing.dossier).tuples())


def add_answers(found: Mapping[UUID, VisitContent]) -> None:
    """Set the answers that versions recorded."""
    rows = Consent.select(Consent.visit, Consent.resident, Consent.given).where(
        Consent.visit.in_(Among(found)), Consent.purpose == "record").tuples() if found else ()
    for id, resident, given in rows:
        found[id].answers[resident] = given
