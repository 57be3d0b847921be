"""The form of the decision about a lost phone."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import AnyOf, Length, ValidationError

from .. import clock, id_numbers, text
from ..models import LostPhone
from ..web import DayField

LONGEST = LostPhone.note.max_length


def spelled(value: str | None) -> str:
    """Return a text as it is stored: no unseen characters, ID numbers masked."""
    return id_numbers.mask(text.spelled(value or "").strip())


class LossDecisionForm(FlaskForm):
    """Whether the notice of a breach was given, and when; or why none is needed."""

    decision = HiddenField(validators=[AnyOf(LostPhone.DECISIONS)])
    notified_on: Any = DayField(_("Ngày đã thông báo"))
    reason = StringField(_("Vì sao không phải thông báo"), filters=[spelled], validators=[
        Length(max=LONGEST, message=_("Dài quá: tối đa %(n)s chữ.", n=LONGEST))])

    def __init__(self, lost: LostPhone, **more: Any) -> None:
        self.first, self.last = clock.day_of(lost.reported_at), clock.today()
        super().__init__(**more)
        for field in self:  # a page has a form for each lost phone
            field.id = field.label.field_id = f"{field.name}-{lost.id}"

    def validate_notified_on(self, field: Field) -> None:
        """Require a day since the report for a notice that was given."""
        if self.decision.data != LostPhone.NOTIFIED or field.errors:
            return
        if not field.data:
            raise ValidationError(_("Chọn ngày đã thông báo."))
        if not self.first <= field.data <= self.last:
            raise ValidationError(_("Chọn ngày từ lúc báo mất đến hôm nay."))

    def validate_reason(self, field: Field) -> None:
        """Require the reason why no notice is needed."""
        if self.decision.data == LostPhone.NO_NOTICE and not field.data:
            raise ValidationError(_("Ghi vì sao không phải thông báo."))
        if not text.is_clean(field.data):
            raise ValidationError(_("Có ký tự lạ, máy không đọc được. Xóa đi rồi gõ lại."))

    @property
    def note(self) -> str:
        """What is stored beside the decision."""
        day: date | None = self.notified_on.data
        return {LostPhone.NOTIFIED: day.isoformat() if day else "",
                LostPhone.NO_NOTICE: self.reason.data}.get(self.decision.data, "")
