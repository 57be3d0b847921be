"""What the commune types about rounds."""

from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from .. import clock, text
from ..models import Round, User
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
    """Several of a list of things the form was given."""

    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()
    stranger = _("Có mục không thuộc xã mình. Chọn lại trong danh sách.")

    def process_formdata(self, valuelist):
        """Read the values, each as what it should be."""
        try:
            self.data = list(dict.fromkeys(self.coerce(value) for value in valuelist))
        except ValueError as error:
            raise ValueError(self.stranger) from error

    def pre_validate(self, form):
        """Refuse what was not among the things to choose from."""
        known = {value for value, *_rest in self.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(self.stranger)


class RoundForm(FlaskForm):
    """A round: its name, its days, its villages and which houses it is for."""

    name = StringField(_("Tên đợt"), filters=[text.name], validators=[
        InputRequired(_("Ghi tên đợt.")), Length(max=80, message=_("Tên dài nhất 80 chữ."))])
    starts_on = DayField(_("Từ ngày"), validators=[InputRequired(_("Chọn ngày bắt đầu."))])
    ends_on = DayField(_("Đến hết ngày"), validators=[InputRequired(_("Chọn ngày kết thúc."))])
    villages = Checkboxes(_("Thôn, ấp"), coerce=int)
    drawn = Checkboxes(coerce=int)  # the villages that were ticked when the form was drawn
    choice = RadioField(_("Đến nhà nào"), default="either", validate_choice=False)

    def offer(self, villages, chosen=None):
        """Let the form choose among these villages; a round that exists may keep its houses."""
        self.villages.choices = [(village.id, village.label) for village in villages]
        self.drawn.choices = self.villages.choices
        self.kept_villages = chosen
        keys = CHOICES if chosen is None else ("keep", *CHOICES)
        self.choice.choices = [(key, CHOICE_NAMES[key]) for key in keys]
        self.follow(set(chosen or ()))
        return self

    def follow(self, now):
        """Tick what others added since the form was drawn, and untick what they took out."""
        drawn, ticked = set(self.drawn.data or now), set(self.villages.data or ())
        self.is_overtaken = drawn != now
        self.villages.data = sorted((now & ticked) | ((now | ticked) - drawn))
        self.drawn.data = sorted(now)

    def validate_name(self, field):
        """Refuse what cannot be written on a page."""
        if not field.data:
            raise ValidationError(_("Ghi tên đợt."))
        if not text.is_clean(field.data):
            raise ValidationError(_("Tên có ký tự lạ. Gõ lại tên."))

    def validate_starts_on(self, field):
        """Refuse a day that is surely a slip."""
        year = timedelta(days=Round.LONGEST)
        if field.data and abs(field.data - clock.today()) > year:
            raise ValidationError(_("Ngày này cách hôm nay hơn một năm. Xem lại năm."))

    def validate_ends_on(self, field):
        """Refuse days in the wrong order, or more than a year of them."""
        if not field.data or not self.starts_on.data:
            return
        if field.data < self.starts_on.data:
            raise ValidationError(_("Ngày kết thúc đứng trước ngày bắt đầu."))
        if (field.data - self.starts_on.data).days >= Round.LONGEST:
            raise ValidationError(_("Một đợt dài nhất một năm."))

    def validate_villages(self, field):
        """Ask for a village, unless something is wrong with them already."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chọn ít nhất một thôn, ấp."))

    def validate_drawn(self, field):
        """Refuse to choose houses anew in villages that were not seen."""
        if self.is_overtaken and self.choice.data != "keep":
            raise ValidationError(_("Người khác vừa đổi thôn, ấp của đợt. Xem lại rồi lưu."))

    def validate_choice(self, field):
        """Refuse a choice that is not offered, or keeping houses a village does not have yet."""
        if field.data not in dict(field.choices):
            raise ValidationError(_("Chọn một cách trong danh sách."))
        if field.data == "keep" and set(self.villages.data or ()) - set(self.kept_villages or ()):
            raise ValidationError(_("Có thôn, ấp mới thêm: chọn đến nhà nào."))

    @property
    def chosen(self):
        """The choice of houses, or None to keep those there are."""
        return None if self.choice.data == "keep" else self.choice.data

    @property
    def facts(self):
        """The round's own fields."""
        return {"name": self.name.data, "starts_on": self.starts_on.data,
                "ends_on": self.ends_on.data}


class DaysForm(RoundForm):
    """What may still be changed of a round that was given out: its name and its days."""

    villages = None
    drawn = None
    choice = None


class HousesForm(FlaskForm):
    """Houses of one village that something is to be done with."""

    houses = Checkboxes(_("Nhà"), coerce=UUID)

    def offer(self, houses):
        """Let the form choose among these households (ids)."""
        self.houses.choices = [(house, "") for house in houses]
        return self

    def validate_houses(self, field):
        """Ask for a house."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chưa chọn nhà nào."))


class AssignForm(HousesForm):
    """Houses, or a whole cluster, and the member who is to go there, or nobody."""

    cluster = StringField()
    member = SelectField(_("Giao cho"), validate_choice=False, default="")

    def offer_to(self, members, assignments):
        """Let the form give these assignments' houses to these members."""
        self.offer([given.household_id for given in assignments])
        self.clusters = {}
        for given in assignments:
            self.clusters.setdefault(given.household.cluster, []).append(given.household_id)
        self.member.choices = [("", _("Chọn người")),
                               *((str(id), name) for id, name in User.labels(members).items()),
                               ("nobody", _("Chưa giao ai"))]
        return self

    def validate_cluster(self, field):
        """Refuse a cluster that has no house in the round."""
        if field.data is not None and field.raw_data and field.data not in self.clusters:
            raise ValidationError(_("Cụm này không có nhà nào trong đợt."))

    def validate_houses(self, field):
        """Ask for a house, unless a whole cluster was named."""
        if not self.cluster.raw_data:
            super().validate_houses(field)

    def validate_member(self, field):
        """Ask for somebody of this village's team."""
        if not field.data:
            raise ValidationError(_("Chọn người nhận nhà."))
        if field.data not in dict(field.choices):
            raise ValidationError(_("Người này không ở tổ của thôn, ấp này."))

    @property
    def chosen(self):
        """The houses to give: the cluster's, else those ticked."""
        return self.clusters[self.cluster.data] if self.cluster.raw_data else self.houses.data

    @property
    def receiver(self):
        """The member's id, or None for nobody."""
        return None if self.member.data == "nobody" else int(self.member.data)


class ShareForm(FlaskForm):
    """Who goes, when the houses nobody has are shared evenly."""

    members = Checkboxes(_("Ai đi"), coerce=int)

    def offer(self, members):
        """Let the form share among these members."""
        self.members.choices = [*User.labels(members).items()]
        return self

    def validate_members(self, field):
        """Ask for a member."""
        if not field.data and not field.errors:
            raise ValidationError(_("Chọn ít nhất một người đi."))
