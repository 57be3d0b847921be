"""The receipts of all that a batch names, and which entry replaced which."""

from ..models import Receipt
from .answers import accepted, rejected
from .batch import ids_named

MOST_MENDS = 100  # entries that were replaced one by the other


class ReceiptIndex:
    """What is known of a person's entries and of those they name, while a batch is taken."""

    def __init__(self, entries, user):
        self.user = user
        self.named = ids_named(entries)  # looked for already
        self.known = Receipt.known(self.named)
        self.successors = Receipt.successors(self.named - self.known.keys(), user.id)
        self.rejected = {}  # in this batch: not written yet

    def answer(self, entry):
        """Return the answer for an entry that has its receipt already, else None."""
        receipt = self.known.get(entry.id)
        if receipt and (receipt.user_id != self.user.id or bytes(receipt.hash) != entry.hash):
            return rejected("id_reused")
        if entry.id in self.successors:  # what replaced it was here first
            return accepted(self.successors[entry.id], replayed=True)
        if receipt and receipt.status != "rejected":
            return accepted(receipt, replayed=True)
        if entry.replaces in self.successors or any(
                older.status != "rejected" for older in self.predecessors(entry)):
            return rejected("already_accepted")
        return None

    def predecessors(self, entry):
        """Return the receipts of what an entry replaces, and of what that replaced in its turn."""
        found, id = {}, entry.replaces
        while id and id not in (entry.id, *found) and len(found) < MOST_MENDS:
            receipt = self._receipt_of(id)
            if not receipt or receipt.user_id != self.user.id:
                break
            found[id] = receipt
            id = receipt.replaces
        return found.values()

    def _receipt_of(self, id):
        """Return an entry's receipt, also one that only a receipt names, or None."""
        if id not in self.named:
            self.named.add(id)
            self.known |= Receipt.known({id})
        return self.known.get(id) or self.rejected.get(id)

    def is_met(self, link):
        """Tell whether an entry, or what replaced it, has been accepted."""
        receipt = self.known.get(link) or self.successors.get(link)
        return bool(receipt) and receipt.status in ("accepted", "settled")

    def reject(self, entry):
        """Note an entry that is rejected: one after it may replace it."""
        self.rejected[entry.id] = Receipt(id=entry.id, user=self.user.id, status="rejected",
                                         replaces=entry.replaces)

    def enter(self, receipt):
        """Note an entry's new receipt; where it is kept, all that it replaced is settled."""
        self.known[receipt.id] = receipt
        if receipt.status != "accepted":
            return
        predecessors = self.predecessors(receipt)
        for older in predecessors:
            older.status = "settled"
        self.successors |= {one.replaces: receipt for one in (receipt, *predecessors)
                            if one.replaces}

    def settle(self, made):
        """Close what new receipts replaced, under their numbers; return the ids of all of it."""
        done = []
        for receipt in made:
            older = [one.id for one in self.predecessors(receipt)]
            receipt.settle(older)
            done += [receipt.id, *filter(None, [receipt.replaces]), *older]
        return done
