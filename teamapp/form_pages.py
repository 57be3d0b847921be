"""The class by which a slice declares how the form of a kind of entry is filled in online."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from .models import User

Context = dict[str, Any]


def nothing(*_: Any) -> None:
    """Find and fill in nothing."""


class FormPage(NamedTuple):
    """The page of a kind's form, for leaders, officers and chairs.

    `template` extends shared/entry_form.html; `choices` returns what the bound form offers its
    reader. `find` returns the record a new entry is about, if the user may see it, and `body` what
    its form is filled with, None if the record takes no entry any more. Without them the form only
    corrects rejected entries. `said` returns what happened to an accepted entry, from its receipt
    number and its flag.
    """

    title: Any
    template: str
    choices: Callable[[Any, User], Context]
    said: Callable[[str, str | None], str]
    find: Callable[[UUID, User], Any] = nothing
    body: Callable[[Any], str | None] = nothing
