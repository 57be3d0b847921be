"""Storing rejected entries: how many of a person, and what of them."""

from ..languages import language
from ..models import RejectedEntry, User, WriteTransaction
from .answers import Answer
from .sent_entry import SentEntry
from .storable import storable, storable_body

MOST_OPEN = 200  # open rejected entries of a person, sent by the person's own phone
MOST_BODY = 64 * 1024  # bytes; a longer one is longer than any form


class NeedsOwnRun(Exception):
    """The next rejection depends on what the run writes: its entries are processed one by one."""


class RejectedStore:
    """Stores a person's rejected entries.

    `is_limited`: the person's own phone sent them and keeps the words, so that the server bounds
    what it stores. From envelopes and files it stores everything.
    """

    def __init__(self, tx: WriteTransaction, user: User, is_limited: bool) -> None:
        self.tx, self.user, self.is_limited = tx, user, is_limited
        self.begin_run(is_alone=False)

    def begin_run(self, is_alone: bool) -> None:
        """Count again: a run writes at its end. `is_alone`: it has one entry."""
        self.room: int | None = None
        self.is_alone = is_alone

    def is_too_large(self, entry: SentEntry) -> bool:
        """Return whether the body is rejected unread."""
        return self.is_limited and entry.size > MOST_BODY

    def admits(self, entry: SentEntry) -> bool:
        """Return whether a rejected entry may be stored; raise NeedsOwnRun if in doubt."""
        if not self.is_limited:
            return True
        if self.room is None:
            self.room = MOST_OPEN - RejectedEntry.open_count(self.user)
        self.room -= 1
        if self.room >= 0:
            return True
        if not self.is_alone:
            raise NeedsOwnRun
        return RejectedEntry.is_open(entry.id, self._key(entry))

    def add(self, entry: SentEntry, result: Answer) -> None:
        """Store a rejected entry, with its reason, for its author and the leader."""
        body = "" if self.is_too_large(entry) else storable_body(entry.body)
        RejectedEntry.keep(
            entry=entry.id, user=self.user.id, commune=self.tx.commune.id,
            village=self.user.village_id, kind=storable(entry.kind), form=entry.form,
            hash=self._key(entry), body=body, code=result["code"],
            reason=result["reason"], language=language(), received_at=self.tx.now)

    def _key(self, entry: SentEntry) -> bytes:
        return RejectedEntry.content_key(self.user, entry.hash)
