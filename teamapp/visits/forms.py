"""The visit form: devices store it, the server renders it and /sync reads it."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, Form
from wtforms.widgets import TextArea

from .. import clock
from ..models import Dossier, Visit
from ..web import DayField
from .fields import (
    AtMost,
    IdField,
    InYears,
    MomentField,
    MomentInYears,
    Needed,
    NoteField,
    NumbersField,
    Shaped,
    TextField,
    WordField,
)
from .items import Items, Part

MODES = [("self", _("Bà con tự làm")), ("together", _("Cùng làm")), ("for", _("Làm giúp"))]
STATES = [("not_yet", _("Chưa")), ("had", _("Có sẵn")), ("helped", _("Hôm nay xong"))]
ANSWERS = [("yes", _("Đồng ý")), ("no", _("Đừng ghi tên"))]
CHANNELS = [("direct", _("Trực tiếp")), ("online", _("Trực tuyến")),
            ("postal", _("Bưu điện"))]
OUTCOMES = [("met", _("Gặp được")), ("absent", _("Vắng nhà")), ("later", _("Hẹn lại")),
            ("declined", _("Chưa muốn làm")), ("moved", _("Đã dọn đi")),
            ("unreached", _("Chưa tới được nhà"))]
PARTS = [("morning", _("Sáng")), ("noon", _("Trưa")), ("afternoon", _("Chiều")),
         ("evening", _("Tối"))]
PARTS_AFTER_A_DAY = {"morning": _(", sáng"), "noon": _(", trưa"), "afternoon": _(", chiều"),
                     "evening": _(", tối")}
UNKNOWN = _("Mã này không có trong danh mục. Mở lại trang rồi ghi lại.")
NO_CODE = _("Mã hồ sơ chưa đúng. Chép đúng như trên giấy hẹn, ví dụ H12.34-261129-0001, "
            "hoặc để trống.")
FIRST_YEAR, LAST_YEAR = 2020, 2099  # of a visit; a future or old one is accepted with a flag
TWO_YEARS = 2 * timedelta(days=366)  # from the visit to a return or a dossier's due day
BEFORE_VISIT = _("Ngày hẹn lại phải từ ngày đến nhà trở đi.")
BEFORE_FILING = _("Ngày hẹn trả phải từ ngày nộp trở đi.")
NO_DAY, NO_MODE = _("Chọn ngày hẹn lại."), _("Chọn cách làm: bà con tự làm, cùng làm hay làm giúp.")
# For phones, what _check_return and _check_due check: a day from that of the visit on; after two
# years the sentence of the field's range answers.
AFTER_VISIT = {"data-after": "visited_at", "data-after-days": TWO_YEARS.days}
# A phone asks about the day of a visit so many days ago or ahead; the server only flags it.
UNLIKELY = {"data-doubt": _("Ngày này đúng không?"), "data-doubt-before": 400,
            "data-doubt-ahead": 1}
FAR_OFF = _("Ngày xa quá: tối đa hai năm sau ngày đến nhà.")
days_ahead = InYears(FIRST_YEAR, LAST_YEAR + 2, FAR_OFF)


class StepForm(Form):
    """The state of one account of one person, and how it was reached."""

    kind = TextField(validators=[Needed(UNKNOWN), Shaped("[A-Z0-9_]{1,12}", UNKNOWN)])
    state = WordField(_("Kết quả lần này?"), STATES,
                      validators=[Needed(_("Chọn Chưa, Có sẵn hay Hôm nay xong."))])
    obstacle = TextField(_("Vì sao?"), validators=[Shaped("[A-Z][0-9]{2,3}", UNKNOWN)])
    mode = WordField(_("Người này làm cách khác"), MODES,
                     render_kw={"data-value-missing": NO_MODE})


class PersonForm(Form):
    """One person met: a resident or, without an id, an anonymous one."""

    id = IdField()
    consent = WordField(_("Tôi ghi tên và việc hôm nay vào sổ của xã, để lần sau khỏi hỏi lại. "
                          "Bà con đồng ý không?"), ANSWERS,
                        render_kw={"data-value-missing": _("Hỏi bà con rồi chọn câu trả lời.")})
    steps = Items(Part(StepForm), most=14)


class DossierForm(Form):
    """A filed dossier."""

    id = IdField(validators=[Needed(_("Hồ sơ thiếu mã. Bỏ hồ sơ này rồi thêm lại."))])
    resident = IdField(_("Hồ sơ của ai?"))
    procedure = TextField(_("Thủ tục"), validators=[
        Needed(_("Chọn thủ tục của hồ sơ.")), Shaped(r"\d\.\d{6}", UNKNOWN)])
    code = TextField(_("Mã hồ sơ"), filters=[str.upper], validators=[
        AtMost(60), Shaped(Dossier.CODE.replace("A-Z", "A-Za-z"), NO_CODE)])
    channel = WordField(_("Nộp ở đâu?"), CHANNELS,
                        validators=[Needed(_("Chọn nơi nộp hồ sơ."))])
    due_on = DayField(_("Ngày hẹn trả"), validators=[days_ahead], render_kw={
        **AFTER_VISIT, "data-after-says": BEFORE_FILING})


class VisitForm(Form):
    """A visit as devices send it (kind visits.create)."""

    id = IdField(validators=[Needed(_("Lượt này thiếu mã. Mở lại trang nhà rồi ghi lại."))])
    household = IdField(validators=[Needed(_("Chưa biết nhà nào. Mở lại trang nhà."))])
    outcome = WordField(_("Kết quả lần này?"), OUTCOMES,
                        validators=[Needed(_("Chọn kết quả của lượt đến."))])
    why_unreached = NoteField(
        _("Vì sao chưa tới được?"), validators=[AtMost(120)],
        render_kw={"data-value-missing": _("Ghi vì sao chưa tới được.")})
    visited_at = MomentField(_("Đến lúc"), format="%Y-%m-%dT%H:%M",
                             validators=[Needed(_("Chọn ngày giờ đến nhà.")), MomentInYears(
                                 FIRST_YEAR, LAST_YEAR, _("Xem lại năm của ngày đến nhà."))],
                             render_kw=UNLIKELY)
    return_on = DayField(_("Hẹn ngày"), validators=[days_ahead], render_kw={
        **AFTER_VISIT, "data-after-says": BEFORE_VISIT, "data-value-missing": NO_DAY})
    return_part = WordField(_("Buổi nào?"), PARTS)
    note = NoteField(_("Ghi chú"), widget=TextArea(), validators=[AtMost(1000)])
    companions = NumbersField(_("Đi cùng ai"))
    mode = WordField(_("Làm cách nào?"), MODES, render_kw={"data-value-missing": NO_MODE})
    people = Items(Part(PersonForm), most=Visit.MOST_PEOPLE)
    dossiers = Items(Part(DossierForm), most=Visit.MOST_DOSSIERS)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Validate each field, then the rules across fields."""
        super().validate(extra_validators)
        self._check_work()
        self._check_return()
        self._check_due()
        return not self.errors

    def _check_work(self) -> None:
        """Require that somebody was met where work is recorded, and a mode for each helped step."""
        if self.outcome.data != "met" and (self.people.entries or self.dossiers.entries):
            refuse(self.outcome, _("Chỉ ghi việc làm khi đã gặp được bà con."))
        for person in self.people:
            for step in person.form.steps:
                if step.form.state.data == "helped" and not (step.form.mode.data
                                                             or self.mode.data):
                    refuse(self.mode, NO_MODE)

    def _check_return(self) -> None:
        """Require the day of an appointment: within two years after the visit."""
        if self.outcome.data == "later" and not self.return_on.data and not self.return_on.errors:
            refuse(self.return_on, NO_DAY)
        if not (self.return_on.data and self.visited_at.data):
            return
        rest = self.return_on.data - clock.day_of(self.visited_at.data)
        if rest < timedelta(0):
            refuse(self.return_on, BEFORE_VISIT)
        elif rest > TWO_YEARS:
            refuse(self.return_on, FAR_OFF)

    def _check_due(self) -> None:
        """Require that a dossier is due within two years after the visit."""
        if not self.visited_at.data:
            return
        visited_on = clock.day_of(self.visited_at.data)
        for dossier in self.dossiers:
            due = dossier.form.due_on
            rest = due.data and due.data - visited_on
            if rest and rest < timedelta(0):
                refuse(due, BEFORE_FILING)
            elif rest and rest > TWO_YEARS:
                refuse(due, FAR_OFF)
        self.dossiers.errors = self.dossiers.errors or [
            dossier.errors for dossier in self.dossiers if dossier.errors]


def named_why_unreached(body: str) -> str:
    """Return the body of form 1 as form 2 has it: `reason` is the one of a correction there."""
    return re.sub("(^|&)reason=", r"\1why_unreached=", body)


def refuse(field: Field, message: Any) -> None:
    """Add an error to a field, once."""
    if message not in field.errors:
        field.errors = [*field.errors, message]
