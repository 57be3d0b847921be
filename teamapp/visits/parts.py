"""What the blank forms of a visit are drawn from."""

from typing import Any

from ..models import AccountKind, User, Visit
from . import queries
from .change_forms import CorrectionForm, VoidForm
from .forms import DossierForm, PersonForm, StepForm, VisitForm


def parts_for(user: User) -> dict[str, Any]:
    """Return the context of the blank forms, which name the person's own team."""
    obstacles = queries.obstacles()
    return {
        "form": VisitForm(), "step": StepForm(prefix="__prefix__"),
        "person": PersonForm(prefix="__prefix__"),
        "dossier": DossierForm(prefix="dossiers-__n__-"),
        "correction": CorrectionForm(), "void": VoidForm(), "finished": Visit.FINISHED,
        "corrected_person": PersonForm(prefix="people-__n__-"),
        "corrected_step": StepForm(prefix="__prefix__steps-__n__-"),
        "obstacles": obstacles,
        "headline": AccountKind.HEADLINE, "kinds": queries.kinds(obstacles),
        "procedures": queries.procedures(), "team": queries.team(user)}
