"""Classes for the kinds of page a phone keeps; slices declare them, offline/pages.py lists them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from flask import url_for

from .models import User

Context = dict[str, Any]


class ListRow(NamedTuple):
    """A page's row in the list page: its sort key, and the macro call that renders it."""

    order: str
    template: str
    macro: str
    arguments: tuple[Any, ...]


class KeptPage(NamedTuple):
    """One page to render: its URL, its template and the template's context."""

    url: str
    template: str
    context: Context
    row: ListRow | None = None


class PageKind:
    """Pages rendered from one template; the module of a subclass reads their context.

    The pack sends all pages of a kind again when its version changes: the hash of its templates,
    of the code of its module and of the modules it imports, and of its facts about this person.
    """

    name: str
    template: str
    macros: tuple[tuple[str, str], ...] = ()  # (template, macro) of list rows
    catalogues: tuple[str, ...] = ()  # files of catalog_data/ that the context shows
    facts: tuple[Callable[[User], Any], ...] = ()  # read data no cursor covers
    line: Context = {}  # further members of each line
    is_blank = False  # no personal data: remains when the phone deletes the others
    is_large = False  # as many pages as a village has households

    def is_kept_by(self, user: User) -> bool:
        """Return whether this person's phone keeps pages of this kind."""
        return user.is_field

    def pages(self, user: User, since: int | None) -> Iterable[KeptPage]:
        """Return the pages that changed after a cursor, or all pages for None."""
        raise NotImplementedError

    def listed(self, user: User, numbers: Collection[int]) -> dict[int, Context]:
        """Return {receipt number: what the outbox lists} of the person's accepted records."""
        return {}

    def gone(self, user: User, since: int) -> Iterable[str]:
        """Return the URLs of pages that the phone deletes: removed after a cursor."""
        return ()


class SinglePage(PageKind):
    """A kind with one page, at the URL of an endpoint."""

    endpoint: str

    def context(self, user: User) -> Context:
        """Return the template's context."""
        raise NotImplementedError

    def has_changed(self, user: User, since: int) -> bool:
        """Return whether the page changed after a cursor; blank pages never do."""
        return False

    def pages(self, user: User, since: int | None) -> Iterator[KeptPage]:
        """Yield the page if it changed after the cursor, or for None."""
        if since is None or self.has_changed(user, since):
            yield KeptPage(url_for(self.endpoint), self.template, self.context(user))
