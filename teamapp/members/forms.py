"""Forms of a person: details, role and place, and all of them for a new one."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TelField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from .. import text
from ..languages import called
from ..models import Language, User, Village
from ..models.personnel import languages_of
from ..web import Checkboxes, Whole

ROLES = {"member": _("Thành viên"), "leader": _("Tổ trưởng"), "officer": _("Cán bộ tổng hợp"),
         "chair": _("Chủ tịch")}
DAYS = {"1": _("Thứ 2"), "2": _("Thứ 3"), "3": _("Thứ 4"), "4": _("Thứ 5"), "5": _("Thứ 6"),
        "6": _("Thứ 7"), "7": _("Chủ nhật")}
LEAST, MOST = User.MINUTES


def role_name(role: str) -> Any:
    return ROLES[role]


def day_name(day: str) -> Any:
    """Return the name of a weekday, 1 (Monday) to 7."""
    return DAYS[day]


def version_of(person: User) -> str:
    """Return a hash of everything the forms change, to notice another's change."""
    facts = (person.name, person.phone, person.days, person.minutes, person.role,
             person.village_id, person.active, sorted(languages_of(person)))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


class VersionedForm(FlaskForm):
    """A form that refuses to overwrite what another changed since it was drawn."""

    drawn = HiddenField()  # the version of the person it was drawn from
    is_outdated = False

    def expect(self, version: str) -> Self:
        """Compare with the person's current version; the next drawing starts from this one."""
        self.is_outdated = self.is_submitted() and self.drawn.data != version
        self.drawn.data = version
        return self

    def validate_drawn(self, field: Field) -> None:
        """Reject values typed beside an older state of the person."""
        if self.is_outdated:
            raise ValidationError(_("Người khác vừa sửa người này."))


class DetailsForm(VersionedForm):
    """A person's name, phone, languages, and the time they can give."""

    name = StringField(_("Họ và tên"), filters=[text.name], validators=[
        DataRequired(_("Ghi họ và tên.")), Length(max=80, message=_("Tên dài nhất 80 chữ."))])
    phone = TelField(_("Số điện thoại"))
    languages: Any = Checkboxes(_("Nói được tiếng"))
    weekdays: Any = Checkboxes(_("Ngày giúp được trong tuần"), choices=list(DAYS.items()))
    minutes_a_day = Whole(_("Số phút giúp được mỗi ngày"), validators=[Optional(), NumberRange(
        LEAST, MOST, message=_("Ghi số phút từ %(least)s đến %(most)s.", least=LEAST, most=MOST))])

    def offer_languages(self) -> Self:
        """Offer the languages of the catalogue."""
        self.languages.choices = [(row.code, called(row))
                                  for row in Language.select().order_by(Language.position)]
        return self

    def validate_name(self, field: Field) -> None:
        """Reject characters that cannot be stored, and text that is no name."""
        if not text.is_clean(field.data):
            raise ValidationError(_("Tên có ký tự lạ. Gõ lại tên."))
        if re.search(r"\d", field.data) or not re.search(r"[^\W\d_]", field.data):
            raise ValidationError(_("Ghi tên người, không có số."))

    def validate_phone(self, field: Field) -> None:
        """Require a Vietnamese mobile number, or nothing."""
        try:
            field.data = text.phone(field.data) or ""
        except ValueError:
            raise ValidationError(
                _("Ghi số di động 10 số, bắt đầu bằng 03, 05, 07, 08 hoặc 09.")) from None

    @property
    def details(self) -> dict[str, Any]:
        """The columns of the person, and the languages."""
        return {"name": self.name.data, "phone": self.phone.data,
                "days": "".join(sorted(self.weekdays.data or ())),
                "minutes": self.minutes_a_day.data, "languages": sorted(self.languages.data or ())}


class PlacementForm(VersionedForm):
    """A person's role, and the village where they work."""

    role: Any = RadioField(_("Vai trò"), validate_choice=False, default="member")
    village = SelectField(_("Thôn, ấp"), validate_choice=False, default="")

    def offer_places(self, by: User, villages: Iterable[Village]) -> Self:
        """Offer the roles that `by` may give, and these villages."""
        self.role.choices = [(role, ROLES[role]) for role in by.roles_to_give]
        self.villages = {str(village.id): village for village in villages}
        self.village.choices = [("", _("Chọn thôn, ấp")),
                                *((id, village.label) for id, village in self.villages.items())]
        return self

    def validate_role(self, field: Field) -> None:
        """Reject a role above that of the person who gives it."""
        if field.data in User.ROLES and field.data not in dict(field.choices):
            raise ValidationError(_("Vai trò này chỉ chủ tịch mới giao được."))
        if field.data not in User.ROLES:
            raise ValidationError(_("Chọn một vai trò."))

    def validate_village(self, field: Field) -> None:
        """Require an open village for a member or leader."""
        if self.role.data not in User.FIELD:
            return
        if not field.data:
            raise ValidationError(_("Chọn thôn, ấp của người này."))
        if field.data not in self.villages:
            raise ValidationError(_("Thôn, ấp này không còn trong danh sách. Chọn nơi khác."))

    @property
    def place(self) -> Village | None:
        """The chosen village; None for a role of the commune."""
        return self.villages[self.village.data] if self.role.data in User.FIELD else None


class NewPersonForm(DetailsForm, PlacementForm):
    """A new person; an empty username is proposed."""

    username = StringField(_("Tên đăng nhập"), filters=[text.fold])
    proposed = HiddenField()  # the username last proposed, to be replaced by the next proposal

    def validate_username(self, field: Field) -> None:
        """Require a username that nobody in the program has."""
        if not re.fullmatch(User.USERNAME, field.data):
            raise ValidationError(_("Từ 3 đến 60 chữ không dấu, số, dấu chấm, gạch."))
        if User.select().where(User.username == field.data).exists():
            raise ValidationError(_("Tên đăng nhập này đã có người dùng. Chọn tên khác."))
