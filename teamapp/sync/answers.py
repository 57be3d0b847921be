"""The result of an entry: accepted, rejected or deferred; see docs/sync-protocol.md."""

from typing import Any, TypeAlias

from ..models import Receipt
from .rejections import REASONS

Answer: TypeAlias = dict[str, Any]

MOST_WORDS = 3  # different sentences in one reason


def accepted(receipt: Receipt, replayed: bool) -> Answer:
    """Return the answer for an entry the commune has; its number is filled in when written."""
    number = {"receipt": receipt.number} if receipt.number else {"number_of": receipt}
    return {"status": "accepted", **number, "replayed": replayed, "flag": receipt.flag}


def rejected(code: str, fields: dict[str, list[str]] | None = None) -> Answer:
    """Return the answer for an entry that cannot be taken; the fields' own words say why."""
    fields = fields or {}
    words = dict.fromkeys(str(word) for said in fields.values() for word in said)
    reason = " ".join([*words][:MOST_WORDS]) or str(REASONS[code])
    return {"status": "rejected", "code": code, "reason": reason, "fields": fields}


def deferred(code: str, after_s: int, **more: Any) -> Answer:
    """Return the answer for an entry that may be sent again after so many seconds."""
    return {"status": "deferred", "code": code, **more, "after_s": after_s}
