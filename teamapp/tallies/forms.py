"""Forms of the board: its days, and the targets."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, FormField, HiddenField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from .. import clock
from ..counting.periods import Span
from ..counting.targets import ACTIVATIONS, COVERAGE
from ..models import Village
from ..web import DayField, Numbered, Whole

PERIODS = ("week", "month", "days")
LONGEST = 366
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)


class BoundedDayField(DayField):
    """A day within the years the register supports."""

    def pre_validate(self, form: Form) -> None:
        if self.data and not FIRST_DAY <= self.data <= LAST_DAY:
            raise ValidationError(_("Xem lại năm."))


class PeriodForm(Form):
    """The period of the board: this week, this month, or any days."""

    period = StringField(default="week")
    first: Any = BoundedDayField(_("Từ ngày"))
    last: Any = BoundedDayField(_("Đến hết ngày"))

    def __init__(self, asked: MultiDict[str, str]) -> None:
        super().__init__(asked)
        if not ({"first", "last"} & asked.keys()):
            self.first.data, self.last.data = clock.today() - timedelta(days=29), clock.today()

    def validate_period(self, field: Field) -> None:
        """Reject an unknown period."""
        if field.data not in PERIODS:
            raise ValidationError(_("Chọn tuần này, tháng này hoặc các ngày."))

    def validate_first(self, field: Field) -> None:
        """Require the first day of a free period."""
        if self.period.data == "days" and not field.data and not field.errors:
            raise ValidationError(_("Chọn ngày đầu."))

    def validate_last(self, field: Field) -> None:
        """Require the last day of a free period, within a year after the first."""
        if self.period.data != "days":
            return
        if not field.data:
            if not field.errors:
                raise ValidationError(_("Chọn ngày cuối."))
        elif self.first.data and field.data < self.first.data:
            raise ValidationError(_("Ngày cuối đứng trước ngày đầu."))
        elif self.first.data and (field.data - self.first.data).days >= LONGEST:
            raise ValidationError(_("Nhiều nhất một năm."))

    @property
    def span(self) -> Span:
        """The days of the period; this week while the form has errors."""
        if self.errors or self.period.data == "week":
            return Span.week(clock.today())
        if self.period.data == "month":
            return Span.month(clock.today())
        return Span(self.first.data, self.last.data)

    @property
    def words(self) -> dict[str, str]:
        """The query parameters that name the same period."""
        if self.errors or self.period.data == "week":
            return {}
        if self.period.data == "month":
            return {"period": "month"}
        return {"period": "days", "first": self.first.data.isoformat(),
                "last": self.last.data.isoformat()}

    @property
    def query(self) -> str:
        """The same parameters as a query string."""
        return "".join(f"{'&' if n else '?'}{name}={word}"
                       for n, (name, word) in enumerate(self.words.items()))


class TargetForm(Form):
    """The new targets of one village; an empty field keeps the current target."""

    village = HiddenField()
    activations = Whole(_("Kích hoạt mỗi tháng"), validators=[
        Optional(), NumberRange(0, 20000, message=_("Ghi số từ 0 đến 20.000."))])
    coverage = Whole(_("Tỷ lệ kích hoạt (%)"), validators=[
        Optional(), NumberRange(0, 100, message=_("Ghi số từ 0 đến 100."))])


class TargetsForm(FlaskForm):
    """Targets of the villages from a day on."""

    since_on = BoundedDayField(_("Từ ngày"), validators=[InputRequired(_("Chọn ngày bắt đầu."))])
    targets = Numbered(FormField(TargetForm))

    def offer(self, villages: Iterable[Village]) -> Self:
        """Offer these villages, with a line for each."""
        self.known = {str(village.id) for village in villages}
        for village in self.known - self.by_village.keys():
            self.targets.append_entry({"village": village})
        return self

    @property
    def by_village(self) -> dict[str, Any]:
        """The lines by village id, as text."""
        return {line.village.data: line for line in self.targets}

    def validate_since_on(self, field: Field) -> None:
        """Reject a day more than a year away."""
        if field.data and abs(field.data - clock.today()) > timedelta(days=LONGEST):
            raise ValidationError(_("Ngày này cách hôm nay hơn một năm. Xem lại năm."))

    def validate_targets(self, field: Field) -> None:
        """Reject villages of another commune, and an empty form."""
        if any(line.village.data not in self.known for line in field):
            raise ValidationError(_("Có thôn, ấp không thuộc xã mình. Mở lại trang này."))
        if not self.amounts:
            raise ValidationError(_("Chưa ghi chỉ tiêu nào."))

    @property
    def amounts(self) -> dict[tuple[int, str], int]:
        """The new targets: {(village id, indicator): amount}."""
        return {(int(line.village.data), name): line[name].data for line in self.targets
                for name in (ACTIVATIONS, COVERAGE) if line[name].data is not None}
