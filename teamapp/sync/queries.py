"""The rejected entries as a person may see them; only reading."""

from dataclasses import dataclass, replace
from typing import Any

from ..languages import called, language
from ..models import AccountKind, Obstacle, Procedure, RejectedEntry, User
from ..recording.recorder import Description
from ..statements import Among
from .kinds import KINDS
from .reading import read_values
from .rejections import REJECTIONS, Rejection, Text

PAGE = 50  # entries


@dataclass
class Line:
    """A rejected entry, why it is one, and what its reader may know of it."""

    item: RejectedEntry
    author: User | None
    why: Text
    advice: Text
    words: str  # about its fields, where the reader reads the language they were said in
    description: Description


@dataclass
class Page:
    """A page of the list; `author` is whom it was asked for, if the reader may see them."""

    lines: list[Line]
    author: User | None
    has_more: bool


def rejected_page(reader: User, author_id: int | None, number: int) -> Page:
    """Return the open entries, all that the reader may see or one author's, the newest first."""
    query = RejectedEntry.open(RejectedEntry.visible_to(reader))
    if author_id is not None:
        query = query.where(RejectedEntry.user == author_id)
    found = list(query.limit(PAGE + 1).offset((number - 1) * PAGE))
    items = found[:PAGE]
    authors = authors_of(items, author_id, reader)
    lines = [line(item, authors.get(item.user_id), description, reader)
             for item, description in zip(items, descriptions(items, reader), strict=True)]
    return Page(lines, authors.get(author_id or 0), len(found) > PAGE)


def authors_of(items: list[RejectedEntry], asked: int | None, reader: User) -> dict[int, User]:
    """Return {id: author} of entries, and of whom was asked for, as far as the reader may see."""
    ids = {item.user_id for item in items} | {asked or 0} - {0}
    query = User.visible_to(reader).where(User.id.in_(Among(ids))) if ids else ()
    return {user.id: user for user in query}


def line(item: RejectedEntry, author: User | None, description: Description, reader: User) -> Line:
    """Return the line of an entry; a code of another release says what the phone was told."""
    said = REJECTIONS.get(item.code) or Rejection(item.reason, item.reason)
    has_words = item.code == "invalid" and item.language == language()
    return Line(item, author, said.why,
                said.advice if item.user_id == reader.id else said.advice_to_others,
                item.reason if has_words else "", description)


def descriptions(items: list[RejectedEntry], reader: User) -> list[Description]:
    """Return how each entry reads; one of which nothing can be read says nothing."""
    bound: dict[str, Any] = {}
    by_kind: dict[str, dict[int, dict[str, Any]]] = {}
    for item in items:
        values = read_values(item, bound)
        if values is not None:
            by_kind.setdefault(item.kind, {})[item.id] = values
    found: dict[int, Description] = {}
    for kind, values_of in by_kind.items():
        described = KINDS[kind].recorder.describe([*values_of.values()], reader)
        found |= zip(values_of, described, strict=True)
    return in_words([found.get(item.id, Description()) for item in items])


def in_words(found: list[Description]) -> list[Description]:
    """Return descriptions with names for codes; a code that no catalogue has is an empty name."""
    if not any(one.people or one.dossiers for one in found):
        return found
    kinds, obstacles = names(AccountKind, "short_name"), names(Obstacle, "short_name")
    procedures = names(Procedure)
    return [replace(
        one,
        people=[(resident, [(kinds.get(kind, ""), state, obstacles.get(obstacle, ""))
                            for kind, state, obstacle in steps])
                for resident, steps in one.people],
        dossiers=[(procedures.get(procedure, ""), code) for procedure, code in one.dossiers])
        for one in found]


def names(table: type[AccountKind | Obstacle | Procedure], what: str = "name") -> dict[str, str]:
    """Return {code: what it is called} of a whole catalogue, in the reader's language."""
    return dict(table.select(table.code, called(table, what)).tuples())
