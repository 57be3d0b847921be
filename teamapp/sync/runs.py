"""Splitting a batch into runs: entries that are looked up, validated and written together."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from .kinds import KINDS
from .sent_entry import SentEntry

ValuesOf: TypeAlias = Callable[[SentEntry], dict[str, Any] | None]  # None: unknown


def runs(entries: Sequence[SentEntry], values_of: ValuesOf) -> Iterator[list[SentEntry]]:
    """Yield lists of entries, in the order sent; no entry outdates the lookup of its list.

    A run ends before an entry that touches a record an earlier entry of another kind in the run
    touches, or of its own kind if the recorder does not update its lookup (`CARRIES_STATE`), and
    before an entry id that the run already contains. An entry that replaces another one is alone.
    """
    run: list[SentEntry] = []
    own: set[UUID] = set()
    touched: dict[UUID, set[str]] = {}
    for entry, ids in zip(entries, reached(entries, values_of), strict=True):
        if run and (entry.replaces or run[-1].replaces or entry.id in own or any(
                outdates(kind, entry.kind) for id in ids for kind in touched.get(id, ()))):
            yield run
            run, own, touched = [], set(), {}
        run.append(entry)
        own.add(entry.id)
        for id in ids:
            touched.setdefault(id, set()).add(entry.kind)
    if run:
        yield run


def reached(entries: Sequence[SentEntry], values_of: ValuesOf) -> Iterator[set[UUID]]:
    """Yield the ids each entry touches, also through the earlier entries that touch one of them.

    What an earlier entry of the batch writes is not stored yet when the recorders look up what a
    change touches.
    """
    known: dict[UUID, set[UUID]] = {}
    for ids in touches(entries, values_of):
        for id in [*ids]:
            ids |= known.get(id, set())
        known |= dict.fromkeys(ids, ids)
        yield ids


def touches(entries: Sequence[SentEntry], values_of: ValuesOf) -> list[set[UUID]]:
    """Return the ids of the records each entry reads or writes, and of the entries it refers to.

    An entry with unknown values touches no record.
    """
    found = [{entry.id, *entry.after, *filter(None, [entry.replaces])} for entry in entries]
    of_kind: dict[str, list[tuple[set[UUID], dict[str, Any]]]] = {}
    for entry, ids in zip(entries, found):
        if values := values_of(entry):
            of_kind.setdefault(entry.kind, []).append((ids, values))
    for kind, those in of_kind.items():
        for (ids, _), records in zip(those, KINDS[kind].recorder.touches(
                [values for _, values in those]), strict=True):
            ids |= records
    return found


def outdates(earlier: str, kind: str) -> bool:
    """Return whether an entry of kind `earlier` may outdate the lookup of one of `kind`."""
    recorder = KINDS[kind].recorder if kind in KINDS else None
    return earlier != kind or not (recorder and recorder.CARRIES_STATE)
