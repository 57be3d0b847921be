"""Forms of a round: its name, its days, its villages and the selection of households."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from .. import clock, text
from ..models import Round, Village
from ..rostering.selection import CHOICES
from ..web import Checkboxes, DayField

CHOICE_NAMES = {
    "either": _("Nhà chưa đến và nhà còn người chưa kích hoạt, chưa rà soát"),
    "unvisited": _("Nhà chưa đến lần nào"),
    "unactivated": _("Nhà còn người từ 14 tuổi chưa kích hoạt, chưa rà soát"),
    "all": _("Tất cả các nhà"),
    "keep": _("Giữ các nhà đã chọn"),
}


class RoundForm(FlaskForm):
    """A round: its name, its days, its villages and the selection of households."""

    name = StringField(_("Tên đợt"), filters=[text.name], validators=[
        InputRequired(_("Ghi tên đợt.")), Length(max=80, message=_("Tên dài nhất 80 chữ."))])
    starts_on = DayField(_("Từ ngày"), validators=[InputRequired(_("Chọn ngày bắt đầu."))])
    ends_on = DayField(_("Đến hết ngày"), validators=[InputRequired(_("Chọn ngày kết thúc."))])
    villages: Any = Checkboxes(_("Thôn, ấp"), coerce=int)
    drawn: Any = Checkboxes(coerce=int)  # the villages checked when the form was rendered
    choice: Any = RadioField(_("Đến nhà nào"), default="either", validate_choice=False)

    def offer(self, villages: Iterable[Village], chosen: Collection[int] | None = None) -> Self:
        """Offer these villages; an existing round (`chosen`: its ids) may keep its households."""
        self.villages.choices = [(village.id, village.label) for village in villages]
        self.drawn.choices = self.villages.choices
        self.kept_villages = chosen
        keys = CHOICES if chosen is None else ("keep", *CHOICES)
        self.choice.choices = [(key, CHOICE_NAMES[key]) for key in keys]
        self.merge(set(chosen or ()))
        return self

    def merge(self, current: set[int]) -> None:
        """Check villages others added since the form was rendered; uncheck those they removed."""
        drawn, checked = set(self.drawn.data or current), set(self.villages.data or ())
        self.is_outdated = drawn != current
        self.villages.data = sorted((current & checked) | ((current | checked) - drawn))
        self.drawn.data = sorted(current)

    def validate_name(self, field: Field) -> None:
        """Reject an empty name and control characters."""
        if not field.data:
            raise ValidationError(_("Ghi tên đợt."))
        if not text.is_clean(field.data):
            raise ValidationError(_("Tên có ký tự lạ. Gõ lại tên."))

    def validate_starts_on(self, field: Field) -> None:
        """Reject a day more than a year away."""
        year = timedelta(days=Round.LONGEST)
        if field.data and abs(field.data - clock.today()) > year:
            raise ValidationError(_("Ngày này cách hôm nay hơn một năm. Xem lại năm."))

    def validate_ends_on(self, field: Field) -> None:
        """Reject days in the wrong order and a span of more than a year."""
        if not field.data or not self.starts_on.data:
            return
        if field.data < self.starts_on.data:
            raise ValidationError(_("Ngày kết thúc đứng trước ngày bắt đầu."))
        if (field.data - self.starts_on.data).days >= Round.LONGEST:
            raise ValidationError(_("Một đợt dài nhất một năm."))

    def validate_villages(self, field: Field) -> None:
        """Require a village, unless the field has another error."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chọn ít nhất một thôn, ấp."))

    def validate_drawn(self, field: Field) -> None:
        """Reject a new selection in villages the person has not seen."""
        if self.is_outdated and self.choice.data != "keep":
            raise ValidationError(_("Người khác vừa đổi thôn, ấp của đợt. Xem lại rồi lưu."))

    def validate_choice(self, field: Field) -> None:
        """Reject a choice not offered, and "keep" for a village new to the round."""
        if field.data not in dict(field.choices):
            raise ValidationError(_("Chọn một cách trong danh sách."))
        if field.data == "keep" and set(self.villages.data or ()) - set(self.kept_villages or ()):
            raise ValidationError(_("Có thôn, ấp mới thêm: chọn đến nhà nào."))

    @property
    def chosen(self) -> str | None:
        """The selection of households, or None to keep the current ones."""
        return None if self.choice.data == "keep" else str(self.choice.data)

    @property
    def facts(self) -> dict[str, str | date]:
        """The round's own fields."""
        return {"name": self.name.data, "starts_on": self.starts_on.data,
                "ends_on": self.ends_on.data}


class DaysForm(RoundForm):
    """The fields of a published round that may change: its name and its days."""

    villages = None
    drawn = None
    choice = None
