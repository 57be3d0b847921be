"""Draws kept pages with the templates of the online ones."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app, g

from ..kept_pages import Context, KeptPage, ListRow, PageKind
from ..models import User

Line = dict[str, Any]


class Drawing:
    """Draws pages for one person."""

    def __init__(self, user: User) -> None:
        self.environment = current_app.jinja_env
        context = {"current_user": user, "is_kept": False}
        current_app.update_template_context(context)
        self.context = {**self.environment.globals, **context}

    def lines(self, kind: PageKind, pages: Iterable[KeptPage]) -> Iterator[Line]:
        """Yield the lines of pages of a kind."""
        if kind.is_blank:
            g.pop("drawn", None)  # a frame drawn for nobody is not a person's
        for page in pages:
            line = {"url": page.url, "html": self.html(page.template, page.context), **kind.line}
            yield {**line, "row": self.row(page.row)} if page.row else line
        if kind.is_blank:
            g.pop("drawn", None)

    def html(self, name: str, context: Context) -> str:
        """Return a page's HTML; the globals are not gathered anew for each of 1,500 pages."""
        template = self.environment.get_template(name)
        known = template.new_context({**self.context, **context}, shared=True)
        return "".join(template.root_render_func(known))

    def row(self, row: ListRow) -> Line:
        """Return a page's row of the list."""
        macro = getattr(self.environment.get_template(row.template).module, row.macro)
        return {"order": row.order, "html": macro(*row.arguments)}
