"""Read-only queries: the rejected entries a person may see."""

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
    """A rejected entry with its reason and the parts of its content the reader may see."""

    item: RejectedEntry
    author: User | None
    why: Text
    advice: Text
    words: str  # field errors, if stored in the language of the reader
    description: Description
    may_resubmit: bool = False


@dataclass
class Page:
    """A page of the list; `author` is the requested author, if the reader may see them."""

    lines: list[Line]
    author: User | None
    has_more: bool


def rejected_page(reader: User, author_id: int | None, number: int) -> Page:
    """Return the open entries the reader may see, of all authors or of one, newest first."""
    query = RejectedEntry.open(RejectedEntry.visible_to(reader))
    if author_id is not None:
        query = query.where(RejectedEntry.user == author_id)
    found = list(query.limit(PAGE + 1).offset((number - 1) * PAGE))
    items = found[:PAGE]
    authors = authors_of(items, author_id, reader)
    lines = [line(item, authors.get(item.user_id), description, reader)
             for item, description in zip(items, descriptions(items, reader), strict=True)]
    return Page(lines, authors.get(author_id or 0), len(found) > PAGE)


def authors_of(items: list[RejectedEntry], author_id: int | None, reader: User) -> dict[int, User]:
    """Return {id: author} of entries and of the requested id, as far as the reader may see them."""
    ids = {item.user_id for item in items} | {author_id or 0} - {0}
    query = User.visible_to(reader).where(User.id.in_(Among(ids))) if ids else ()
    return {user.id: user for user in query}


def line(item: RejectedEntry, author: User | None, description: Description, reader: User) -> Line:
    """Return the line of an entry; a code this release lacks shows the reason sent to the phone."""
    rejection = REJECTIONS.get(item.code) or Rejection(item.reason, item.reason)
    has_words = item.code == "invalid" and item.language == language()
    is_helped = author is not None and may_resubmit(item, author, description, reader)
    advice = rejection.advice if item.user_id == reader.id else (
        rejection.advice_to_helpers if is_helped else rejection.advice_to_others)
    return Line(item, author, rejection.why, advice, item.reason if has_words else "", description,
                is_helped)


def may_resubmit(item: RejectedEntry, author: User, description: Description,
                 reader: User) -> bool:
    """Check whether a reader who sees entry and author may correct the entry online.

    Its form names the household, so that the reader has to see that too.
    """
    return item.kind in KINDS and KINDS[item.kind].page is not None and reader.leads \
        and reader.may_submit_for(author) and description.household is not None


def descriptions(items: list[RejectedEntry], reader: User) -> list[Description]:
    """Return a description of each entry; it is empty if the entry cannot be read."""
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
    """Return descriptions with codes replaced by names; an unknown code gives an empty name."""
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


def names(table: type[AccountKind | Obstacle | Procedure], column: str = "name") -> dict[str, str]:
    """Return {code: name} of a whole catalogue, in the reader's language."""
    return dict(table.select(table.code, called(table, column)).tuples())
