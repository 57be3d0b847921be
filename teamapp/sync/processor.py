"""Processing a batch: each entry in the order sent, once, with a receipt for what became of it."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from peewee import IntegrityError, OperationalError

from ..db import proxy
from ..languages import language
from ..models import ProcessingFailure, Receipt, RejectedEntry, User, WriteTransaction
from ..recording.recorder import Entry, Pending, Rejected
from ..text import mask_ids
from .answers import Answer, accepted, deferred, rejected
from .batch import SentEntry
from .kinds import KINDS
from .reading import Reading, read_form
from .receipt_index import ReceiptIndex
from .rejections import REASONS
from .runs import runs

log = logging.getLogger(__name__)
GIVE_UP = 5  # server errors with one entry
WAIT_S = 60  # seconds until an entry that waits for another, or for the server, is sent again


class BatchProcessor:
    """Processes the entries of one person's phone in one write transaction of a commune.

    `forms` are those read ahead of the transaction. `absent`: the author cannot resubmit, another
    person's request carried the entries. `submitted_by` handed them in as a file.
    """

    def __init__(self, tx: WriteTransaction, user: User, device: UUID | None,
                 forms: dict[SentEntry, Reading] | None = None, absent: bool = False,
                 submitted_by: User | None = None) -> None:
        self.tx, self.user, self.device = tx, user, device
        self.forms, self.absent, self.submitted_by = forms or {}, absent, submitted_by
        self.index = ReceiptIndex((), user)

    def take(self, entries: Sequence[SentEntry]) -> list[Answer]:
        """Return a result for each entry: the same as one by one in the order sent."""
        results: list[Answer] = []
        for run in runs(entries, self._values):
            results += self._take_run(run)
        return results

    def set_aside(self, entries: Sequence[SentEntry], code: str) -> list[Answer]:
        """Reject entries unvalidated, except those that are accepted already."""
        self.index = ReceiptIndex(entries, self.user)
        pairs = [(entry, self.index.answer(entry) or rejected(code)) for entry in entries]
        self._keep_rejected([pair for pair in pairs if pair[1]["status"] == "rejected"])
        return [{"id": str(entry.id), **result} for entry, result in pairs]

    def _values(self, entry: SentEntry) -> dict[str, Any] | None:
        """Return the values of an entry's form as far as it was read ahead, else None."""
        return self.forms.get(entry, (None, None))[0]

    def _take_run(self, entries: list[SentEntry]) -> list[Answer]:
        try:
            return self._attempt(entries)
        except OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, IntegrityError):
                log.exception("a run of entries met an error", exc_info=error)
            return [self._take_alone(entry) for entry in entries]

    def _take_alone(self, entry: SentEntry) -> Answer:
        """Process one entry by itself; a server error defers it."""
        try:
            return self._attempt([entry])[0]
        except OperationalError:
            raise
        except Exception as error:
            log.exception("an entry met an error", exc_info=error)
            return self._count_failure(entry)

    def _attempt(self, entries: list[SentEntry]) -> list[Answer]:
        """Process entries under one savepoint: all their effects, or none and the error."""
        receipt = self.tx.receipt
        self.index = ReceiptIndex(entries, self.user)
        try:
            with proxy.atomic():
                return self._process(entries)
        except Exception:
            self.tx.receipt = receipt
            self.index = ReceiptIndex(entries, self.user)
            raise

    def _process(self, entries: list[SentEntry]) -> list[Answer]:
        """Look up, validate in order, number in order, write by kind, acknowledge."""
        results: dict[int, Answer] = {}
        forms: dict[int, Entry] = {}
        for place, entry in enumerate(entries):
            answer = self.index.answer(entry) or self._read_form(entry, forms, place)
            if answer:
                results[place] = self._note(entry, answer)
        lookups = self._look_up(entries, forms)
        pendings: list[tuple[str, Pending, Receipt]] = []
        for place, entry in enumerate(entries):
            if place in forms:
                results[place] = self._note(
                    entry, self._validate(entry, forms[place], lookups[entry.kind], pendings))
        made = self._write(pendings, results)
        self._keep_rejected([(entry, results[place]) for place, entry in enumerate(entries)
                             if results[place]["status"] == "rejected"])
        RejectedEntry.settle_resubmitted(self.index.settle(made), self.user.id, self.tx.now)
        return [{"id": str(entry.id), **results[place]} for place, entry in enumerate(entries)]

    def _read_form(self, entry: SentEntry, forms: dict[int, Entry], place: int) -> Answer | None:
        """Put the entry's checked values into forms, or return why they cannot be read."""
        if entry.flaw or entry.recorded_at is None:
            return rejected("malformed")
        if entry.kind not in KINDS:
            return rejected("unknown_kind")
        if entry.form > KINDS[entry.kind].form:
            return deferred("server_older", 3600)
        data, errors = self.forms.get(entry) or read_form(entry, {})
        if errors or data is None:
            return rejected("invalid", errors)
        forms[place] = Entry(entry.id, entry.recorded_at, data)
        return None

    def _look_up(self, entries: list[SentEntry], forms: dict[int, Entry]) -> dict[str, Any]:
        """Return {kind: lookup} of the entries that were read."""
        by_kind: dict[str, list[Entry]] = {}
        for place, form in forms.items():
            by_kind.setdefault(entries[place].kind, []).append(form)
        return {kind: KINDS[kind].recorder.look_up(some, self.user, self.tx.now)
                for kind, some in by_kind.items()}

    def _validate(self, entry: SentEntry, form: Entry, lookup: Any,
                  pendings: list[tuple[str, Pending, Receipt]]) -> Answer:
        """Return the answer for an entry, adding the record it makes to pendings."""
        again = self.index.answer(entry)
        if again:  # it stood earlier in this run, or what it replaces was accepted there
            return again
        waits_for = next((id for id in entry.after if not self.index.is_met(id)), None)
        if waits_for and self.absent and waits_for in self.index.known:
            return rejected("waits_for_rejected")
        if waits_for:
            return deferred("waits_for", WAIT_S, **{"for": str(waits_for)})
        try:
            pending = KINDS[entry.kind].recorder.validate(form, lookup)
        except Rejected as error:
            fields = {error.field_name: [str(REASONS[error.code])]} if error.field_name else None
            return rejected(error.code, fields)
        receipt = self._receipt(entry, "accepted", " ".join(pending.flags) or None)
        pendings.append((entry.kind, pending, receipt))
        return accepted(receipt, replayed=False)

    def _note(self, entry: SentEntry, answer: Answer) -> Answer:
        """Return an answer; an entry after a rejected one may replace it."""
        if answer["status"] == "rejected":
            self.index.reject(entry)
        return answer

    def _receipt(self, entry: SentEntry, status: str, flag: str | None = None) -> Receipt:
        """Return the entry's new receipt, entered in the index, its number still to come."""
        receipt = Receipt(id=entry.id, user=self.user.id, commune=self.tx.commune.id,
                          device=self.device, kind=storable(entry.kind), hash=entry.hash,
                          status=status, replaces=entry.replaces, flag=flag,
                          received_at=self.tx.now, cursor=self.tx.cursor,
                          submitted_by=self.submitted_by.id if self.submitted_by else None)
        self.index.enter(receipt)
        return receipt

    def _write(self, pendings: list[tuple[str, Pending, Receipt]],
               results: dict[int, Answer]) -> list[Receipt]:
        """Number pending records in the order sent, write them by kind, then their receipts."""
        by_kind: dict[str, list[Pending]] = {}
        for kind, pending, receipt in pendings:
            pending.receipt = receipt.number = self.tx.next_receipt()
            by_kind.setdefault(kind, []).append(pending)
        for kind, records in by_kind.items():
            KINDS[kind].recorder.write(self.tx, records)
        made = [receipt for _, _, receipt in pendings]
        for result in results.values():
            if "number_of" in result:
                result["receipt"] = result.pop("number_of").number
        Receipt.write(made)
        return made

    def _keep_rejected(self, pairs: Iterable[tuple[SentEntry, Answer]]) -> None:
        """Keep rejected entries, with their reasons, for their author and the leader."""
        for entry, result in pairs:
            receipt = self.index.known.get(entry.id)
            is_open = receipt is None or receipt.status == "rejected"
            if is_open and not (receipt and result["code"] == "id_reused"):
                Receipt.write([self._receipt(entry, "rejected")])
            RejectedEntry.keep(
                entry=entry.id, user=self.user.id, commune=self.tx.commune.id,
                village=self.user.village_id, kind=storable(entry.kind), form=entry.form,
                hash=RejectedEntry.content_key(self.user, entry.hash), body=storable(entry.body),
                code=result["code"], reason=result["reason"], language=language(),
                received_at=self.tx.now)

    def _count_failure(self, entry: SentEntry) -> Answer:
        """Count a server error; defer the entry, or reject it after five of them."""
        times = ProcessingFailure.count(entry.id, self.tx.now)
        if times < GIVE_UP:
            return {"id": str(entry.id), **deferred("internal", WAIT_S * 2 ** times)}
        result = rejected("internal")
        self._keep_rejected([(entry, result)])
        return {"id": str(entry.id), **result}


def storable(body: str) -> str:
    """Return a text as any database can hold it, with what looks like an ID number masked."""
    plain = body.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return mask_ids(plain)
