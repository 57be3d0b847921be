"""Proofs: whose entries an envelope holds, and which of them the server validates."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .. import clock
from ..models import Session, User
from ..sealing import Key
from .sent_entry import SentEntry

CLOCK_ERROR = timedelta(minutes=5)  # of a phone, without a reproach


class Proven(NamedTuple):
    """The author a proof names; `code` rejects every entry, `until` those recorded later."""

    author: User
    code: str | None
    until: datetime

    def code_of(self, entry: SentEntry) -> str | None:
        """Return the code an entry is rejected with, None if it is to be validated."""
        if self.code or entry.recorded_at is None:
            return self.code
        return "sign_in_over" if entry.recorded_at > self.until + CLOCK_ERROR else None


def prove(key: Key, proof: str) -> Proven | None:
    """Return what a proof proves, or None if this server did not issue it.

    It holds for entries recorded before its sign-in ended that arrive within 90 days after. A
    restored backup may lack the sign-in: it then ended when it would have expired.
    """
    claim = key.proven(proof)
    author = claim and User.get_or_none(User.id == claim.user_id, User.commune.is_null(False))
    if not claim or not author:
        return None
    sign_in = Session.get_or_none(Session.id == claim.session_id)
    until = sign_in.ends_at if sign_in else claim.signed_in_at + Session.ABSOLUTE
    if author.closed_on:
        until = min(until, clock.moment_of(clock.days_from(author.closed_on, 1)))
    return Proven(author, reason_to_reject(author, sign_in, until), until)


def reason_to_reject(author: User, sign_in: Session | None, until: datetime) -> str | None:
    """Return the code that rejects every entry of an author's sign-in, or None."""
    if sign_in and sign_in.lost_at:
        return "lost_phone"
    if not author.may_hand_in:
        return "closed_account"
    return "sign_in_over" if clock.now() > until + User.HAND_IN else None
