"""Fields of field work: each takes what a phone posts, or says in plain words why not."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.fields import DateTimeLocalField
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import ListWidget, RadioInput

from .. import clock, text

STRANGE = _("Có ký tự lạ, máy không đọc được. Xóa đi rồi gõ lại.")


class Needed:
    """Something must be given; nothing else is said about an empty field."""

    field_flags = {"required": True}

    def __init__(self, message):
        self.message = message

    def __call__(self, form, field):
        """Refuse an empty field, keeping what was said while reading it."""
        if field.errors or field.data in (None, ""):
            raise StopValidation("" if field.errors else self.message)


class AtMost:
    """At most so many letters."""

    def __init__(self, longest):
        self.longest = longest
        self.field_flags = {"maxlength": longest}

    def __call__(self, form, field):
        """Refuse a longer text."""
        if field.data and len(field.data) > self.longest:
            raise ValidationError(_("Dài quá: tối đa %(n)s chữ.", n=self.longest))


class Shaped:
    """Of the shape of a regular expression that HTML understands too; empty is no matter."""

    def __init__(self, pattern, message):
        self.matches, self.message = re.compile(pattern, re.ASCII).fullmatch, message
        self.field_flags = {"pattern": pattern}

    def __call__(self, form, field):
        """Refuse another shape."""
        if field.data and not self.matches(field.data):
            raise ValidationError(self.message)


class InYears:
    """A day, or a day and time, from the first year to the last, both included."""

    def __init__(self, first, last, message):
        self.first, self.last, self.message = first, last, message
        self.field_flags = {"min": f"{first}-01-01", "max": f"{last}-12-31"}

    def __call__(self, form, field):
        """Refuse a day outside."""
        if field.data and not self.first <= day_of(field.data).year <= self.last:
            raise ValidationError(self.message)


def day_of(value):
    """Return a day as it is, and of a moment the day it lies on."""
    return clock.day_of(value) if isinstance(value, datetime) else value


class MomentInYears(InYears):
    """The same for a field that asks for a time too."""

    def __init__(self, first, last, message):
        super().__init__(first, last, message)
        self.field_flags = {"min": f"{first}-01-01T00:00", "max": f"{last}-12-31T23:59"}


class TextField(StringField):
    """A text as it is kept: NFC, trimmed, with plain line ends; strange characters are rejected."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, default="", **kwargs)

    def process_formdata(self, valuelist):
        """Read the first value."""
        if not valuelist:
            return
        value = valuelist[0]
        clean = text.legible(value)
        self.data = unicodedata.normalize("NFC", clean).replace("\r\n", "\n").strip()
        if clean != value:
            raise ValueError(STRANGE)


class CapitalField(TextField):
    """A code as it is printed: in capitals, however it was typed."""

    def process_formdata(self, valuelist):
        """Read the first value."""
        super().process_formdata(valuelist)
        self.data = self.data.upper()


class WordField(SelectFieldBase):
    """One of a few words, drawn as radios or, with a select's widget, as a list."""

    widget, option_widget = ListWidget(prefix_label=False), RadioInput()

    def __init__(self, label=None, choices=(), **kwargs):
        self.choices = choices
        super().__init__(label, default="", **kwargs)

    def process_formdata(self, valuelist):
        """Read the first value, if it is one of the words."""
        value = valuelist[0] if valuelist else ""
        self.data = value if any(value == word for word, _ in self.choices) else ""
        if value != self.data:
            raise ValueError(_("Chọn một trong các câu trả lời."))

    def iter_choices(self):
        """Return the words and their labels, for the widgets."""
        return [Choice(word, label, word == self.data, {}) for word, label in self.choices]


class IdField(StringField):
    """A UUID as the phone or the page wrote it; empty is None."""

    def process_formdata(self, valuelist):
        """Read the first value."""
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = UUID(value if len(value) == 36 else "")
        except ValueError:
            raise ValueError(_("Mã không đúng. Mở lại trang rồi ghi lại.")) from None

    def _value(self):
        return str(self.data or "")


class NumbersField(StringField):
    """The numbers of a key that may be repeated, at most 20 of them."""

    def process_formdata(self, valuelist):
        """Read every value."""
        self.data = []
        given = [value for value in valuelist if value]
        if len(given) > 20 or any(not re.fullmatch(r"[0-9]{1,9}", value) for value in given):
            raise ValueError(_("Chọn lại người đi cùng."))
        self.data = sorted({int(value) for value in given})


class MomentField(DateTimeLocalField):
    """A day and time on the clock of Asia/Ho_Chi_Minh, read as a moment in UTC."""

    def process_formdata(self, valuelist):
        """Read the first value."""
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = clock.parse_local(value)
        except ValueError:
            raise ValueError(_("Chưa phải ngày giờ. Chọn lại.")) from None
