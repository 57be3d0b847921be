"""Splitting a batch into runs: entries that are looked up, validated and written together."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from .kinds import KINDS
from .sent_entry import SentEntry


def runs(entries: Iterable[SentEntry], values_of: Callable[[SentEntry], dict[str, Any] | None],
         ) -> Iterator[list[SentEntry]]:
    """Yield lists of entries, in the order sent; no entry outdates the lookup of its list.

    A run ends before an entry that touches a record an earlier entry of another kind in the run
    touches, or of its own kind if the recorder does not update its lookup (`CARRIES_STATE`), and
    before an entry id that the run already contains or replaces. `values_of(entry)` returns the
    values of its form, or None if they are unknown: such an entry touches no record.
    """
    run: list[SentEntry] = []
    own: set[UUID] = set()
    touched: dict[UUID, set[str]] = {}
    for entry in entries:
        ids = touches(entry, values_of(entry))
        if run and (is_alone(entry) or is_alone(run[-1]) or entry.id in own or any(
                outdates(kind, entry.kind) for id in ids for kind in touched.get(id, ()))):
            yield run
            run, own, touched = [], set(), {}
        run.append(entry)
        own |= {entry.id, entry.replaces} if entry.replaces else {entry.id}
        for id in ids:
            touched.setdefault(id, set()).add(entry.kind)
    if run:
        yield run


def is_alone(entry: SentEntry) -> bool:
    """Return whether an entry is a run of its own."""
    return entry.replaces is not None or entry.kind in KINDS and KINDS[entry.kind].recorder.ALONE


def touches(entry: SentEntry, values: dict[str, Any] | None) -> tuple[UUID, ...]:
    """Return the ids of the records an entry reads or writes, and of the entries it refers to."""
    links = (entry.id, *entry.after, *filter(None, [entry.replaces]))
    return (*links, *KINDS[entry.kind].recorder.touches(values)) if values else links


def outdates(earlier: str, kind: str) -> bool:
    """Return whether an entry of kind `earlier` may outdate the lookup of one of `kind`."""
    recorder = KINDS[kind].recorder if kind in KINDS else None
    return earlier != kind or not (recorder and recorder.CARRIES_STATE)
