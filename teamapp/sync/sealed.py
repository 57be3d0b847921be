"""Envelopes: entries sealed at sign-out, which the next person on the phone sends."""

import base64
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

from flask import current_app
from peewee import OperationalError
from werkzeug.exceptions import UnprocessableEntity

from .. import clock
from ..db import transaction
from ..models import Device, UndeliverableEnvelope, User
from ..sealing import Key, UnknownKey
from . import batch
from .answers import Answer
from .processor import BatchProcessor
from .proofs import Proven, prove
from .reading import read_ahead
from .sent_entry import SentEntry, read_entry, uuid

log = logging.getLogger(__name__)
ProofReader: TypeAlias = Callable[[Key, str], Proven | None]
ACCEPTED = {"status": "accepted"}
DEFERRED = {"status": "deferred", "after_s": 3600}


class Undeliverable(Exception):
    """The envelope is `unreadable`, or its author is `unproven`."""


@dataclass(frozen=True)
class Letter:
    """An opened envelope: author, device, entry, and a code if the entry is to be rejected."""

    envelope: str
    author: User
    device: UUID
    entry: SentEntry
    code: str | None


def take(envelopes: Sequence[batch.Sealed], carrier: User, device: UUID) -> list[Answer]:
    """Return an answer to each envelope; `accepted` means the commune has its content.

    Each author's entries are processed in the author's commune as if the author sent them.
    The person who sends the envelopes does not learn the answers to the entries.
    """
    prove_once = cache(prove)
    answers: dict[str, Answer] = {}
    letters: list[Letter] = []
    for one in envelopes:
        try:
            letters.append(opened(one, prove_once))
        except UnknownKey:
            answers[one.id] = DEFERRED
        except Undeliverable as error:
            keep_undeliverable(one, str(error), carrier, device)
            answers[one.id] = ACCEPTED
    letters.sort(key=lambda letter: letter.author.id)
    for author, own in groupby(letters, key=lambda letter: letter.author):
        answers |= hand_over(author, list(own))
    return [{"id": one.id, **answers[one.id]} for one in envelopes]


def opened(one: batch.Sealed, prove: ProofReader) -> Letter:
    """Return the content of an envelope; raise UnknownKey or Undeliverable."""
    key = current_app.extensions["sealing"].named(one.kid)
    try:
        content = json.loads(key.open(base64.b64decode(one.sealed, validate=True)))
        device, entry = uuid(content["device"]), read_entry(content["entry"])
        user, proof = content["user"], str(content["proof"])
    except (ValueError, KeyError, TypeError, RecursionError, UnprocessableEntity):
        raise Undeliverable("unreadable") from None
    proven = prove(key, proof)
    if proven is None or proven.author.id != user:
        raise Undeliverable("unproven")
    return Letter(one.id, proven.author, device, entry, proven.code_of(entry))


def hand_over(author: User, letters: list[Letter]) -> dict[str, Answer]:
    """Return {envelope: answer} of one author's letters; a server error defers all of them."""
    try:
        return dict(processed(author, letters))
    except OperationalError:
        raise
    except Exception as error:
        log.exception("envelopes failed", exc_info=error)
        return {letter.envelope: DEFERRED for letter in letters}


def processed(author: User, letters: list[Letter]) -> Iterator[tuple[str, Answer]]:
    """Yield (envelope, answer) of one author's letters, in one write transaction."""
    forms = read_ahead([letter.entry for letter in letters if not letter.code])
    with author.commune.write() as tx:
        for (device, code), group in groupby(letters, key=lambda one: (one.device, one.code)):
            own = list(group)
            entries = [letter.entry for letter in own]
            processor = BatchProcessor(tx, author, device, forms, absent=True)
            results = processor.set_aside(entries, code) if code else processor.take(entries)
            answers = [answer(result) for result in results]
            Device.subtract_submitted(device, author, answers.count(ACCEPTED))
            yield from zip((letter.envelope for letter in own), answers)


def answer(result: Answer) -> Answer:
    """Return the answer to an envelope: only whether the phone may delete it."""
    if result["status"] == "deferred":
        return {"status": "deferred", "after_s": result["after_s"]}
    return ACCEPTED


def keep_undeliverable(one: batch.Sealed, why: str, carrier: User, device: UUID) -> None:
    """Store an undeliverable envelope for the operator."""
    log.warning("an envelope is undeliverable", extra={"fields": {"why": why}})
    digest = hashlib.sha256(one.sealed.encode()).digest()
    with transaction():
        UndeliverableEnvelope.insert(
            hash=digest, kid=one.kid, sealed=one.sealed, why=why, brought_by=carrier.id,
            device=device, received_at=clock.now()).on_conflict_ignore().execute()
