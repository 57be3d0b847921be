"""One's own PIN or password, changed with the old one."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ..db import transaction
from ..models import Deed, MustWait, SignInCard, User
from ..models.secret import TooManyAtOnce
from ..web import page
from .browser import with_device
from .forms import OwnSecretForm
from .signing_in import MANY_AT_ONCE, attempt_of, must_wait, with_wait

own_secret = Blueprint("own_secret", __name__)

ADDRESS = "/me/secret"


@own_secret.get(ADDRESS)
def edit() -> ResponseReturnValue:
    """Show the form, or that the secret was changed."""
    return form_page(OwnSecretForm(formdata=None, user=current_user))


@own_secret.post(ADDRESS)
def update() -> ResponseReturnValue:
    """Change the secret; this sign-in stays, the person's others end."""
    form = OwnSecretForm(request.form, user=current_user)
    if not form.validate():
        return form_page(form, 422)
    attempt = attempt_of(current_user.username)
    try:
        user = attempt.verify(form.old_secret.data or "")
        if user is None or not change(user, form.new_secret.data):
            seconds = attempt.wait()
            form.old_secret.errors = [form.wrong(), *([must_wait(seconds)] if seconds else [])]
            return form_page(form, 422)
    except MustWait as wait:
        form.old_secret.errors = [must_wait(wait.seconds)]
        return form_page(form, 429, wait.seconds)
    except TooManyAtOnce as error:
        form.old_secret.errors = [MANY_AT_ONCE]
        return form_page(form, 503, error.retry_after)
    return redirect(url_for("session.own_secret.edit", done=1), 303)


@own_secret.errorhandler(CSRFError)
def show_expired(_error: CSRFError) -> ResponseReturnValue:
    """Show a fresh form when the session changed since the page was loaded."""
    form = OwnSecretForm(formdata=None, user=current_user)
    form.old_secret.errors = [_("Trang này mở đã lâu. Gõ lại cả ba.")]
    return form_page(form, 400)


def change(user: User, secret: str) -> bool:
    """Change the user's secret, on the record; return False if it is another one by now."""
    secret_hash = user.new_secret_hash(secret)  # takes long: other writers do not wait for it
    with transaction():
        if not user.replace_secret(secret_hash, but=current_user.sign_in.id):
            return False
        SignInCard.revoke([user.id])
        Deed.record("secret_changed", user, user.commune, user=user)
    return True


def form_page(form: OwnSecretForm, status: int = 200, retry_after: int = 0) -> Response:
    """Return the form's page, with the cookie that counts attempts."""
    return with_device(with_wait(page("session/own_secret.html", status=status, form=form,
                                      is_done="done" in request.args), retry_after))
