"""What a person types at the door."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from .. import text
from ..languages import LANGUAGES


def clean(form, field):
    """Refuse what no keyboard types and no database keeps."""
    if not text.is_clean(field.data):
        raise ValidationError


class SignInForm(FlaskForm):
    """A name and a PIN or password, and where the person was going."""

    username = StringField(_("Tên đăng nhập"), [InputRequired(), Length(max=60), clean])
    secret = PasswordField(_("Mã PIN hoặc mật khẩu"), [InputRequired(), Length(max=200), clean])
    next = HiddenField()

    def validate(self, extra_validators=None):
        """Tell whether this can be a name and a secret; no field says more than the one message."""
        fine = super().validate(extra_validators)
        for field in self:
            field.errors = ()
        return fine


class LanguageForm(Form):
    """The language a person wants to read."""

    language = RadioField(choices=list(LANGUAGES.items()))
