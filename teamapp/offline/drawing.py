"""Rendering of kept pages, with the templates of the online pages."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from flask import current_app, g
from peewee import PeeweeException

from ..kept_pages import Context, KeptPage, ListRow, PageKind
from ..models import User
from ..undrawn import leave_out

Line = dict[str, Any]


class Undrawn(Exception):
    """A page cannot be drawn from what the database holds: one house never takes a pack down."""


class Drawing:
    """Renders pages for one person."""

    def __init__(self, user: User) -> None:
        self.environment = current_app.jinja_env
        context = {"current_user": user, "is_kept": False}
        current_app.update_template_context(context)
        self.context = {**self.environment.globals, **context}

    def lines(self, kind: PageKind, pages: Iterable[KeptPage]) -> Iterator[Line]:
        """Yield the lines of pages of a kind."""
        if kind.is_blank:
            g.pop("drawn", None)  # blank pages must not reuse fragments of a person
        for page in pages:
            with suppress(Undrawn):
                yield self.line(kind, page)
        if kind.is_blank:
            g.pop("drawn", None)

    def line(self, kind: PageKind, page: KeptPage) -> Line:
        """Return a page's line; raise Undrawn for one that cannot be drawn, and report it."""
        try:
            line = {"url": page.url, "html": self.html(page.template, page.context), **kind.line}
            return {**line, "row": self.row(page.row)} if page.row else line
        except PeeweeException:
            raise
        except Exception as error:
            leave_out(kind.name, error)
            raise Undrawn from error

    def html(self, name: str, context: Context) -> str:
        """Return a page's HTML; up to 1,500 pages of a pack share one dictionary of globals."""
        template = self.environment.get_template(name)
        known = template.new_context({**self.context, **context}, shared=True)
        return "".join(template.root_render_func(known))

    def row(self, row: ListRow) -> Line:
        """Return a page's row of the list."""
        macro = getattr(self.environment.get_template(row.template).module, row.macro)
        return {"order": row.order, "html": macro(*row.arguments)}
