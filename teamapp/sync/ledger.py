"""The receipts of all that a batch names, and which entry replaced which."""

from ..models import Receipt
from .answers import kept, refused
from .batch import ids_named

MOST_MENDS = 100  # entries that were replaced one by the other


class Ledger:
    """What is known of a person's entries and of those they name, while a batch is taken."""

    def __init__(self, entries, user):
        self.user = user
        self.named = ids_named(entries)  # looked for already
        self.known = Receipt.known(self.named)
        self.heirs = Receipt.heirs(self.named - self.known.keys(), user.id)
        self.refused = {}  # in this batch: not written yet

    def answer(self, entry):
        """Return the answer for an entry that has its receipt already, else None."""
        receipt = self.known.get(entry.id)
        if receipt and (receipt.user_id != self.user.id or bytes(receipt.hash) != entry.hash):
            return refused("id_reused")
        if entry.id in self.heirs:  # what replaced it was here first
            return kept(self.heirs[entry.id], replayed=True)
        if receipt and receipt.status != "refused":
            return kept(receipt, replayed=True)
        if entry.replaces in self.heirs or any(
                older.status != "refused" for older in self.forebears(entry)):
            return refused("already_kept")
        return None

    def forebears(self, entry):
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
        return self.known.get(id) or self.refused.get(id)

    def is_met(self, link):
        """Tell whether an entry, or what replaced it, has been kept."""
        receipt = self.known.get(link) or self.heirs.get(link)
        return bool(receipt) and receipt.status in ("kept", "settled")

    def refuse(self, entry):
        """Note an entry that is refused: one after it may replace it."""
        self.refused[entry.id] = Receipt(id=entry.id, user=self.user.id, status="refused",
                                         replaces=entry.replaces)

    def enter(self, receipt):
        """Note an entry's new receipt; where it is kept, all that it replaced is settled."""
        self.known[receipt.id] = receipt
        if receipt.status != "kept":
            return
        forebears = self.forebears(receipt)
        for older in forebears:
            older.status = "settled"
        self.heirs |= {one.replaces: receipt for one in (receipt, *forebears) if one.replaces}

    def settle(self, made):
        """Close what new receipts replaced, under their numbers; return the ids of all of it."""
        done = []
        for receipt in made:
            older = [one.id for one in self.forebears(receipt)]
            receipt.settle(older)
            done += [receipt.id, *filter(None, [receipt.replaces]), *older]
        return done
