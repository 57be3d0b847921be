"""What is answered for an entry: kept, rejected or later; docs/sync-protocol.md tells of each."""

from .rejections import REASONS

MOST_WORDS = 3  # different sentences in one reason


def accepted(receipt, replayed):
    """Return the answer for an entry the commune has; its number is filled in when written."""
    number = {"receipt": receipt.number} if receipt.number else {"number_of": receipt}
    return {"status": "accepted", **number, "replayed": replayed, "flag": receipt.flag}


def rejected(code, fields=None):
    """Return the answer for an entry that cannot be taken; the fields' own words say why."""
    fields = fields or {}
    words = dict.fromkeys(str(word) for said in fields.values() for word in said)
    reason = " ".join([*words][:MOST_WORDS]) or str(REASONS[code])
    return {"status": "rejected", "code": code, "reason": reason, "fields": fields}


def deferred(code, after_s, **more):
    """Return the answer for an entry that may be sent again after so many seconds."""
    return {"status": "deferred", "code": code, **more, "after_s": after_s}
