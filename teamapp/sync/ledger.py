"""The receipts of all that a batch names, and which entry replaced which."""

from itertools import pairwise

from ..models import Receipt
from .answers import kept, refused
from .batch import MOST_MENDS
from .reading import find_receipts


class Ledger:
    """What is known of a person's entries and of those they name, while a batch is taken."""

    def __init__(self, entries, user):
        self.user, self.known = user, find_receipts(entries)
        named = set().union(*(entry.named for entry in entries))
        self.heirs = Receipt.heirs(named - self.known.keys(), user.id)
        self.refused = {}  # in this batch: not written yet
        self.stand_ins = []

    def answer(self, entry):
        """Return the answer for an entry that has its receipt already, else None."""
        receipt = self.known.get(entry.id)
        if receipt and not receipt.is_for(self.user, entry.hash):
            return refused("id_reused")
        if entry.id in self.heirs:  # what replaced it was here first
            return kept(self.heirs[entry.id], replayed=True)
        if receipt and receipt.status != "refused":
            return kept(receipt, replayed=True)
        if self.heirs.keys() & entry.older or any(
                older.status != "refused" for older in self.forebears(entry)):
            return refused("already_kept")
        return None

    def forebears(self, entry):
        """Return the receipts of what an entry replaces, and of what that replaced in its turn."""
        found, ids = {}, [*entry.older]
        while ids and len(found) < MOST_MENDS:
            id = ids.pop(0)
            receipt = None if id in (entry.id, *found) else self._receipt_of(id)
            if receipt and receipt.user_id == self.user.id:
                found[id] = receipt
                ids = [*receipt.older, *ids]
        return found.values()

    def _receipt_of(self, id):
        """Return an entry's receipt, also one that only a receipt names, or None."""
        receipt = self.known.get(id) or self.refused.get(id)
        if receipt is None and (receipt := Receipt.get_or_none(Receipt.id == id)):
            self.known[id] = receipt
        return receipt

    def is_met(self, link):
        """Tell whether an entry, or what replaced it, has been kept."""
        receipt = self.known.get(link) or self.heirs.get(link)
        return bool(receipt) and receipt.status in ("kept", "settled")

    def refuse(self, entry):
        """Note an entry that is refused: one after it may replace it."""
        self.refused[entry.id] = Receipt(id=entry.id, user=self.user.id, status="refused",
                                         replaces=entry.replaces)

    def enter(self, receipt, entry):
        """Note an entry's new receipt; where it is kept, all that it replaced is settled."""
        self.known[entry.id] = receipt
        if receipt.status != "kept":
            return
        self._stand_in(entry.older, receipt)
        forebears = self.forebears(entry)
        for older in forebears:
            older.status = "settled"
        self.heirs |= {one.replaces: receipt for one in (receipt, *forebears) if one.replaces}

    def _stand_in(self, ids, heir):
        """Give what the commune never had a receipt by which it will know what replaced it.

        The last of a line needs none: the one that replaced it names it.
        """
        for id, older in pairwise(ids):
            if self._receipt_of(id) is None:
                self.known[id] = Receipt(**heir.__data__ | {
                    "id": id, "hash": b"", "status": "settled", "replaces": older, "flag": None})
                self.stand_ins.append((self.known[id], heir))

    def write(self, made):
        """Write new receipts, which have their numbers now, and those of what never came."""
        for receipt, heir in self.stand_ins:
            receipt.number = heir.number
        Receipt.write(made + [receipt for receipt, _ in self.stand_ins])

    def settle(self, made):
        """Close what was replaced, under the new numbers; return the ids of all that is closed."""
        done = []
        for receipt in made:
            older = [one.id for one in self.forebears(receipt)]
            receipt.settle(older)
            done += [receipt.id, *receipt.older, *older]
        return done
