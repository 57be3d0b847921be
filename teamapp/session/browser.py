"""Identification of a browser at sign-in: its device cookie, its only person, its network."""

import re
import secrets
from ipaddress import ip_address, ip_network

from flask import current_app, g, request
from peewee import Expression
from werkzeug.wrappers import Response

from ..extensions import must_wipe
from ..models import Session, User

DEVICE, DEVICE_DAYS = re.compile(r"[A-Za-z0-9_-]{22}"), 400  # the longest browsers keep a cookie
SIGN_IN = re.compile(r"[0-9a-f]{64}")
SHARED = "-"  # in the place of a person, on a phone where two people signed in
IN_APP = re.compile(  # browsers inside other apps: their storage goes with the app, or at any time
    r"Zalo|\bFBA[NV]\b|FB_IAB|Messenger|Instagram|TikTok|musical_ly|MicroMessenger|\bLine/|"
    r"Viber|; wv\)")


def is_secure() -> bool:
    """Return whether cookies travel over HTTPS alone, as in production."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def cookie_name(name: str) -> str:
    return f"__Host-{name}" if is_secure() else name


def device() -> str:
    """Return this browser's random id, a new one if it has none."""
    if "device" not in g:
        known = request.cookies.get(cookie_name("device"), "")
        g.device = known if DEVICE.fullmatch(known) else secrets.token_urlsafe(16)
    return str(g.device)


def network(address: str | None) -> str:
    """Return the network that an address belongs to: /24 of IPv4, /64 of IPv6."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))


def with_device(answer: Response) -> Response:
    """Return the response with the device cookie renewed."""
    return with_cookie(answer, "device", device())


def is_in_app() -> bool:
    """Return whether this is the browser inside Zalo, Facebook or another app."""
    return bool(IN_APP.search(request.user_agent.string))


def is_android() -> bool:
    return "Android" in request.user_agent.string


def remembered_person() -> User | None:
    """Return the only person who ever signed in on this phone, unless it was lost since.

    The cookie holds the id of that sign-in, which nobody can guess: so it names no username.
    """
    user = None if must_wipe() else last_user(Session.lost_at.is_null())
    return user if user and user.may_sign_in else None


def last_user(*conditions: Expression) -> User | None:
    """Return the user of the sign-in that the cookie names."""
    sign_in = request.cookies.get(cookie_name("person"), "")
    if not SIGN_IN.fullmatch(sign_in):
        return None
    found: User | None = User.select().join(Session, on=Session.user == User.id).where(
        Session.id == sign_in, *conditions).first()
    return found


def remembering(answer: Response, user: User, sign_in: str) -> Response:
    """Return the response with the person remembered, on a phone that nobody shares."""
    is_own = cookie_name("person") not in request.cookies or last_user() == user
    return with_cookie(answer, "person", sign_in if is_own else SHARED)


def forgetting(answer: Response) -> None:
    """Forget the remembered person: this phone was lost, or the account closed."""
    answer.delete_cookie(cookie_name("person"), secure=is_secure(), httponly=True)


def with_cookie(answer: Response, name: str, value: str) -> Response:
    answer.set_cookie(cookie_name(name), value, max_age=DEVICE_DAYS * 86400, httponly=True,
                      secure=is_secure(), samesite="Lax")
    return answer
