"""The form of a village, and what the lines of a pasted list share with it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from .. import clock, text
from ..models import UnitType, Village
from ..models.village_names import without_zeros
from ..web import DayField, Whole

SIGNALS = {"good": _("Tốt"), "fair": _("Vừa"), "weak": _("Yếu")}
FIRST_DAY = date(2020, 1, 1)


class Taken:
    """Codes of a commune's villages and names of its open ones; lines of a list join them."""

    def __init__(self, villages: Iterable[Village]) -> None:
        self.codes: dict[str, str] = {}
        self.names: dict[tuple[str, str], str] = {}
        for village in villages:
            names = {} if village.closed_on else self.names
            self._add(names, village.unit_type_id, village.name, village.code, village.label)

    def add(self, form: "Facts", where: str) -> None:
        """Take the code and the name of a form; `where` names it to later ones."""
        self._add(self.names, form.unit_type.data, form.name.data, form.code.data, where)

    def _add(self, names: dict[tuple[str, str], str], unit: str, name: str, code: str,
             where: str) -> None:
        self.codes.setdefault(code.casefold(), where)
        names.setdefault(self.key(unit, name), where)

    @staticmethod
    def key(unit: str, name: str) -> tuple[str, str]:
        """Return what two spellings of one village have in common."""
        return unit, text.sort_key(without_zeros(name))

    def has(self, unit: str, name: str, code: str) -> bool:
        """Whether one village has this name and, unless it is empty, this code."""
        where = self.names.get(self.key(unit, name))
        return bool(where) and (not code or self.codes.get(code.casefold()) == where)

    def next_codes(self) -> Iterator[str]:
        """Yield the free codes V01, V02 …"""
        for number in range(1, 10_000):
            if (code := f"V{number:02}").casefold() not in self.codes:
                yield code


class Facts:
    """The fields of a village that a pasted line has too."""

    taken: Taken
    unit_type = SelectField(_("Loại"), validate_choice=False)
    name = StringField(_("Tên"), filters=[text.name], validators=[
        DataRequired(_("Ghi tên.")), Length(max=80, message=_("Tên dài nhất 80 chữ."))])
    code = StringField(_("Mã"), filters=[text.name], validators=[
        DataRequired(_("Ghi mã.")), Regexp(r"[A-Za-z0-9._\-]{1,12}\Z", message=_(
            "Mã gồm chữ không dấu, số, dấu chấm hoặc gạch, dài nhất 12."))])
    signal = SelectField(_("Sóng điện thoại"), default="fair", validate_choice=False,
                         choices=[*SIGNALS.items()])
    declared_14plus = Whole(_("Số người từ 14 tuổi"), validators=[
        Optional(), NumberRange(0, 100_000, message=_("Ghi số từ 0 đến 100.000."))])

    def validate_unit_type(self, field: Field) -> None:
        """Reject an unknown unit type."""
        if not field.data or field.data not in dict(field.choices):
            raise ValidationError(_("Chưa rõ là thôn, ấp hay bản. Chọn loại."))

    def validate_name(self, field: Field) -> None:
        """Reject control characters, and a name that another village of this type has."""
        if not text.is_clean(field.data):
            raise ValidationError(_("Tên có ký tự lạ. Gõ lại tên."))
        prefix = str(dict(self.unit_type.choices).get(self.unit_type.data, ""))
        if prefix and text.fold(field.data).startswith(f"{text.fold(prefix)} "):
            field.data = " ".join(field.data.split()[len(prefix.split()):])  # “ấp 1” of an ấp
        if where := self.taken.names.get(Taken.key(self.unit_type.data or "", field.data)):
            raise ValidationError(gettext(
                "Tên này đã có: %(where)s. Thêm chữ để phân biệt.", where=where))

    def validate_code(self, field: Field) -> None:
        """Reject a code that another village has."""
        if where := self.taken.codes.get(field.data.casefold()):
            raise ValidationError(gettext("Mã này đã có: %(where)s.", where=where))

    def validate_signal(self, field: Field) -> None:
        """Reject an unknown signal."""
        if field.data not in SIGNALS:
            raise ValidationError(_("Chọn tốt, vừa hay yếu."))


def offer_units(field: Field, units: Iterable[UnitType], blank: str | None = None) -> None:
    """Offer the unit types, after an empty choice with these words."""
    field.choices = ([] if blank is None else [("", blank)]) + [
        (unit.code, unit.prefix or unit.label.capitalize()) for unit in units]


class Declared:
    """The day and the source of a declared number."""

    declared_on: Any = DayField(_("Số người tính đến ngày"))
    declared_source = StringField(_("Nguồn số liệu"), filters=[text.name], validators=[
        Length(max=80, message=_("Nguồn dài nhất 80 chữ."))])

    def validate_declared_on(self, field: Field) -> None:
        """Reject a day of the future or long ago."""
        if field.data and not FIRST_DAY <= field.data <= clock.today():
            raise ValidationError(_("Chọn hôm nay hoặc ngày đã qua, từ năm 2020."))

    def validate_declared_source(self, field: Field) -> None:
        """Reject control characters."""
        if not text.is_clean(field.data):
            raise ValidationError(_("Nguồn có ký tự lạ. Gõ lại."))


class VillageForm(FlaskForm, Facts, Declared):
    """One village."""

    list_complete = BooleanField(_("Danh sách hộ đã đủ: tỷ lệ tính theo danh sách"))
    revision = HiddenField()
    village: Village | None = None

    def offer(self, units: Iterable[UnitType], taken: Taken, village: Village | None) -> Self:
        """Offer the unit types; `village` is the one that is changed."""
        self.taken, self.village = taken, village
        offer_units(self.unit_type, units, None if village else gettext("Chọn loại"))
        return self

    def validate_declared_on(self, field: Field) -> None:
        """Require the day of a new number."""
        old = self.village and self.village.declared_14plus
        if self.declared_14plus.data not in (None, old) and not field.data and not field.errors:
            raise ValidationError(_("Chọn ngày của số này."))
        super().validate_declared_on(field)

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says of the village."""
        return {name: self[name].data for name in Village.FACTS}
