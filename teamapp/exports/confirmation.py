"""The chair's password, asked again before everything leaves."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _

from ..models import Attempt, MustWait, User
from ..models.attempt import ON_DEVICE
from ..models.secret import TooManyAtOnce
from ..models.throttle import Doubling, Evenly


class Confirmation(Attempt):
    """An attempt of a signed-in person, counted for their sign-in alone: no stranger slows it."""

    @cached_property
    def limits(self) -> dict[str, Doubling | Evenly]:
        return {self.key("confirmation", self.username, self.device): ON_DEVICE}

    def succeed(self) -> None:
        """Count the attempt no longer; no device becomes known."""
        self.take_back()


@dataclass(frozen=True)
class Refusal:
    """Why a password was not accepted: the status and the sentence of the answer."""

    status: int
    sentence: Any
    retry_after: int = 0  # seconds


def refusal(user: User, secret: str) -> Refusal | None:
    """Check a signed-in person's password, slowed as at sign-in; return None if it is right."""
    attempt = Confirmation(str(current_app.secret_key), user.username, user.sign_in.id, "")
    try:
        is_right = bool(attempt.verify(secret))
    except MustWait as wait:
        return Refusal(429, _("Sai nhiều lần. Thử lại sau %(n)s phút.", n=-(-wait.seconds // 60)),
                       wait.seconds)
    except TooManyAtOnce as error:
        return Refusal(503, _("Máy chủ đang bận. Thử lại sau vài giây."), error.retry_after)
    return None if is_right else Refusal(422, _("Mật khẩu không đúng."))
