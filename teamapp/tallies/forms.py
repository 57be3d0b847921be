"""What the commune types about the board: which days, and its targets."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from .. import clock
from ..counting.periods import Span
from ..counting.targets import ACTIVATIONS, COVERAGE
from ..web import DayField, Numbered

PERIODS = ("week", "month", "days")
LONGEST = 366
BOOK_BEGINS, BOOK_ENDS = date(2020, 1, 1), date(2099, 12, 31)


class BookDay(DayField):
    """A day this book may know of."""

    def pre_validate(self, form):
        """Refuse a day that is surely a slip."""
        if self.data and not BOOK_BEGINS <= self.data <= BOOK_ENDS:
            raise ValidationError(_("Xem lại năm."))


class PeriodForm(Form):
    """The days a board is for: this week, this month, or any."""

    period = StringField(default="week")
    first = BookDay(_("Từ ngày"))
    last = BookDay(_("Đến hết ngày"))

    def __init__(self, asked):
        super().__init__(asked)
        if not ({"first", "last"} & asked.keys()):
            self.first.data, self.last.data = clock.today() - timedelta(days=29), clock.today()

    def validate_period(self, field):
        """Refuse a period the book does not know."""
        if field.data not in PERIODS:
            raise ValidationError(_("Chọn tuần này, tháng này hoặc các ngày."))

    def validate_first(self, field):
        """Ask for the first of free days."""
        if self.period.data == "days" and not field.data and not field.errors:
            raise ValidationError(_("Chọn ngày đầu."))

    def validate_last(self, field):
        """Ask for the last of free days, not before the first nor more than a year after it."""
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
    def span(self):
        """The days meant; this week while something is wrong."""
        if self.errors or self.period.data == "week":
            return Span.week(clock.today())
        if self.period.data == "month":
            return Span.month(clock.today())
        return Span(self.first.data, self.last.data)

    @property
    def words(self):
        """What a link has to say to mean the same days."""
        if self.errors or self.period.data == "week":
            return {}
        if self.period.data == "month":
            return {"period": "month"}
        return {"period": "days", "first": self.first.data.isoformat(),
                "last": self.last.data.isoformat()}

    @property
    def query(self):
        """The same as the end of an address."""
        return "".join(f"{'&' if n else '?'}{name}={word}"
                       for n, (name, word) in enumerate(self.words.items()))


class Whole(IntegerField):
    """A whole number, or nothing."""

    def process_formdata(self, valuelist):
        """Read the number, saying in plain words what is wrong with another text."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError as error:
            raise ValueError(_("Ghi một số, không có chữ.")) from error


class AimForm(Form):
    """What is wanted of one village; what is left empty stays as it is."""

    village = HiddenField()
    activations = Whole(_("Kích hoạt mỗi tháng"), validators=[
        Optional(), NumberRange(0, 20000, message=_("Ghi số từ 0 đến 20.000."))])
    coverage = Whole(_("Độ phủ (%)"), validators=[
        Optional(), NumberRange(0, 100, message=_("Ghi số từ 0 đến 100."))])


class TargetsForm(FlaskForm):
    """Targets of the villages from a day on."""

    since_on = BookDay(_("Từ ngày"), validators=[InputRequired(_("Chọn ngày bắt đầu."))])
    aims = Numbered(FormField(AimForm))

    def offer(self, villages):
        """Let the form aim at these villages, with a line for each."""
        self.known = {str(village.id) for village in villages}
        for village in self.known - self.by_village.keys():
            self.aims.append_entry({"village": village})
        return self

    @property
    def by_village(self):
        """The lines by their village's id, as text."""
        return {aim.village.data: aim for aim in self.aims}

    def validate_since_on(self, field):
        """Refuse a day that is surely a slip."""
        if field.data and abs(field.data - clock.today()) > timedelta(days=LONGEST):
            raise ValidationError(_("Ngày này cách hôm nay hơn một năm. Xem lại năm."))

    def validate_aims(self, field):
        """Refuse another commune's village, and a form that says nothing."""
        if any(aim.village.data not in self.known for aim in field):
            raise ValidationError(_("Có thôn, ấp không thuộc xã mình. Mở lại trang này."))
        if not self.amounts:
            raise ValidationError(_("Chưa ghi chỉ tiêu nào."))

    @property
    def amounts(self):
        """The targets: {(village id, indicator): amount}."""
        return {(int(aim.village.data), name): aim[name].data for aim in self.aims
                for name in (ACTIVATIONS, COVERAGE) if aim[name].data is not None}
