"""The receipts of a run: of its entries, of those they refer to, and their replacements."""

from collections.abc import Collection, Iterable
from uuid import UUID

from ..models import Receipt, User
from .answers import Answer, accepted, rejected
from .sent_entry import SentEntry, ids_named

LONGEST_CHAIN = 100  # entries that replace each other


class ReceiptIndex:
    """The receipts of a person's entries and of those they refer to, updated during a run."""

    def __init__(self, entries: Iterable[SentEntry], user: User) -> None:
        self.user = user
        self.named = ids_named(entries)  # already looked up
        self.known = Receipt.known(self.named)
        self.successors = Receipt.successors(self.named - self.known.keys(), user.id)
        self.rejected: dict[UUID, Receipt] = {}  # in this run, not written yet

    def answer(self, entry: SentEntry) -> Answer | None:
        """Return the answer to an entry whose receipts already determine it, else None."""
        receipt = self.known.get(entry.id)
        if receipt and (receipt.user_id != self.user.id or bytes(receipt.hash) != entry.hash):
            return rejected("id_reused")
        if entry.id in self.successors:  # its successor arrived first
            return accepted(self.successors[entry.id], replayed=True)
        if receipt and receipt.status != "rejected":
            return accepted(receipt, replayed=True)
        return None

    def number_changed(self, entry: SentEntry) -> int | None:
        """Return the number of the accepted entry that an entry was written to replace, or None.

        Such an entry is a change of what that one made.
        """
        older = next((one for one in self.predecessors(entry) if one.status != "rejected"),
                     self.successors.get(entry.replaces) if entry.replaces else None)
        return older.number if older else None

    def predecessors(self, entry: SentEntry | Receipt) -> Collection[Receipt]:
        """Return the receipts of the entries that an entry replaces, directly or through others."""
        found: dict[UUID, Receipt] = {}
        id = entry.replaces
        while id and id not in (entry.id, *found) and len(found) < LONGEST_CHAIN:
            receipt = self._receipt_of(id)
            if not receipt or receipt.user_id != self.user.id:
                break
            found[id] = receipt
            id = receipt.replaces
        return found.values()

    def _receipt_of(self, id: UUID) -> Receipt | None:
        """Return an entry's receipt, looked up if only another receipt refers to it, or None."""
        if id not in self.named:
            self.named.add(id)
            self.known |= Receipt.known({id})
        return self.known.get(id) or self.rejected.get(id)

    def is_met(self, link: UUID) -> bool:
        """Return whether the entry, or a replacement of it, is accepted."""
        receipt = self.known.get(link) or self.successors.get(link)
        return receipt is not None and receipt.status in ("accepted", "settled")

    def reject(self, entry: SentEntry) -> None:
        """Add a rejected entry: a later one in this run may replace it."""
        self.rejected[entry.id] = Receipt(id=entry.id, user=self.user.id, status="rejected",
                                         replaces=entry.replaces)

    def enter(self, receipt: Receipt) -> None:
        """Add a new receipt; if it is accepted, mark all its predecessors as settled."""
        self.known[receipt.id] = receipt
        if receipt.status != "accepted":
            return
        predecessors = [one for one in self.predecessors(receipt) if one.status == "rejected"]
        for older in predecessors:
            older.status = "settled"
        self.successors |= {one.replaces: receipt for one in (receipt, *predecessors)
                            if one.replaces}

    def settle(self, made: Iterable[Receipt]) -> list[UUID]:
        """Settle the predecessors of new receipts under their numbers; return the ids of all."""
        done = []
        for receipt in made:
            older = [one.id for one in self.predecessors(receipt)]
            receipt.settle(older)
            done += [receipt.id, *filter(None, [receipt.replaces]), *older]
        return done
