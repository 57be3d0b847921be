"""Forms the commune fills in for rounds."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, Form, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .. import clock, text
from ..models import Assignment, Round, User, Village
from ..rostering.selection import CHOICES
from ..web import DayField

CHOICE_NAMES = {
    "either": _("Nhà chưa đến và nhà còn người chưa kích hoạt"),
    "unvisited": _("Nhà chưa đến lần nào"),
    "unactivated": _("Nhà còn người từ 14 tuổi chưa kích hoạt"),
    "all": _("Tất cả các nhà"),
    "keep": _("Giữ các nhà đã chọn"),
}


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


class HouseholdsForm(FlaskForm):
    """A selection of one village's households."""

    houses = Checkboxes(_("Nhà"), coerce=UUID)

    def offer(self, ids: Iterable[UUID]) -> Self:
        """Offer the households with these ids."""
        self.houses.choices = [(id, "") for id in ids]
        return self

    def validate_houses(self, field: Field) -> None:
        """Require a household."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chưa chọn nhà nào."))


class AssignForm(HouseholdsForm):
    """Households, or a whole cluster, and their assignee, or nobody."""

    cluster = StringField()
    member = SelectField(_("Giao cho"), validate_choice=False, default="")

    def offer_to(self, members: list[User], assignments: list[Assignment]) -> Self:
        """Offer the households of these assignments, to be assigned to these members."""
        self.offer([assignment.household_id for assignment in assignments])
        self.clusters: dict[str, list[UUID]] = {}
        for assignment in assignments:
            self.clusters.setdefault(assignment.household.cluster, []).append(
                assignment.household_id)
        self.member.choices = [("", _("Chọn người")),
                               *((str(id), name) for id, name in User.labels(members).items()),
                               ("nobody", _("Chưa giao ai"))]
        return self

    def validate_cluster(self, field: Field) -> None:
        """Reject a cluster without a household in the round."""
        if field.data is not None and field.raw_data and field.data not in self.clusters:
            raise ValidationError(_("Cụm này không có nhà nào trong đợt."))

    def validate_houses(self, field: Field) -> None:
        """Require a household, unless a cluster is given."""
        if not self.cluster.raw_data:
            super().validate_houses(field)

    def validate_member(self, field: Field) -> None:
        """Require a member of this village's team."""
        if not field.data:
            raise ValidationError(_("Chọn người nhận nhà."))
        if field.data not in dict(field.choices):
            raise ValidationError(_("Người này không ở tổ của thôn, ấp này."))

    @property
    def chosen(self) -> list[UUID]:
        """The ids of the cluster's households, else of the selected ones."""
        ids: list[UUID] = self.houses.data
        return self.clusters[self.cluster.data] if self.cluster.raw_data else ids

    @property
    def assignee_id(self) -> int | None:
        """The member's id, or None for nobody."""
        return None if self.member.data == "nobody" else int(self.member.data)


class AllocationForm(FlaskForm):
    """The members among whom unassigned households are allocated."""

    members = Checkboxes(_("Ai đi"), coerce=int)

    def offer(self, members: list[User]) -> Self:
        self.members.choices = [*User.labels(members).items()]
        return self

    def validate_members(self, field: Field) -> None:
        """Require a member."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chọn ít nhất một người đi."))
