"""Who may enter: signed in is the default for every route, marks name the exceptions."""

from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized
from werkzeug.routing import RequestRedirect

from . import text
from .extensions import csrf, htmx, must_wipe

SAFE = {"GET", "HEAD", "OPTIONS"}


def _mark(name):
    def mark(view):
        """Set the mark on the view and return it."""
        view.__dict__.setdefault("marks", set()).add(name)
        return view
    return mark


public = _mark("public")  # no sign-in needed
field_only = _mark("field_only")  # members and leaders
commune_only = _mark("commune_only")  # officer and chair
chair_only = _mark("chair_only")
lead_only = _mark("lead_only")  # leaders, officer and chair
same_origin = _mark("same_origin")  # no CSRF token, for pages kept on a phone; no other site's page
vouched = _mark("vouched")  # no CSRF token where the browser itself says it is our own page
programmatic = _mark("programmatic")  # answers 401 as JSON, never a redirect
hand_in = _mark("hand_in")  # open for 90 days to whose account was closed


def marks_of(endpoint):
    """Return the marks of a route."""
    return getattr(current_app.view_functions.get(endpoint), "marks", frozenset())


def init_app(app):
    """Stand at the door of every route."""
    app.before_request(gate)


def gate():
    """Let the request in, send it to sign-in, or refuse it."""
    if isinstance(request.routing_exception, RequestRedirect):
        raise NotFound  # the router would mend the address and lead to the host the caller claims
    if request.endpoint is None:
        return None  # there is nothing here: let the router say so
    marks = marks_of(request.endpoint)
    unsafe = request.method not in SAFE
    if unsafe and "same_origin" in marks:
        refuse_foreign_page()
    if "public" not in marks and not may_ask(marks):
        return ask_to_sign_in(marks)
    if unsafe and "same_origin" not in marks:
        check_token(marks)
    if "public" not in marks:
        refuse_role(marks)
    return None


def may_ask(marks):
    """Tell whether this is somebody with an open account, or one who may still hand in here."""
    return current_user.is_authenticated or (
        "hand_in" in marks and getattr(current_user, "may_hand_in", False))


def check_token(marks):
    """Refuse an unsafe request without its CSRF token, or the browser's word where that will do."""
    if "vouched" in marks and request.headers.get("Sec-Fetch-Site") == "same-origin":
        g.csrf_valid = True  # as Flask-WTF notes it for the form
    else:
        csrf.protect()


def refuse_foreign_page():
    """Refuse a request that another site's page made this browser send."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        raise Forbidden("foreign_origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Forbidden("foreign_origin")


def ask_to_sign_in(marks):
    """Answer 401 where a program asks, else lead to sign-in and back."""
    if "programmatic" in marks and must_wipe():
        raise Unauthorized("wipe")
    if htmx or "programmatic" in marks or request.method not in SAFE:
        raise Unauthorized("signed_out")
    return redirect(url_for("session.new", next=request.full_path.rstrip("?")))


def refuse_role(marks):
    """Refuse whom the route's marks leave out."""
    allowed = (("field_only" not in marks or current_user.is_field)
               and ("commune_only" not in marks or current_user.is_commune)
               and ("chair_only" not in marks or current_user.role == "chair")
               and ("lead_only" not in marks or current_user.leads))
    if not allowed:
        raise Forbidden("role")


def own_path(target):
    """Return the path to go on to, never another site's; the front page when in doubt."""
    try:
        parts = urlsplit(target)
        elsewhere = parts.netloc or parts.scheme
    except ValueError:  # brackets that are no address
        return "/"
    safe = target.startswith("/") and not target.startswith("//") and not elsewhere \
        and len(target) <= 1000 and "\\" not in target \
        and text.is_clean(target) and not any(letter.isspace() for letter in target)
    return target if safe else "/"
