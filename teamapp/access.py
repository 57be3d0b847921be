"""Access control: every route needs a sign-in, marks on the views name the exceptions."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized
from werkzeug.routing import RequestRedirect

from . import text
from .extensions import csrf, htmx, must_wipe
from .models import User

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def _mark(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.__dict__.setdefault("marks", set()).add(name)
        return view
    return mark


public = _mark("public")  # no sign-in needed
field_only = _mark("field_only")  # members and leaders
commune_only = _mark("commune_only")  # officer and chair
chair_only = _mark("chair_only")
lead_only = _mark("lead_only")  # leaders, officer and chair
same_origin = _mark("same_origin")  # no CSRF token, for cached pages; cross-origin requests get 403
fetch_metadata = _mark("fetch_metadata")  # no CSRF token if Sec-Fetch-Site is same-origin
programmatic = _mark("programmatic")  # answers 401 as JSON, never redirects
hand_in = _mark("hand_in")  # open for 90 days after an account is deactivated


def marks_of(endpoint: str) -> Set[str]:
    return getattr(current_app.view_functions.get(endpoint), "marks", frozenset())


def init_app(app: Flask) -> None:
    app.before_request(gate)


def gate() -> ResponseReturnValue | None:
    """Admit the request (None), redirect it to sign-in, or raise 401, 403 or 404."""
    if isinstance(request.routing_exception, RequestRedirect):
        raise NotFound  # the router would redirect to the host the client claims
    if request.endpoint is None:
        return None  # no such page: the router raises 404
    marks = marks_of(request.endpoint)
    unsafe = request.method not in SAFE_METHODS
    if unsafe and "same_origin" in marks:
        reject_cross_origin()
    if "public" not in marks and not has_access(marks):
        return require_sign_in(marks)
    if unsafe and "same_origin" not in marks:
        require_csrf_token(marks)
    if "public" not in marks:
        require_role(marks, current_user)
    return None


def has_access(marks: Set[str]) -> bool:
    """Check for an active account, or one that may still hand in at this route."""
    return current_user.is_authenticated or (
        "hand_in" in marks and getattr(current_user, "may_hand_in", False))


def require_csrf_token(marks: Set[str]) -> None:
    """Reject an unsafe request without a CSRF token or sufficient fetch metadata."""
    if "fetch_metadata" in marks and request.headers.get("Sec-Fetch-Site") == "same-origin":
        g.csrf_valid = True  # Flask-WTF's own flag: the form does not check again
    else:
        csrf.protect()


def reject_cross_origin() -> None:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        raise Forbidden("foreign_origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Forbidden("foreign_origin")


def require_sign_in(marks: Set[str]) -> ResponseReturnValue:
    """Raise 401 for a script or an unsafe method, else redirect to sign-in and back."""
    if "programmatic" in marks and must_wipe():
        raise Unauthorized("wipe")
    if htmx or "programmatic" in marks or request.method not in SAFE_METHODS:
        raise Unauthorized("signed_out")
    return redirect(url_for("session.new", next=request.full_path.rstrip("?")))


def require_role(marks: Set[str], user: User) -> None:
    allowed = (("field_only" not in marks or user.is_field)
               and ("commune_only" not in marks or user.is_commune)
               and ("chair_only" not in marks or user.role == "chair")
               and ("lead_only" not in marks or user.leads))
    if not allowed:
        raise Forbidden("role")


@contextmanager
def writing() -> Iterator[User]:
    """Open the commune's write transaction; yield the current user as the transaction finds them.

    Raises 403 if they lost the role that the route requires while they waited for the lock.
    """
    with current_user.commune.write():
        user: User = User.get_by_id(current_user.id)
        if not user.active:
            raise Forbidden("role")
        require_role(marks_of(request.endpoint or ""), user)
        yield user


def own_path(target: str) -> str:
    """Return a redirect target of this site; "/" for any other."""
    try:
        parts = urlsplit(target)
        is_foreign = bool(parts.netloc or parts.scheme)
    except ValueError:  # invalid brackets in the host
        return "/"
    safe = target.startswith("/") and not target.startswith("//") and not is_foreign \
        and len(target) <= 1000 and "\\" not in target \
        and text.is_clean(target) and not any(letter.isspace() for letter in target)
    return target if safe else "/"
