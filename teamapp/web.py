"""Shared by the routes of all slices: pages, lookups, fields, response headers."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request
from flask_babel import lazy_gettext as _
from peewee import ModelSelect
from werkzeug.routing import UUIDConverter
from wtforms import DateField, Field, FieldList, Form, IntegerField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .config import Config
from .extensions import htmx
from .static_files import ONLY_TLS

ID = "int(max=2147483647)"  # URL converter: the largest integer of PostgreSQL
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


class OneUuid(UUIDConverter):
    """A UUID of an address in its one spelling; another one is no address."""

    regex = UUIDConverter.regex.replace("A-Fa-f", "a-f")


class DayField(DateField):
    """A date in ISO format, as a browser posts it; empty is None."""

    unreadable = _("Ghi ngày theo dạng ngày/tháng/năm.")

    def process_formdata(self, valuelist: list[str]) -> None:
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = date.fromisoformat(value if len(value) == 10 else "")
        except ValueError:
            raise ValueError(self.unreadable) from None


class Whole(IntegerField):
    """A whole number, or nothing."""

    unreadable = _("Ghi một số, không có chữ.")

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError as error:
            raise ValueError(self.unreadable) from error


class Checkboxes(SelectMultipleField):
    """Several values of a list, each converted by `coerce`."""

    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()
    unknown_value = _("Có mục không thuộc xã mình. Chọn lại trong danh sách.")

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = list(dict.fromkeys(self.coerce(value) for value in valuelist))
        except ValueError as error:
            raise ValueError(self.unknown_value) from error

    def pre_validate(self, form: Form) -> None:
        known = {value for value, *_rest in self.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(self.unknown_value)


class Numbered(FieldList):
    """A list of at most 500 items; an index has at most nine ASCII digits."""

    def _extract_indices(self, prefix: str, formdata: Any) -> list[int]:
        """WTForms accepts "²" and numbers of any length as indices, and fails on them."""
        found = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,9}})(?:-|$)")
        return sorted({int(place[1]) for place in map(found.match, formdata) if place})[:500]


FLAWS = {"required": "value-missing", "pattern": "pattern-mismatch", "min": "range-underflow",
         "max": "range-overflow", "minlength": "too-short", "maxlength": "too-long"}


def flaws(field: Field) -> dict[str, Any]:
    """Return the sentence for each flaw a browser finds in a field, as data attributes.

    The flaws are those of ValidityState; teamapp/static/js/forms/mistakes.js shows the sentences.
    """
    found = {f"data-{FLAWS[flag]}": validator.message for validator in field.validators
             for flag in getattr(validator, "field_flags", ())
             if flag in FLAWS and getattr(validator, "message", None)}
    if unreadable := getattr(field, "unreadable", None):
        found["data-bad-input"] = unreadable
    return found | {name: text for name, text in (field.render_kw or {}).items()
                    if name.startswith("data-")}


def page(template: str, partial: str | None = None, status: int = 200,
         **context: Any) -> Response:
    """Render the page; for an htmx request that swaps a part, only the partial."""
    if partial and htmx and not htmx.boosted and not htmx.history_restore_request:
        template = partial
    return make_response(render_template(template, **context), status)


def page_number(name: str = "page") -> int:
    return min(max(request.args.get(name, 1, int), 1), 10_000)


def paginate(query: ModelSelect, size: int, read: Callable[[ModelSelect], list[Any]] = list,
             name: str = "page") -> tuple[list[Any], int, bool]:
    """Return (rows, page number, whether more follow) of the page the address names.

    `read` turns the query into rows, in its order. `name` is that of the number in the address.
    """
    number = page_number(name)
    rows = read(query.limit(size + 1).offset((number - 1) * size))
    return rows[:size], number, len(rows) > size


def settled_page(query: ModelSelect, size: int, read: Callable[[ModelSelect], list[Any]],
                 ) -> tuple[list[Any], int, bool] | None:
    """Return a page of what is settled as `paginate` does; None while its fold is closed."""
    return paginate(query, size, read, "settled") if "settled" in request.args else None


def get_or_404(query: Any) -> Any:
    """Return the first row of a query; 404 if there is none or one may not see it."""
    found = query.first()
    if found is None:
        abort(404)
    return found


def init_app(app: Flask, config: Config) -> None:
    app.url_map.converters["uuid"] = OneUuid
    app.jinja_env.filters["flaws"] = flaws

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "HX-Request"))
        if config.is_production and request.is_secure:
            response.headers.update(ONLY_TLS)
        return response
