"""Parsing a batch: limit its size, unpack it, check its schema, or reject the whole request."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from werkzeug import Request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnprocessableEntity,
    UnsupportedMediaType,
)

from .. import clock

MOST_BYTES, MOST_ENTRIES, MOST_AFTER, MOST_KID = 512 * 1024, 100, 20, 16
VERSION = 1
NEWER_WAIT_S = 3600  # until a phone of a newer protocol asks again a server that went back


class UpgradeRequired(HTTPException):
    """The phone sends a protocol version the server no longer supports."""

    code, description = 426, "client_too_old"


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


@dataclass(frozen=True)
class Sealed:
    """One envelope as received: its id, the id of its sealing key, the ciphertext in Base64."""

    id: str
    kid: str
    sealed: str


@dataclass(frozen=True)
class Batch:
    """One request of a phone."""

    id: str
    device: UUID
    user: int
    left_count: int
    left_oldest_at: datetime | None
    entries: list[SentEntry]
    sealed: list[Sealed]


def read(request: Request) -> Batch:
    """Return the batch of a request, or reject the request: 400, 413, 415, 422, 426, 503."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("not_json")
    try:
        sent = json.loads(unpack(request))
    except (ValueError, RecursionError):
        raise BadRequest("malformed") from None
    need(isinstance(sent, dict))
    version = sent.get("v")
    need(type(version) is int)
    if version < VERSION:
        raise UpgradeRequired()
    if version > VERSION:
        raise ServiceUnavailable("protocol_newer", retry_after=NEWER_WAIT_S)
    need(type(sent.get("user")) is int)
    sealed = sent.get("sealed") or []
    need(isinstance(sent.get("entries"), list) and isinstance(sealed, list))
    if len(sent["entries"]) + len(sealed) > MOST_ENTRIES:
        raise RequestEntityTooLarge("too_many_entries")
    waiting = sent.get("left")
    left = waiting if isinstance(waiting, dict) else {}
    count = left.get("count")
    return Batch(str(uuid(sent.get("batch"))), uuid(sent.get("device")), sent["user"],
                 max(0, min(count, 1_000_000)) if type(count) is int else 0,
                 moment(left.get("oldest")),
                 [read_entry(entry) for entry in sent["entries"]],
                 [read_sealed(envelope) for envelope in sealed])


def unpack(request: Request) -> bytes:
    """Return the decompressed body, at most MOST_BYTES; else raise 413."""
    try:
        packed = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge("too_large") from None
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        plain, rest = packed, b""
    elif encoding == "gzip":
        opener = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            plain = opener.decompress(packed, MOST_BYTES + 1)
        except zlib.error:
            raise BadRequest("malformed") from None
        rest = opener.unconsumed_tail
    else:
        raise UnsupportedMediaType("unknown_encoding")
    if len(plain) > MOST_BYTES or rest:
        raise RequestEntityTooLarge("too_large")
    return plain


def need(condition: bool) -> None:
    """Raise 422 for the whole request unless the condition holds."""
    if not condition:
        raise UnprocessableEntity("not_understood")


def uuid(value: Any) -> UUID:
    """Return the UUID of a string in the canonical form of 36 characters; else raise 422."""
    need(isinstance(value, str) and len(value) == 36)
    try:
        return UUID(value)
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


def read_sealed(envelope: Any) -> Sealed:
    """Return an envelope without opening it; raise 422 if it violates the schema."""
    need(isinstance(envelope, dict))
    kid, sealed = envelope.get("kid"), envelope.get("sealed")
    need(isinstance(kid, str) and len(kid) <= MOST_KID and isinstance(sealed, str))
    need(kid.isascii() and kid.isprintable() and sealed.isascii() and sealed.isprintable())
    return Sealed(str(uuid(envelope.get("id"))), kid, sealed)


def text_of(value: Any) -> str:
    """Return a string unchanged, any other value as JSON, so that no content is lost."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
