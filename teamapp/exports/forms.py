"""The form that confirms an export."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length


class ExportForm(FlaskForm):
    """The password of the chair, typed again."""

    secret = PasswordField(_("Mật khẩu của anh chị"), [
        InputRequired(_("Gõ mật khẩu để xác nhận.")),
        Length(max=200, message=_("Mật khẩu không đúng."))])
