"""The forms of a pasted list of villages: the text, then its lines."""

from collections.abc import Iterable
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    FormField,
    HiddenField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError

from .. import text
from ..models import UnitType
from ..web import Numbered
from .forms import SIGNALS, Declared, Facts, Taken, offer_units

MOST_LINES = 200


class PasteForm(FlaskForm):
    """A list of villages as a spreadsheet copies it."""

    lines = TextAreaField(_("Danh sách"), validators=[
        DataRequired(_("Dán danh sách vào đây.")),
        Length(max=40_000, message=_("Danh sách dài quá. Dán từng phần."))])
    unit_type = SelectField(_("Loại của dòng không ghi loại"), validate_choice=False)


class LineForm(Form, Facts):
    """One line of the list: a village, unless it is skipped."""

    pasted = HiddenField(filters=[text.name])  # the line as it was pasted
    skipped = BooleanField(_("Bỏ dòng này"))
    number = 0

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the line, and take its code and name."""
        if self.skipped.data:
            return True
        is_valid = super().validate(extra_validators)
        self.taken.add(self, gettext("dòng %(n)s", n=self.number))
        return bool(is_valid)

    @property
    def is_known(self) -> bool:
        """Whether the register had this village before."""
        return self.taken.has(self.unit_type.data, self.name.data, "")

    @property
    def facts(self) -> dict[str, Any]:
        """What the line says of its village."""
        return {name: self[name].data for name in
                ("unit_type", "name", "code", "signal", "declared_14plus")}


class LinesForm(FlaskForm, Declared):
    """The lines of a pasted list, with the day and the source of their numbers."""

    lines = Numbered(FormField(LineForm))

    def offer(self, units: Iterable[UnitType], taken: Taken) -> Self:
        """Offer the unit types to each line."""
        units = list(units)
        for number, line in enumerate(self.lines, 1):
            line.form.taken, line.form.number = taken, number
            offer_units(line.form.unit_type, units, gettext("Chọn loại"))
            if line.form.signal.data not in SIGNALS:  # a browser would show the first one
                line.form.signal.choices = [("", gettext("Chọn")), *SIGNALS.items()]
        return self

    def validate_lines(self, field: Field) -> None:
        """Reject a list without any village, or with too many lines."""
        if len(field) > MOST_LINES:
            raise ValidationError(gettext("Mỗi lần nhiều nhất %(n)s dòng.", n=MOST_LINES))
        if not self.wanted:
            raise ValidationError(_("Không còn dòng nào để thêm."))

    def validate_declared_on(self, field: Field) -> None:
        """Require the day of the numbers."""
        if not field.data and not field.errors and any(
                line.declared_14plus.data is not None for line in self.wanted):
            raise ValidationError(_("Chọn ngày của các số này."))
        super().validate_declared_on(field)

    @property
    def wanted(self) -> list[LineForm]:
        """The lines that are not skipped."""
        return [line.form for line in self.lines if not line.form.skipped.data]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What the list says of each village."""
        def dated(facts: dict[str, Any]) -> dict[str, Any]:
            known = facts["declared_14plus"] is not None
            return facts | ({"declared_on": self.declared_on.data,
                             "declared_source": self.declared_source.data} if known else {})
        return [dated(line.facts) for line in self.wanted]
