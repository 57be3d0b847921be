"""Answers to entries: accepted, rejected or deferred; see docs/sync-protocol.md."""

from typing import Any, TypeAlias

from ..models import Receipt
from .rejections import REASONS

Answer: TypeAlias = dict[str, Any]

MOST_WORDS = 3  # distinct sentences in one reason


def accepted(receipt: Receipt, replayed: bool) -> Answer:
    """Return the answer for an accepted entry; the write adds the number of a new receipt."""
    number = {"receipt": receipt.number} if receipt.number else {"number_of": receipt}
    return {"status": "accepted", **number, "replayed": replayed, "flag": receipt.flag}


def rejected(code: str, fields: dict[str, list[str]] | None = None) -> Answer:
    """Return the answer for a rejected entry; field errors, if any, replace the code's reason."""
    fields = fields or {}
    words = dict.fromkeys(str(word) for errors in fields.values() for word in errors)
    reason = " ".join([*words][:MOST_WORDS]) or str(REASONS[code])
    return {"status": "rejected", "code": code, "reason": reason, "fields": fields}


def deferred(code: str, after_s: int, **more: Any) -> Answer:
    """Return the answer for an entry the phone sends again after `after_s` seconds."""
    return {"status": "deferred", "code": code, **more, "after_s": after_s}
