"""What the blank forms of a visit are drawn from."""

from typing import Any

from ..models import AccountKind, User
from . import queries
from .forms import DossierForm, PersonForm, StepForm, VisitForm


def parts_for(user: User) -> dict[str, Any]:
    """Return the context of the blank forms, which name the person's own team."""
    return {
        "form": VisitForm(), "step": StepForm(prefix="__prefix__"),
        "person": PersonForm(prefix="__prefix__"),
        "dossier": DossierForm(prefix="dossiers-__n__-"),
        "headline": AccountKind.HEADLINE, "kinds": queries.kinds(),
        "procedures": queries.procedures(), "team": queries.team(user)}
