"""What a slice declares about the pages a phone keeps; offline/pages.py lists the kinds."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from flask import url_for

from .models import User

Context = dict[str, Any]


class ListRow(NamedTuple):
    """A page's row in the list page: where it sorts, and the macro call that draws it."""

    order: str
    template: str
    macro: str
    arguments: tuple[Any, ...]


class KeptPage(NamedTuple):
    """One page to draw: its URL, its template and the template's context."""

    url: str
    template: str
    context: Context
    row: ListRow | None = None


class PageKind:
    """Pages drawn from one template; a subclass lies in the module that reads their context.

    All pages of a kind are sent again when its content version changes: the hash of its templates,
    of the code of its module with all that imports, and of its facts about this person.
    """

    name: str
    template: str
    macros: tuple[tuple[str, str], ...] = ()  # (template, macro) drawn beside the page
    catalogues: tuple[str, ...] = ()  # files of catalog_data/ that the context shows
    facts: tuple[Callable[[User], Any], ...] = ()  # read what they show but no cursor covers
    line: Context = {}  # what each of its lines carries besides
    is_blank = False  # holds no resident: stays when the others are dropped
    is_large = False  # as many pages as a village has households

    def is_kept_by(self, user: User) -> bool:
        """Return whether this person's phone keeps pages of this kind."""
        return user.is_field

    def pages(self, user: User, since: int | None) -> Iterable[KeptPage]:
        """Return the pages that changed after a cursor; all of them for None."""
        raise NotImplementedError

    def gone(self, user: User, since: int) -> Iterable[str]:
        """Return the URLs of pages that left this person's phone after a cursor."""
        return ()


class SinglePage(PageKind):
    """A kind with one page, at the URL of an endpoint."""

    endpoint: str

    def context(self, user: User) -> Context:
        """Return the template's context."""
        raise NotImplementedError

    def has_changed(self, user: User, since: int) -> bool:
        """Return whether the page changed after a cursor; blank pages change by version only."""
        return False

    def pages(self, user: User, since: int | None) -> Iterator[KeptPage]:
        """Yield the page if it is to be sent."""
        if since is None or self.has_changed(user, since):
            yield KeptPage(url_for(self.endpoint), self.template, self.context(user))
