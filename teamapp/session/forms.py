"""Forms for signing in and for choosing a language."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from .. import text
from ..languages import LANGUAGES


def clean(form: Form, field: Field) -> None:
    """Reject characters that no keyboard types and no database stores."""
    if not text.is_clean(field.data):
        raise ValidationError


class SignInForm(FlaskForm):
    """A user name, a PIN or password, and the path to continue to."""

    username = StringField(_("Tên đăng nhập"), [
        InputRequired(_("Gõ tên đăng nhập.")), Length(max=60), clean])
    secret = PasswordField(_("Mã PIN hoặc mật khẩu"), [
        InputRequired(_("Gõ mã PIN hoặc mật khẩu.")), Length(max=200), clean])
    next = HiddenField()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Validate without field errors: the page shows one message for every failure."""
        is_valid: bool = super().validate(extra_validators)
        for field in self:
            field.errors = ()
        return is_valid


class LanguageForm(Form):
    """The language a person wants to read."""

    language = RadioField(choices=list(LANGUAGES.items()))
