"""The pack: all pages of a person's field work that changed since a cursor."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Self

from .. import clock
from ..kept_pages import PageKind
from ..languages import language
from ..models import Counter, Receipt, User
from ..web import SECURITY_HEADERS
from .content_version import content_version, digest
from .drawing import Drawing, Line
from .pages import KINDS

REMEMBERED = timedelta(days=30)  # a phone forgets sent entries after this time
HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Known:
    """The state a phone reports; `since` is None if it has no pages."""

    since: int | None
    epoch: str
    scope: str

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """Return the state in a query string; an invalid value counts as missing."""
        since = asked.get("since", "")
        return cls(int(since) if since.isdecimal() and len(since) < 18 else None,
                   asked.get("epoch", ""), asked.get("scope", ""))


class Pack:
    """One response: its header and its lines, rendered from one snapshot of the database."""

    def __init__(self, user: User, known: Known, epoch: str) -> None:
        self.user, self.epoch, self.cursor = user, epoch, Counter.cursor_of(user.commune_id)
        self.person, self.headers = person_version(user), digest(HEADERS)
        self.versions = versions_for(user)
        person, *versions = known.scope.split(".")
        self.reset = (known.since is None or known.since > self.cursor
                      or known.epoch != epoch or person != self.person)
        self.since = 0 if self.reset else known.since
        self.known_versions = frozenset() if self.reset else frozenset(versions)

    @property
    def scope(self) -> str:
        """The versions the phone returns with its next request: person, headers, each kind."""
        return ".".join((self.person, self.headers, *self.versions.values()))

    @cached_property
    def renewed(self) -> frozenset[PageKind]:
        """The kinds with a changed version, whose pages are all sent."""
        return frozenset(kind for kind, version in self.versions.items()
                         if version not in self.known_versions)

    @property
    def is_large(self) -> bool:
        """Whether the pack renders all pages of a village."""
        return any(kind.is_large for kind in self.renewed)

    def body(self) -> str:
        """Return the whole pack as NDJSON."""
        lines = [self.header(), *self.lines()]
        return "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n"
                       for line in lines)

    def header(self) -> Line:
        """Return the first line; it has the headers of kept pages if they changed."""
        head = {"epoch": self.epoch, "cursor": self.cursor, "scope": self.scope,
                "reset": self.reset, "user": self.user.id,
                "generated_at": clock.local(clock.now()).isoformat()}
        return head if self.headers in self.known_versions else {**head, "headers": HEADERS}

    def lines(self) -> Iterator[Line]:
        """Yield the lines of changed and removed pages and of accepted entries."""
        draw, has_changes = Drawing(self.user), self.since != self.cursor
        for kind in self.versions:
            if kind in self.renewed:
                yield from draw.lines(kind, kind.pages(self.user, None))
            elif has_changes:
                yield from draw.lines(kind, kind.pages(self.user, self.since))
            if has_changes and not self.reset:
                yield from ({"url": url, "gone": True}
                            for url in kind.gone(self.user, self.since or 0))
        if has_changes and self.user.is_field:
            yield from self._settled()

    def _settled(self) -> Iterator[Line]:
        """Yield the lines of this person's entries accepted since the cursor.

        A phone without pages gets those of the last days: it forgot its own at a sign-out.
        """
        rows = (Receipt.select(Receipt.id, Receipt.number, Receipt.status)
                .where(Receipt.user == self.user.id, Receipt.status.in_(("accepted", "settled")),
                       Receipt.received_at > clock.now() - REMEMBERED
                       if self.reset else Receipt.cursor > self.since))
        found = list(rows.tuples())
        listed = self._listed({number for _, number, status in found if status == "accepted"})
        for id, number, status in found:
            line = {"entry": str(id), "status": "accepted", "receipt": number}
            if status == "settled":
                yield line
            elif number in listed or not self.reset:
                yield line | listed.get(number, {})

    def _listed(self, numbers: set[int]) -> dict[int, Line]:
        """Return {receipt number: what the outbox lists} of accepted entries."""
        return {number: line for kind in self.versions if numbers
                for number, line in kind.listed(self.user, numbers).items()}


def person_version(user: User) -> str:
    """Return the version of the person; a change makes the phone delete all kept pages."""
    return digest(user.id, user.name, user.role, user.village_id, user.village_label,
                  clock.today().year, language())


def versions_for(user: User) -> dict[PageKind, str]:
    """Return {kind: version} of the kinds this person keeps, from its content and its facts."""
    kinds, locale = [kind for kind in KINDS if kind.is_kept_by(user)], language()
    facts = {read: read(user) for read in {read for kind in kinds for read in kind.facts}}
    return {kind: digest(content_version(kind, locale), [facts[read] for read in kind.facts])
            for kind in kinds}
