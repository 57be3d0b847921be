"""The forms that change a recorded visit: a correction has the visit's own form."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.widgets import TextArea

from .fields import AtMost, IdField, Needed, NoteField, WordField
from .forms import VisitForm

REASONS = [("mistake", _("Ghi sai")), ("wrong_household", _("Nhầm nhà")),
           ("wrong_person", _("Nhầm người")), ("not_real", _("Lượt này không có thật")),
           ("other", _("Lý do khác"))]
ASKED_BY = [("self", _("Bản thân")), ("resident", _("Bà con")), ("leader", _("Tổ trưởng"))]
NO_VISIT = _("Chưa biết lượt đến nào. Mở lại trang nhà rồi chọn lượt cần sửa.")


def reason_field() -> Any:
    """Return the field of why a visit is changed."""
    return WordField(_("Vì sao sửa?"), REASONS, validators=[Needed(_("Chọn vì sao sửa."))])


class CorrectionForm(VisitForm):
    """A version of a recorded visit (kind visits.correct)."""

    visit = IdField(validators=[Needed(NO_VISIT)])  # the version it changes
    reason = reason_field()
    asked_by = WordField(_("Ai nhờ sửa?"), ASKED_BY, validators=[Needed(_("Chọn ai nhờ sửa."))])


class VoidForm(Form):
    """A recorded visit that never was, or was recorded at another house (kind visits.void)."""

    visit = IdField(validators=[Needed(NO_VISIT)])
    reason = reason_field()
    note = NoteField(_("Ghi chú"), widget=TextArea(), validators=[AtMost(1000)])


