"""Cutting a batch into runs: entries that are looked up, validated and written together."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from .batch import SentEntry
from .kinds import KINDS


def runs(entries: Iterable[SentEntry], values_of: Callable[[SentEntry], dict[str, Any] | None],
         ) -> Iterator[list[SentEntry]]:
    """Yield lists of entries, in the order sent, none of whose lookups an earlier one outdates.

    A run ends before an entry that touches a record an earlier entry of another kind in the run
    touches, or of its own kind where the recorder does not carry the state through
    (`CARRIES_STATE`), and before an entry id that stands in the run already. `values_of(entry)`
    gives the values of its form, None if they are unknown: such an entry touches no record.
    """
    run: list[SentEntry] = []
    own: set[UUID] = set()
    touched: dict[UUID, set[str]] = {}
    for entry in entries:
        ids = touches(entry, values_of(entry))
        if entry.id in own or any(
                outdates(kind, entry.kind) for id in ids for kind in touched.get(id, ())):
            yield run
            run, own, touched = [], set(), {}
        run.append(entry)
        own.add(entry.id)
        for id in ids:
            touched.setdefault(id, set()).add(entry.kind)
    if run:
        yield run


def touches(entry: SentEntry, values: dict[str, Any] | None) -> tuple[UUID, ...]:
    """Return the ids of the records an entry reads or writes, and of the entries it names."""
    links = (entry.id, *entry.after, *filter(None, [entry.replaces]))
    return (*links, *KINDS[entry.kind].recorder.touches(values)) if values else links


def outdates(earlier: str, kind: str) -> bool:
    """Tell whether an entry of an earlier kind may outdate the lookup of one of a kind."""
    recorder = KINDS[kind].recorder if kind in KINDS else None
    return earlier != kind or not (recorder and recorder.CARRIES_STATE)
