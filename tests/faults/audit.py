"""After a swarm: checks that each recorded entry is stored once, by its author, unchanged."""

import hashlib
from collections import Counter as Counts
from collections import defaultdict

from teamapp.models import ProcessingFailure, Receipt, RejectedEntry

from .sorts import SORTS

UNDERWAY = ("waiting", "sending")  # the states of an entry that the phone will send


class Audit:
    """Compares the entries and answers on phones with the database; `found` lists differences."""

    def __init__(self, plan, phones):
        self.plan, self.found = plan, []
        self.saved = Counts(id for phone in phones for id in phone["saved"])
        self.taken = {id for phone in phones for id in phone["taken"]}
        self.held = {entry["id"]: entry for phone in phones for entry in phone["outbox"]}
        self.readable = [found for phone in phones for found in phone["readable"]]
        self.sealed = dict(self._opened(phones))
        self.resubmissions = {
            meant.replaces: meant for meant in plan.meant.values() if meant.replaces}
        self.receipts = {str(receipt.id): receipt for receipt in Receipt.select()}
        self.rejected = {str(item.entry): item for item in RejectedEntry.select()}
        self.fates = {}
        self.effects = defaultdict(list)
        for sort in SORTS.values():
            for effect in sort.effects():
                self.effects[effect.mark].append(effect)

    def _opened(self, phones):
        """Yield (entry's id, envelope with its letter) of every envelope the phones sealed."""
        for envelope in (one for phone in phones for one in phone["sealed"]):
            letter = self.plan.register.unseal(envelope)
            yield letter["entry"]["id"], envelope | {"letter": letter}

    @property
    def rejected_when_carried(self):
        """Return the ids of sealed entries another person carried and the commune rejected."""
        return [id for id, envelope in self.sealed.items()
                if envelope["state"] == "waiting" and id in self.receipts
                and self.receipts[id].status == "rejected"]

    def run(self):
        """Return the findings as (sort, detail)."""
        for meant in self.plan.meant.values():
            self._look_at(meant)
        marks = {meant.mark for meant in self.plan.meant.values()}
        for mark in self.effects.keys() - marks:
            self._say("invented", mark)
        for id in self.receipts.keys() - self.plan.meant.keys():
            self._say("invented", f"receipt {id}")
        for found in self.readable:
            self._say("readable", found)
        for sort in SORTS.values():
            for strange in sort.strangers():
                self._say("foreign", strange)
        for failure in ProcessingFailure.select():
            self._say("stumbled", f"over {failure.entry}, {failure.times} times")
        for difference in miscounted(self.plan.register):
            self._say("miscounted", difference)
        return self.found

    def _say(self, sort, detail):
        self.found.append((sort, str(detail)))

    def _look_at(self, meant):
        if meant.id in self.taken:
            if meant.id in self.receipts or self.effects.get(meant.mark):
                self._say("invented", f"{meant.id} was taken back")
        elif meant.id not in self.saved:
            if meant.replaces not in self.sealed:  # else its author left before the rejection
                self._say("unfinished", f"{meant.id} was never written down")
        elif meant.id not in self.receipts and self._waits(meant):
            self._say("unfinished", f"{meant.id} still waits on its phone")
        else:
            {"accepted": self._is_there_once, "settled": self._is_settled,
             "rejected": self._is_rejected}[self._fate(meant)](meant)
            self._is_off_the_phone(meant)

    def _waits(self, meant):
        """Return whether a phone will still send it, as an entry or sealed."""
        held, envelope = self.held.get(meant.id, {}), self.sealed.get(meant.id)
        return held.get("state") in UNDERWAY or is_underway(envelope)

    def _fate(self, meant):
        """Return the expected status, given whether its author or its predecessors were sealed."""
        if meant.id not in self.fates:
            follows = [self._fate(self.plan.meant[id]) for id in meant.after]
            resubmission = self.resubmissions.get(meant.id)
            is_accepted = (resubmission and resubmission.id in self.saved
                           and self._fate(resubmission) == "accepted")
            self.fates[meant.id] = (
                "rejected" if "rejected" in follows or resubmission and not is_accepted
                else meant.fate)
        return self.fates[meant.id]

    def _is_off_the_phone(self, meant):
        """Check that its envelope was delivered, if it had to be, with an unchanged entry."""
        envelope = self.sealed.get(meant.id)
        if not envelope:
            return
        letter = envelope["letter"]
        if is_underway(envelope):
            self._say("unanswered", f"{meant.id}: its envelope is still on the phone")
        if letter["user"] != meant.author or digest(letter["entry"]) != digest(meant.entry):
            self._say("altered", f"{meant.id}: sealed as {letter}")

    def _is_there_once(self, meant):
        effects, receipt = self.effects.get(meant.mark, []), self.receipts.get(meant.id)
        if not effects or receipt is None or receipt.status != "accepted":
            self._say("lost", f"{meant.id}: {len(effects)} effects, "
                              f"{receipt and receipt.status} receipt")
        if len(effects) > 1:
            self._say("twice", f"{meant.id}: {len(effects)} effects")
        for effect in effects:
            self._is_as_written(meant, effect, receipt)
        held = self.held.get(meant.id, {})
        number = receipt and receipt.number
        is_told = (held.get("state"), held.get("receipt")) == ("accepted", number)
        if held.get("state") in UNDERWAY:
            self._say("unfinished", f"{meant.id} still waits on its phone for its number")
        elif not is_told and meant.id not in self.sealed:
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
        if (effect.id, effect.receipt) != (SORTS[entry["kind"]].record(entry), receipt.number):
            self._say("altered", f"{meant.id}: {effect.id} under number {effect.receipt}")
        if any(self._number(id) >= receipt.number for id in meant.after):
            self._say("disordered", f"{meant.id} came before {meant.after}")

    def _number(self, id):
        receipt = self.receipts.get(id)
        return receipt.number if receipt and receipt.number else float("inf")

    def _is_settled(self, meant):
        receipt = self.receipts.get(meant.id)
        if receipt is None or receipt.status != "settled":
            self._say("lost", f"{meant.id}: rejected, resubmitted, "
                              f"{receipt and receipt.status}")
        if meant.id in self.held:
            self._say("unanswered", f"{meant.id} is still on its phone")

    def _is_rejected(self, meant):
        receipt, held = self.receipts.get(meant.id), self.held.get(meant.id, {})
        item = self.rejected.get(meant.id)
        if self.effects.get(meant.mark):
            self._say("foreign", f"{meant.id} should have been rejected")
        if receipt is None or receipt.status != "rejected" or item is None:
            self._say("lost", f"{meant.id} is not among the rejected entries")
        elif (item.user_id, item.commune_id) != (meant.author, meant.commune):
            self._say("foreign", f"{meant.id}: among the rejected entries of {item.user_id}")
        if held.get("state") != "attention" and meant.id not in self.sealed:
            self._say("unanswered", f"{meant.id}: {held.get('state', 'gone')} on its phone")


def is_underway(envelope):
    """Return whether an envelope is on its phone and waits for delivery."""
    return bool(envelope) and envelope["left"] and envelope["state"] == "waiting"


def digest(entry):
    """Return the hash that a receipt stores of an entry."""
    said = f"{entry['kind']}\n{entry['form']}\n{entry['body']}"
    return hashlib.sha256(said.encode()).digest()


def miscounted(register):
    """Return the differences that `flask --app app tallies check` reports."""
    asked = register.app.test_cli_runner().invoke(args=["tallies", "check"])
    return [] if asked.exit_code == 0 else asked.output.splitlines() or [repr(asked.exception)]
