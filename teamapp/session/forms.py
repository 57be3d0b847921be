"""Forms for signing in, for a new secret, and for choosing a language."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from .. import text
from ..languages import LANGUAGES
from ..models import User
from ..models.secret import UnfitSecret

UNFIT = {
    "pin_digits": _("Mã PIN gồm đúng 6 chữ số."),
    "pin_guessable": _("Mã PIN này dễ đoán quá, chọn số khác."),
    "password_length": _("Mật khẩu dài từ 10 đến 200 ký tự."),
    "password_characters": _("Mật khẩu có ký tự không gõ được."),
    "password_guessable": _("Mật khẩu này dễ đoán quá, chọn câu khác."),
}


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


class NewSecretForm(FlaskForm):
    """A new PIN (field roles) or password of a user, typed twice."""

    new_secret = PasswordField()
    repeated = PasswordField(validators=[
        EqualTo("new_secret", _("Hai lần gõ khác nhau. Gõ lại cả hai."))])

    def __init__(self, *given: Any, user: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self.user = user
        self.new_secret.label.text, self.repeated.label.text = (
            (_("Mã PIN mới"), _("Gõ lại mã PIN mới")) if user.is_field
            else (_("Mật khẩu mới"), _("Gõ lại mật khẩu mới")))

    def validate_new_secret(self, field: Field) -> None:
        """Reject a secret that the user may not have."""
        try:
            self.user.check_secret(field.data or "")
        except UnfitSecret as error:
            raise ValidationError(UNFIT[str(error)]) from None


class CardForm(NewSecretForm):
    """The new secret of a sign-in card's person, and the card's token."""

    token = HiddenField()


class OwnSecretForm(NewSecretForm):
    """A user's own new secret, and the old one."""

    old_secret = PasswordField()

    def __init__(self, *given: Any, user: User, **more: Any) -> None:
        super().__init__(*given, user=user, **more)
        self.old_secret.label.text = _("Mã PIN đang dùng") if user.is_field \
            else _("Mật khẩu đang dùng")

    def wrong(self) -> str:
        """Return the message of a wrong old secret."""
        return _("Mã PIN đang dùng không đúng.") if self.user.is_field \
            else _("Mật khẩu đang dùng không đúng.")

    def validate_repeated(self, field: Field) -> None:
        """Reject the old secret as the new one."""
        if field.data and field.data == self.old_secret.data:
            raise ValidationError(_("Vẫn là mã cũ. Chọn mã khác."))


class LanguageForm(Form):
    """The language a person wants to read."""

    language = RadioField(choices=list(LANGUAGES.items()))
