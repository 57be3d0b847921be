"""Sign-in cards opened on a phone: a link whose token stays in the fragment, then in bodies.

Only the POST of a new secret uses a card up. A token stands in no address that a server, a log or
another site gets to see.
"""

from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ..access import fetch_metadata, public
from ..models import MustWait, SignInCard, UnknownCard, User
from ..models.secret import TooManyAtOnce
from .browser import is_android, is_in_app, network
from .forms import CardForm
from .signing_in import MANY_AT_ONCE, attempt_of, door, enter, wait_words, with_wait

cards = Blueprint("cards", __name__)

REFUSED = {  # by the card's state
    "unknown": (404, _("Không có thẻ này. Quét lại mã, hoặc chép lại cả địa chỉ trên thẻ.")),
    "used": (410, _("Thẻ này đã dùng rồi. Nếu chính anh chị đã chọn mã bằng thẻ này thì đăng nhập "
                    "bằng mã đó; nếu không, nhờ tổ trưởng hoặc cán bộ xã in thẻ mới.")),
    "revoked": (410, _("Thẻ này đã hủy. Có thẻ mới thì dùng thẻ mới, chưa có thì nhờ tổ trưởng "
                       "hoặc cán bộ xã in cho.")),
    "expired": (410, _("Thẻ này đã quá 14 ngày. Nhờ tổ trưởng hoặc cán bộ xã in thẻ mới.")),
    "closed": (410, _("Thẻ này không dùng được nữa. Hỏi tổ trưởng hoặc cán bộ xã.")),
}


@cards.post("/card")
@public
@fetch_metadata
def show() -> ResponseReturnValue:
    """Show whose card it is and the form for a secret; the card stays open."""
    card, refused = look_up(request.form.get("token", ""))
    if card is None or refused:
        return refusal(refused)
    return form_page(card, CardForm(formdata=None, user=card.user, token=request.form["token"]))


@cards.post("/card/secret")
@public
@fetch_metadata
def create() -> ResponseReturnValue:
    """Use the card up: store the secret its person chose, and sign the person in."""
    card, refused = look_up(request.form.get("token", ""))
    if card is None or refused not in ("", "used"):
        return refusal(refused)
    form = CardForm(request.form, user=card.user)
    try:
        if refused:
            return enter(card.user) if is_repeated(card, form) else refusal(refused)
        if not form.validate():
            return form_page(card, form, 422)
        if not card.use(form.new_secret.data):
            return refusal("used")
    except TooManyAtOnce as error:
        answer = (door_page(503, refused=MANY_AT_ONCE) if refused
                  else form_page(card, form, 503, MANY_AT_ONCE))
        return with_wait(answer, error.retry_after)
    attempt_of(card.user.username).recognise_device()
    return enter(card.user)


@cards.errorhandler(CSRFError)
def show_expired(_error: CSRFError) -> ResponseReturnValue:
    """Ask for the card again when the session changed since its page was loaded."""
    return door_page(400, refused=_("Trang này mở đã lâu. Quét lại mã, hoặc bấm lại đường dẫn."))


def look_up(token: str) -> tuple[SignInCard | None, str]:
    """Return the card of a token, and why it cannot be used: "" for an open one."""
    card = SignInCard.find(token)
    if card is None:
        return None, "unknown"
    return card, "" if card.state == "open" else card.state


def is_repeated(card: SignInCard, form: CardForm) -> bool:
    """Check whether this phone used the card itself, lost the answer, and repeats the secret.

    It is an attempt to sign in like any other, on a phone that is known since.
    """
    attempt = attempt_of(card.user.username)
    try:
        return attempt.is_on_known_device and bool(attempt.verify(form.new_secret.data or ""))
    except MustWait:
        return False


def refusal(state: str) -> Response:
    """Return the answer to a card that is not open: what to do, and nothing about its person."""
    status, words = REFUSED[state]
    if state == "unknown":
        try:
            UnknownCard(str(current_app.secret_key), network(request.remote_addr)).begin()
        except MustWait as wait:
            words = _("Mạng này thử nhiều thẻ không có. Chờ %(wait)s rồi thử lại.",
                      wait=wait_words(wait.seconds))
            return with_wait(door_page(429, refused=words), wait.seconds)
    return door_page(status, refused=words)


def form_page(card: SignInCard, form: CardForm, status: int = 200, failure: Any = None) -> Response:
    """Return the form of an open card; it says whose sign-in on this phone would end."""
    other: User | None = current_user._get_current_object()
    if not current_user.is_authenticated or current_user.id == card.user_id:
        other = None
    return door_page(status, person=card.user, form=form, failure=failure, other=other)


def door_page(status: int = 200, **context: Any) -> Response:
    """Return the page of a card; its cookie will mark this phone as known."""
    return door("session/card.html", status, is_in_app=is_in_app(), is_android=is_android(),
                **context)
