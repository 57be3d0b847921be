"""What a browser is known by at sign-in: its device cookie, a remembered username, its network."""

import re
import secrets
from ipaddress import ip_address, ip_network

from flask import current_app, g, request
from werkzeug.wrappers import Response

from ..extensions import must_wipe
from ..models import User

DEVICE, DEVICE_DAYS = re.compile(r"[A-Za-z0-9_-]{22}"), 400  # the longest browsers keep a cookie
SHARED = "-"  # in the place of a username, on a phone where two people signed in


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


def remembered_username() -> str:
    """Return the username of the only person who ever signed in on this phone, else nothing."""
    known = request.cookies.get(cookie_name("username"), "")
    return "" if known == SHARED or len(known) > 60 or must_wipe() else known


def remembering(answer: Response, user: User) -> Response:
    """Return the response with the person's username remembered, on a phone that nobody shares."""
    known = request.cookies.get(cookie_name("username"), user.username)
    return with_cookie(answer, "username", user.username if known == user.username else SHARED)


def forgetting(answer: Response) -> None:
    """Delete the remembered username: this phone was lost, or its account closed."""
    answer.delete_cookie(cookie_name("username"), secure=is_secure(), httponly=True)


def with_cookie(answer: Response, name: str, value: str) -> Response:
    answer.set_cookie(cookie_name(name), value, max_age=DEVICE_DAYS * 86400, httponly=True,
                      secure=is_secure(), samesite="Lax")
    return answer
