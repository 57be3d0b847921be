"""What every slice's routes share: pages, finding things, fields; the headers of every answer."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, make_response, render_template, request
from flask_babel import lazy_gettext as _
from peewee import ModelSelect
from wtforms import DateField, FieldList

from .extensions import htmx
from .static_files import ONLY_TLS

ID = "int(max=2147483647)"  # in an address: PostgreSQL's integers end there
SECURITY_HEADERS = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class DayField(DateField):
    """A day as a browser posts it, ISO; empty is None."""

    def process_formdata(self, valuelist):
        """Read the first value, saying in plain words what is wrong with another text."""
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = date.fromisoformat(value if len(value) == 10 else "")
        except ValueError:
            raise ValueError(_("Ghi ngày theo dạng ngày/tháng/năm.")) from None


class Numbered(FieldList):
    """Numbered items, at most 500 of them; a place is a number of at most nine digits."""

    def _extract_indices(self, prefix, formdata):
        """WTForms takes "²" and numbers of any length for places, and fails on them."""
        found = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,9}})(?:-|$)")
        return sorted({int(place[1]) for place in map(found.match, formdata) if place})[:500]


def page(template, partial=None, status=200, **context):
    """Return the whole page, or the partial alone when htmx asks for a piece of it."""
    if partial and htmx and not htmx.boosted and not htmx.history_restore_request:
        template = partial
    return make_response(render_template(template, **context), status)


def page_number():
    """Return which page of a list is asked for; the first in doubt."""
    return min(max(request.args.get("page", 1, int), 1), 10_000)


def paginate(query: ModelSelect, size: int, read: Callable[[ModelSelect], list[Any]] = list,
             ) -> tuple[list[Any], int, bool]:
    """Return (rows, page number, whether more follow) of the page the address names.

    `read` turns the query into rows, in its order.
    """
    number = page_number()
    rows = read(query.limit(size + 1).offset((number - 1) * size))
    return rows[:size], number, len(rows) > size


def get_or_404(query):
    """Return the one thing a query finds; what one may not see does not exist."""
    found = query.first()
    if found is None:
        abort(404)
    return found


def init_app(app, config):
    """Put the same headers on every answer."""
    @app.after_request
    def headers(response):
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "HX-Request"))
        if config.is_production and request.is_secure:
            response.headers.update(ONLY_TLS)
        return response
