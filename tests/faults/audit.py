"""After a swarm: is everything there that was written down, once, as its author's, as written?"""

import hashlib
from collections import Counter as Counts
from collections import defaultdict

from teamapp.models import InboxItem, Receipt

from .sorts import SORTS


class Audit:
    """Compares what phones wrote down and heard with what the book holds; `found` says where."""

    def __init__(self, plan, phones):
        self.plan, self.found = plan, []
        self.saved = Counts(id for phone in phones for id in phone["saved"])
        self.taken = {id for phone in phones for id in phone["taken"]}
        self.held = {entry["id"]: entry for phone in phones for entry in phone["outbox"]}
        self.receipts = {str(receipt.id): receipt for receipt in Receipt.select()}
        self.inbox = {str(item.entry) for item in InboxItem.select()}
        self.effects = defaultdict(list)
        for sort in SORTS.values():
            for effect in sort.effects():
                self.effects[effect.mark].append(effect)

    def run(self):
        """Return all that is wrong, as (sort, detail)."""
        for meant in self.plan.meant.values():
            self._look_at(meant)
        marks = {meant.mark for meant in self.plan.meant.values()}
        for mark in self.effects.keys() - marks:
            self._say("invented", mark)
        for id in self.receipts.keys() - self.plan.meant.keys():
            self._say("invented", f"receipt {id}")
        for sort in SORTS.values():
            for strange in sort.strangers():
                self._say("foreign", strange)
        for difference in miscounted(self.plan.book):
            self._say("miscounted", difference)
        return self.found

    def _say(self, sort, detail):
        self.found.append((sort, str(detail)))

    def _look_at(self, meant):
        if meant.id in self.taken:
            if meant.id in self.receipts or self.effects.get(meant.mark):
                self._say("invented", f"{meant.id} was taken back")
        elif meant.id not in self.saved:
            self._say("unfinished", f"{meant.id} was never written down")
        else:
            {"kept": self._is_there_once, "settled": self._is_settled,
             "refused": self._is_refused}[meant.fate](meant)

    def _is_there_once(self, meant):
        effects, receipt = self.effects.get(meant.mark, []), self.receipts.get(meant.id)
        if not effects or receipt is None or receipt.status != "kept":
            self._say("lost", f"{meant.id}: {len(effects)} effects, "
                              f"{receipt and receipt.status} receipt")
        if len(effects) > 1:
            self._say("twice", f"{meant.id}: {len(effects)} effects")
        for effect in effects:
            self._is_as_written(meant, effect, receipt)
        held = self.held.get(meant.id, {})
        if held.get("state") != "kept" or receipt and held.get("receipt") != receipt.number:
            self._say("unanswered", f"{meant.id}: {held.get('state', 'gone')} on its phone "
                                    f"{held.get('code')}")

    def _is_as_written(self, meant, effect, receipt):
        entry = meant.entry
        if (effect.author, effect.commune) != (meant.author, meant.commune):
            self._say("foreign", f"{meant.id}: of {effect.author} in {effect.commune}")
        if effect.content != SORTS[entry["kind"]].content(entry["body"]):
            self._say("altered", f"{meant.id}: {effect.content}")
        if receipt is None:
            return
        if bytes(receipt.hash) != digest(entry):
            self._say("altered", f"{meant.id}: the receipt is for another body")
        if (receipt.user_id, receipt.commune_id) != (meant.author, meant.commune):
            self._say("foreign", f"{meant.id}: receipt of {receipt.user_id}")
        if (effect.id, effect.receipt) != (meant.id, receipt.number):
            self._say("altered", f"{meant.id}: {effect.id} under number {effect.receipt}")
        if any(self._number(id) >= receipt.number for id in meant.after):
            self._say("disordered", f"{meant.id} came before {meant.after}")

    def _number(self, id):
        receipt = self.receipts.get(id)
        return receipt.number if receipt and receipt.number else float("inf")

    def _is_settled(self, meant):
        receipt = self.receipts.get(meant.id)
        if receipt is None or receipt.status != "settled":
            self._say("lost", f"{meant.id}: refused, mended, and {receipt and receipt.status}")
        if meant.id in self.held:
            self._say("unanswered", f"{meant.id} is still on its phone")

    def _is_refused(self, meant):
        receipt, held = self.receipts.get(meant.id), self.held.get(meant.id, {})
        if self.effects.get(meant.mark):
            self._say("foreign", f"{meant.id} should have been refused")
        if receipt is None or receipt.status != "refused" or meant.id not in self.inbox:
            self._say("lost", f"{meant.id} is in no inbox")
        if held.get("state") != "attention":
            self._say("unanswered", f"{meant.id}: {held.get('state', 'gone')} on its phone")


def digest(entry):
    """Return what a receipt knows of an entry's content."""
    said = f"{entry['kind']}\n{entry['form']}\n{entry['body']}"
    return hashlib.sha256(said.encode()).digest()


def miscounted(book):
    """Return what `flask --app app tallies check` complains about."""
    asked = book.app.test_cli_runner().invoke(args=["tallies", "check"])
    return [] if asked.exit_code == 0 else asked.output.splitlines() or [repr(asked.exception)]
