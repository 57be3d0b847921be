"""Form fields of field records: each reads a posted value or rejects it with a plain message."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, Form, StringField
from wtforms.fields import DateTimeLocalField
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.validators import (
    DataRequired,
    Length,
    Regexp,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import ListWidget, RadioInput

from .. import clock, id_numbers, text

STRANGE = _("Có ký tự lạ, máy không đọc được. Xóa đi rồi gõ lại.")


class Needed(DataRequired):
    """Reject an empty field; an unreadable one keeps the error of its reading."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.errors:
            raise StopValidation
        if not field.data:
            super().__call__(form, field)


class AtMost(Length):
    """Reject a text of more characters."""

    def __init__(self, longest: int) -> None:
        super().__init__(max=longest, message=_("Dài quá: tối đa %(n)s chữ.", n=longest))


class Shaped(Regexp):
    """Reject a text that a pattern, valid in HTML too, does not match; accept an empty one."""

    def __init__(self, pattern: str, message: Any) -> None:
        super().__init__(pattern, re.ASCII, message, re.Pattern.fullmatch, html_pattern=True)

    def __call__(self, form: Form, field: Field, message: Any = None) -> None:
        if field.data:
            super().__call__(form, field, message)


class InYears:
    """Reject a day, or a day and time, outside these years (both included)."""

    def __init__(self, first: int, last: int, message: Any) -> None:
        self.first, self.last, self.message = first, last, message
        self.field_flags = {"min": f"{first}-01-01", "max": f"{last}-12-31"}

    def __call__(self, form: Form, field: Field) -> None:
        if field.data and not self.first <= day_of(field.data).year <= self.last:
            raise ValidationError(self.message)


def day_of(value: date) -> date:
    """Return a day unchanged, and the local day of a moment."""
    day: date = clock.day_of(value) if isinstance(value, datetime) else value
    return day


class MomentInYears(InYears):
    """The same for a field with a time."""

    def __init__(self, first: int, last: int, message: Any) -> None:
        super().__init__(first, last, message)
        self.field_flags = {"min": f"{first}-01-01T00:00", "max": f"{last}-12-31T23:59"}


class TextField(StringField):
    """A text, stored trimmed and as `spelled`; control characters are rejected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default="", **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        value = valuelist[0]
        clean = text.legible(value)
        self.data = text.spelled(clean).replace("\r\n", "\n").strip()
        if clean != value:
            raise ValueError(STRANGE)


class NoteField(TextField):
    """A text in people's own words: phones refuse an ID number in it; one that passes is masked.

    Its form has the pattern once, as an output of this name (visits/parts.html).
    """

    pattern_name, pattern = "id-number", id_numbers.IN_HTML

    def __init__(self, *args: Any, render_kw: dict[str, Any] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(*args, filters=[id_numbers.mask], render_kw={
            "data-refuse": self.pattern_name,
            "data-refuse-says": _("Đừng ghi dãy 9 hoặc 12 số."), **(render_kw or {})}, **kwargs)


class WordField(SelectFieldBase):
    """One of a few values, rendered as radio buttons or, with a select's widget, as a list."""

    widget, option_widget = ListWidget(prefix_label=False), RadioInput()

    def __init__(self, label: Any = None, choices: Iterable[tuple[str, Any]] = (),
                 **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(label, default="", **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        value = valuelist[0] if valuelist else ""
        self.data = value if any(value == word for word, _ in self.choices) else ""
        if value != self.data:
            raise ValueError(_("Chọn một trong các câu trả lời."))

    def iter_choices(self) -> list[Choice]:
        return [Choice(word, label, word == self.data, {}) for word, label in self.choices]


class IdField(StringField):
    """A UUID in its one spelling; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = text.uuid(value)
        except ValueError:
            raise ValueError(_("Mã không đúng. Mở lại trang rồi ghi lại.")) from None

    def _value(self) -> str:
        return str(self.data or "")


class NumbersField(StringField):
    """The numbers under a repeatable key, at most 20."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        given = [value for value in valuelist if value]
        if len(given) > 20 or any(not re.fullmatch(r"[0-9]{1,9}", value) for value in given):
            raise ValueError(_("Chọn lại người đi cùng."))
        self.data = sorted({int(value) for value in given})


class MomentField(DateTimeLocalField):
    """A day and time in Asia/Ho_Chi_Minh, read as a moment in UTC."""

    unreadable = _("Chưa phải ngày giờ. Chọn lại.")

    def process_formdata(self, valuelist: list[str]) -> None:
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = clock.parse_local(value)
        except ValueError:
            raise ValueError(self.unreadable) from None
