"""Parsing a batch: limit its size, unpack it, check its schema, or reject the whole request."""

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from werkzeug import Request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnsupportedMediaType,
)

from .sent_entry import SentEntry, moment, need, read_entry, uuid

MOST_BYTES, MOST_ENTRIES, MOST_KID = 512 * 1024, 100, 16
VERSION = 1
NEWER_WAIT_S = 3600  # until a phone of a newer protocol asks again a server that went back


class UpgradeRequired(HTTPException):
    """The phone sends a protocol version the server no longer supports."""

    code, description = 426, "client_too_old"


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
                 count if type(count) is int else 0,
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


def read_sealed(envelope: Any) -> Sealed:
    """Return an envelope without opening it; raise 422 if it violates the schema."""
    need(isinstance(envelope, dict))
    kid, sealed = envelope.get("kid"), envelope.get("sealed")
    need(isinstance(kid, str) and len(kid) <= MOST_KID and isinstance(sealed, str))
    need(kid.isascii() and kid.isprintable() and sealed.isascii() and sealed.isprintable())
    return Sealed(str(uuid(envelope.get("id"))), kid, sealed)
