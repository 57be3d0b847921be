"""The desk where a batch is taken: each entry in order, once, with a receipt for what it became."""

import logging

from peewee import IntegrityError, OperationalError

from ..db import proxy
from ..languages import language
from ..models import InboxItem, Mishap, Receipt
from ..models.judging import Entry, Refused
from ..text import mask_ids
from .answers import kept, later, refused
from .kinds import KINDS
from .ledger import Ledger
from .reading import read_form
from .reasons import REASONS

log = logging.getLogger(__name__)
GIVE_UP = 5  # errors of ours with one entry
WAIT_S = 60  # seconds until what waits for another entry, or for us, is sent again


class Desk:
    """One turn at a commune's desk for one person's phone; `forms` are those read ahead of it.

    `absent`: the author is not there to mend what is refused, another brought it; `bearer` is
    who brought it in a file.
    """

    def __init__(self, turn, user, device, forms=None, absent=False, bearer=None):
        self.turn, self.user, self.device = turn, user, device
        self.forms, self.absent, self.bearer, self.ledger = forms or {}, absent, bearer, None

    def take(self, entries):
        """Return a result for each entry; what is kept is in the transaction of the turn."""
        try:
            return self._attempt(entries)
        except OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, IntegrityError):
                log.exception("a batch met an error", exc_info=error)
            return [self._alone(entry) for entry in entries]

    def lay_aside(self, entries, code):
        """Put entries into the inbox unjudged, but for those that are kept already."""
        self.ledger = Ledger(entries, self.user)
        pairs = [(entry, self.ledger.answer(entry) or refused(code)) for entry in entries]
        self._keep_refused([pair for pair in pairs if pair[1]["status"] == "refused"])
        return [{"id": str(entry.id), **result} for entry, result in pairs]

    def _alone(self, entry):
        """Take one entry by itself; an error of ours makes it wait."""
        try:
            return self._attempt([entry])[0]
        except OperationalError:
            raise
        except Exception as error:
            log.exception("an entry met an error", exc_info=error)
            return self._mishap(entry)

    def _attempt(self, entries):
        """Take entries under one savepoint: all that they bring, or nothing and the error."""
        receipt = self.turn.receipt
        self.ledger = Ledger(entries, self.user)
        try:
            with proxy.atomic():
                return self._together(entries)
        except Exception:
            self.turn.receipt = receipt
            self.ledger = Ledger(entries, self.user)
            raise

    def _together(self, entries):
        """Judge entries in order and record what may be kept, kind by kind."""
        results, forms = {}, {}
        for place, entry in enumerate(entries):
            answer = self.ledger.answer(entry) or self._read_form(entry, forms, place)
            if answer:
                results[place] = self._noted(entry, answer)
        facts = {kind: KINDS[kind].facts([form for place, form in forms.items()
                                          if entries[place].kind == kind],
                                         self.user, self.turn.at)
                 for kind in {entries[place].kind for place in forms}}
        drafts = {}
        for place, entry in enumerate(entries):
            if place in forms:
                results[place] = self._noted(
                    entry, self._judge(entry, forms[place], facts[entry.kind], drafts))
        made = self._record(drafts, results)
        self._keep_refused([(entry, results[place]) for place, entry in enumerate(entries)
                            if results[place]["status"] == "refused"])
        InboxItem.settle_mended(self.ledger.settle(made), self.user.id, self.turn.at)
        return [{"id": str(entry.id), **results[place]} for place, entry in enumerate(entries)]

    def _read_form(self, entry, forms, place):
        """Put the entry's checked values into forms, or return why they cannot be read."""
        if entry.flaw:
            return refused("malformed")
        if entry.kind not in KINDS:
            return refused("unknown_kind")
        if entry.form > KINDS[entry.kind].form:
            return later("server_older", 3600)
        data, errors = self.forms.get(entry) or read_form(entry, {})
        if errors:
            return refused("invalid", errors)
        forms[place] = Entry(entry.id, entry.recorded_at, data)
        return None

    def _judge(self, entry, form, facts, drafts):
        """Return the answer for an entry, adding what it would write to the drafts."""
        again = self.ledger.answer(entry)
        if again:  # the same entry stood earlier in this batch, or what it replaces was kept
            return again
        waits_for = next((link for link in entry.after if not self.ledger.is_met(link)), None)
        if waits_for and self.absent and waits_for in self.ledger.known:
            return refused("waits_for_refused")
        if waits_for:
            return later("waits_for", WAIT_S, **{"for": str(waits_for)})
        try:
            draft = KINDS[entry.kind].judge(form, facts)
        except Refused as refusal:
            return refused(refusal.code, refusal.at and {refusal.at: [str(REASONS[refusal.code])]})
        receipt = self._receipt(entry, "kept", draft.visit["flag"] or None)
        drafts.setdefault(entry.kind, []).append((entry, draft, receipt))
        return kept(receipt, replayed=False)

    def _noted(self, entry, answer):
        """Return an answer; what is refused may be what an entry after it replaces."""
        if answer["status"] == "refused":
            self.ledger.refuse(entry)
        return answer

    def _receipt(self, entry, status, flag=None):
        """Return the entry's new receipt, known from now on, its number still to come."""
        receipt = Receipt(id=entry.id, user=self.user.id, commune=self.turn.commune.id,
                          device=self.device, kind=storable(entry.kind), hash=entry.hash,
                          status=status, replaces=entry.replaces, flag=flag,
                          received_at=self.turn.at, cursor=self.turn.cursor,
                          handed_in_by=self.bearer.id if self.bearer else None)
        self.ledger.enter(receipt)
        return receipt

    def _record(self, drafts, results):
        """Write the drafts of each kind at once, then their receipts; return these."""
        for kind, rows in drafts.items():
            numbers = KINDS[kind].record(self.turn, [draft for _, draft, _ in rows])
            for entry, _, receipt in rows:
                receipt.number = numbers[entry.id]
        made = [receipt for rows in drafts.values() for _, _, receipt in rows]
        for result in results.values():
            if "number_of" in result:
                result["receipt"] = result.pop("number_of").number
        Receipt.write(made)
        return made

    def _keep_refused(self, pairs):
        """Keep what is refused for its author and the leader, with the reason."""
        for entry, result in pairs:
            receipt = self.ledger.known.get(entry.id)
            is_open = receipt is None or receipt.status == "refused"
            if is_open and not (receipt and result["code"] == "id_reused"):
                Receipt.write([self._receipt(entry, "refused")])
            InboxItem.keep(
                entry=entry.id, user=self.user.id, commune=self.turn.commune.id,
                village=self.user.village_id, kind=storable(entry.kind),
                hash=InboxItem.mark_of(self.user, entry.hash), body=storable(entry.body),
                code=result["code"], reason=result["reason"], language=language(),
                received_at=self.turn.at)

    def _mishap(self, entry):
        """Count an error of ours; let the entry wait, or after five of them lay it aside."""
        times = Mishap.count(entry.id, self.turn.at)
        if times < GIVE_UP:
            return {"id": str(entry.id), **later("internal", WAIT_S * 2 ** times)}
        result = refused("internal")
        self._keep_refused([(entry, result)])
        return {"id": str(entry.id), **result}


def storable(body):
    """Return a text as any database can hold it, with what looks like an ID number masked."""
    plain = body.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return mask_ids(plain)
