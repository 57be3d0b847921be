"""The content of past visits, as a household's page opens them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from peewee import JOIN, ModelSelect

from ..languages import called
from ..models import (
    AccountKind,
    Companion,
    Dossier,
    Obstacle,
    Procedure,
    Resident,
    Step,
    User,
    Visit,
)
from ..statements import Among


class PastStep(NamedTuple):
    """A step of a visit, in words; `who` is None without a recorded name."""

    who: str | None
    kind: str
    state: str
    obstacle: str | None
    mode: str


class FiledDossier(NamedTuple):
    """A dossier filed at a visit."""

    procedure: str
    code: str
    who: str | None


@dataclass(slots=True)
class PastVisit:
    """What a visit recorded besides its outcome."""

    receipt: int
    note: str
    steps: list[PastStep] = field(default_factory=list)
    dossiers: list[FiledDossier] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[tuple[str | None, list[PastStep]]]:
        """The steps by person; those without a name last, together."""
        names = dict.fromkeys(step.who for step in self.steps)
        return [(who, [step for step in self.steps if step.who == who])
                for who in sorted(names, key=lambda who: who is None)]


def past_visits(ids: Collection[UUID]) -> dict[UUID, PastVisit]:
    """Return {visit id: its content}, in four queries however many there are."""
    if not ids:
        return {}
    among = Among(ids)
    found = {id: PastVisit(*facts) for id, *facts in Visit.select(
        Visit.id, Visit.receipt, Visit.note).where(Visit.id.in_(among)).tuples()}
    for id, *facts in steps_of(among):
        found[id].steps.append(PastStep(*facts))
    for id, *filed in (Dossier.select(Dossier.visit, called(Procedure), Dossier.code, Resident.name)
                       .join(Procedure).switch(Dossier).join(Resident, JOIN.LEFT_OUTER)
                       .where(Dossier.visit.in_(among)).order_by(Dossier.id).tuples()):
        found[id].dossiers.append(FiledDossier(*filed))
    for id, name in (Companion.select(Companion.visit, User.name).join(User)
                     .where(Companion.visit.in_(among)).order_by(User.name).tuples()):
        found[id].companions.append(name)
    return found


def steps_of(among: Among) -> ModelSelect:
    """Return (visit id, fields of PastStep …) of these visits, in the order of recording."""
    return (Step.select(Step.visit, Resident.name, called(AccountKind, "short_name"), Step.state,
                        called(Obstacle, "short_name"), Step.mode)
            .join(AccountKind).switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step)
            .join(Resident, JOIN.LEFT_OUTER).where(Step.visit.in_(among))
            .order_by(Step.id).tuples())
