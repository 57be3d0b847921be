"""Processing a batch: each entry once, in the order sent, with a receipt for its result."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from peewee import IntegrityError, OperationalError

from ..db import proxy
from ..models import ProcessingFailure, Receipt, RejectedEntry, User, WriteTransaction
from ..recording.recorder import Entry, Pending, Recorder, Rejected
from .answers import Answer, accepted, deferred, rejected
from .kinds import KINDS
from .reading import Reading, read_form, unreadable
from .receipt_index import ReceiptIndex
from .rejected_store import NeedsOwnRun, RejectedStore
from .rejections import REASONS
from .runs import runs
from .sent_entry import SentEntry
from .storable import storable

log = logging.getLogger(__name__)
GIVE_UP = 5  # server errors of one entry until it is rejected
WAIT_S = 60  # seconds until the phone sends an entry again that waits for another entry
TOO_MANY_OPEN = deferred("too_many_open", 3600)

Pendings: TypeAlias = list[tuple[Recorder, Pending, Receipt]]


class BatchProcessor:
    """Processes the entries of one person's phone in one write transaction of a commune.

    `forms` were read before the transaction. `absent`: the author cannot resubmit, because
    another person's request carries the entries. `submitted_by` submitted them as a file.
    """

    def __init__(self, tx: WriteTransaction, user: User, device: UUID | None,
                 forms: dict[SentEntry, Reading] | None = None, absent: bool = False,
                 submitted_by: User | None = None) -> None:
        self.tx, self.device = tx, device
        self.user = User.get_by_id(user.id)  # as they are now: they may have moved meanwhile
        self.forms, self.absent, self.submitted_by = forms or {}, absent, submitted_by
        self.index = ReceiptIndex((), self.user)
        self.rejected = RejectedStore(tx, self.user, is_limited=not (absent or submitted_by))

    def take(self, entries: Sequence[SentEntry]) -> list[Answer]:
        """Return an answer to each entry, equal to processing them one by one in the order sent."""
        values = {entry: values for entry, (values, _) in self.forms.items()}
        return [answer for run in runs(entries, values.get) for answer in self._take_run(run)]

    def set_aside(self, entries: Sequence[SentEntry], code: str) -> list[Answer]:
        """Reject entries without validation, except those already accepted."""
        self.index = ReceiptIndex(entries, self.user)
        pairs = [(entry, self.index.answer(entry) or rejected(code)) for entry in entries]
        self._store_rejected([pair for pair in pairs if pair[1]["status"] == "rejected"])
        return [{"id": str(entry.id), **result} for entry, result in pairs]

    def _take_run(self, entries: list[SentEntry]) -> list[Answer]:
        try:
            return self._attempt(entries)
        except OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, IntegrityError | NeedsOwnRun):
                log.exception("a run of entries failed", exc_info=error)
            return [self._take_alone(entry) for entry in entries]

    def _take_alone(self, entry: SentEntry) -> Answer:
        """Process one entry as its own run; a server error defers it."""
        try:
            return self._attempt([entry])[0]
        except OperationalError:
            raise
        except Exception as error:
            log.exception("an entry failed", exc_info=error)
            return self._count_failure(entry)

    def _attempt(self, entries: list[SentEntry]) -> list[Answer]:
        """Process entries in one savepoint; roll all of them back on an error."""
        receipt = self.tx.receipt
        self.index = ReceiptIndex(entries, self.user)
        self.rejected.begin_run(is_alone=len(entries) == 1)
        try:
            with proxy.atomic():
                return self._process(entries)
        except Exception:
            self.tx.receipt = receipt
            self.index = ReceiptIndex(entries, self.user)
            raise

    def _process(self, entries: list[SentEntry]) -> list[Answer]:
        """Look up, validate and number in the order sent, write by kind, acknowledge."""
        results: dict[int, Answer] = {}
        forms: dict[int, Entry] = {}
        for place, entry in enumerate(entries):
            answer = self.index.answer(entry) or self._read_form(entry, forms, place)
            if answer:
                results[place] = self._note(entry, answer)
        lookups = self._look_up(entries, forms)
        pendings: Pendings = []
        for place, entry in enumerate(entries):
            if place in forms:
                answer = self._validate(entry, forms[place], lookups, pendings)
                results[place] = self._note(entry, answer)
        made = self._write(pendings, results)
        self._store_rejected([(entry, results[place]) for place, entry in enumerate(entries)
                             if results[place]["status"] == "rejected"])
        RejectedEntry.settle_resubmitted(self.index.settle(made), self.user.id, self.tx.now)
        return [{"id": str(entry.id), **results[place]} for place, entry in enumerate(entries)]

    def _read_form(self, entry: SentEntry, forms: dict[int, Entry], place: int) -> Answer | None:
        """Add the entry's validated form to `forms`, or return the answer that says why not."""
        if self.rejected.is_too_large(entry):
            return rejected("too_large")
        if answer := unreadable(entry):
            return answer
        data, errors = self.forms.get(entry) or read_form(entry, {})
        if data is None or entry.recorded_at is None:
            return rejected("invalid", errors) if errors else rejected("malformed")
        forms[place] = Entry(entry.id, entry.recorded_at, data, entry.after,
                             entry.replaces is not None, self.index.number_changed(entry))
        return None

    def _look_up(self, entries: list[SentEntry], forms: dict[int, Entry],
                 ) -> dict[str, tuple[Recorder, Any]]:
        """Return {kind: (recorder, lookup)} for the entries with a validated form.

        An entry that changes what an accepted one made has another recorder, and a run of its own.
        """
        by_kind: dict[str, list[Entry]] = {}
        for place, form in forms.items():
            by_kind.setdefault(entries[place].kind, []).append(form)
        found = {}
        for kind, of_kind in by_kind.items():
            change = KINDS[kind].change_recorder if of_kind[0].changes is not None else None
            recorder = change or KINDS[kind].recorder
            found[kind] = recorder, recorder.look_up(of_kind, self.user, self.tx.now)
        return found

    def _validate(self, entry: SentEntry, form: Entry, lookups: dict[str, tuple[Recorder, Any]],
                  pendings: Pendings) -> Answer:
        """Return the answer to an entry; add its record, if accepted, to `pendings`."""
        if known := self.index.answer(entry):  # this run accepted it, or one it replaces, before
            return known
        if form.changes is not None and KINDS[entry.kind].change_recorder is None:
            return rejected("already_accepted")
        waits_for = next((id for id in entry.after if not self.index.is_met(id)), None)
        if waits_for and self.absent and waits_for in self.index.known:
            return rejected("waits_for_rejected")
        if waits_for:
            return deferred("waits_for", WAIT_S, **{"for": str(waits_for)})
        recorder, lookup = lookups[entry.kind]
        try:
            pending = recorder.validate(form, lookup)
        except Rejected as error:
            fields = {error.field_name: [str(REASONS[error.code])]} if error.field_name else None
            return rejected(error.code, fields)
        receipt = self._receipt(entry, "accepted", " ".join(pending.flags) or None)
        pendings.append((recorder, pending, receipt))
        return accepted(receipt, replayed=False)

    def _note(self, entry: SentEntry, answer: Answer) -> Answer:
        """Return the answer; add a rejected entry to the index: a later one may replace it."""
        if answer["status"] == "rejected":
            if not self.rejected.admits(entry):
                return TOO_MANY_OPEN
            self.index.reject(entry)
        return answer

    def _receipt(self, entry: SentEntry, status: str, flag: str | None = None) -> Receipt:
        """Return the entry's new receipt, added to the index, without its number."""
        receipt = Receipt(id=entry.id, user=self.user.id, commune=self.tx.commune.id,
                          device=self.device, kind=storable(entry.kind), hash=entry.hash,
                          status=status, replaces=entry.replaces, flag=flag,
                          received_at=self.tx.now, cursor=self.tx.cursor,
                          submitted_by=self.submitted_by.id if self.submitted_by else None)
        self.index.enter(receipt)
        return receipt

    def _write(self, pendings: Pendings, results: dict[int, Answer]) -> list[Receipt]:
        """Number pending records in the order sent; write them by kind, then their receipts."""
        of_recorder: dict[int, tuple[Recorder, list[Pending]]] = {}
        for recorder, pending, receipt in pendings:
            pending.receipt = receipt.number = self.tx.next_receipt()
            of_recorder.setdefault(id(recorder), (recorder, []))[1].append(pending)
        for recorder, records in of_recorder.values():
            recorder.write(self.tx, records)
        made = [receipt for _, _, receipt in pendings]
        for result in results.values():
            if "number_of" in result:
                result["receipt"] = result.pop("number_of").number
        Receipt.write(made)
        return made

    def _store_rejected(self, pairs: Iterable[tuple[SentEntry, Answer]]) -> None:
        """Store rejected entries, with their reasons, for their author and the leader."""
        for entry, result in pairs:
            receipt = self.index.known.get(entry.id)
            is_open = receipt is None or receipt.status == "rejected"
            if is_open and not (receipt and result["code"] == "id_reused"):
                Receipt.write([self._receipt(entry, "rejected")])
            self.rejected.add(entry, result)

    def _count_failure(self, entry: SentEntry) -> Answer:
        """Count a server error; defer the entry, or reject it at GIVE_UP errors."""
        times = ProcessingFailure.count(entry.id, self.tx.now)
        if times < GIVE_UP:
            return {"id": str(entry.id), **deferred("internal", WAIT_S * 2 ** times)}
        result = self._note(entry, rejected("internal"))
        if result["status"] == "rejected":
            self._store_rejected([(entry, result)])
        return {"id": str(entry.id), **result}
