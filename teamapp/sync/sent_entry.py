"""Parsing one entry of a batch, with its flaw if it violates the schema."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from werkzeug.exceptions import UnprocessableEntity

from .. import clock, text

MOST_AFTER = 20


@dataclass(frozen=True)
class SentEntry:
    """One entry as received; `flaw` names the field that violates the schema."""

    id: UUID
    kind: str
    form: int
    recorded_at: datetime | None
    after: tuple[UUID, ...]
    replaces: UUID | None
    body: str
    flaw: str | None

    @property
    def size(self) -> int:
        """The bytes of the body."""
        return len(self.body.encode("utf-8", "surrogatepass"))

    @property
    def hash(self) -> bytes:
        """Return the SHA-256 of kind, form version and body, which identifies the content."""
        content = f"{self.kind}\n{self.form}\n{self.body}"
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def read_entry(entry: Any) -> SentEntry:
    """Return an entry, with its flaw if any; raise 422 if it has no valid id."""
    need(isinstance(entry, dict))
    after, replaces = entry.get("after") or [], entry.get("replaces")
    ids = {"after": links(after, MOST_AFTER),
           "replaces": links([] if replaces is None else [replaces], 1)}
    flaw = next((name for name, found in ids.items() if found is None), None)
    for name, kind in (("kind", str), ("form", int), ("body", str)):
        if type(entry.get(name)) is not kind:
            flaw = name
    if flaw is None and entry["form"] < 1:
        flaw = "form"
    recorded_at = moment(entry.get("recorded_at"))
    if recorded_at is None:
        flaw = "recorded_at"
    return SentEntry(uuid(entry.get("id")), text_of(entry.get("kind"))[:30],
                entry["form"] if type(entry.get("form")) is int else 0, recorded_at,
                ids["after"] or (), next(iter(ids["replaces"] or ()), None),
                text_of(entry.get("body")), flaw)


def ids_named(entries: Iterable[SentEntry]) -> set[UUID]:
    """Return the ids of entries and all ids they refer to."""
    return {id for entry in entries for id in (entry.id, entry.replaces, *entry.after) if id}


def links(value: Any, most: int) -> tuple[UUID, ...] | None:
    """Return the ids of a list, or None if it is not a list of at most `most` ids."""
    if not isinstance(value, list) or len(value) > most:
        return None
    try:
        return tuple(uuid(link) for link in value)
    except UnprocessableEntity:
        return None


def need(condition: bool) -> None:
    """Raise 422 for the whole request unless the condition holds."""
    if not condition:
        raise UnprocessableEntity("not_understood")


def uuid(value: Any) -> UUID:
    """Return the UUID of a string in its one spelling; else raise 422."""
    need(isinstance(value, str))
    try:
        return text.uuid(value)
    except ValueError:
        raise UnprocessableEntity("not_understood") from None


def moment(value: Any) -> datetime | None:
    """Return the time of an ISO 8601 string with an offset, or None; it has a local date."""
    try:
        found = datetime.fromisoformat(value)
        clock.local(found)  # OverflowError if it has no local date
        return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def text_of(value: Any) -> str:
    """Return a string unchanged, any other value as JSON, so that no content is lost."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
