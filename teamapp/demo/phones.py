"""The phones of the demo: last contacts, old versions, weak storage, and one reported lost."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ..models import Browser, Device, LostPhone, Session, User
from ..static_files import static_version
from .facts import Draw

LABELS = ("Android 11, Chrome 105", "Android, Chrome 120", "Android, Samsung Internet 23",
          "Android 9, Chrome 98", "iPhone, iOS 16, Safari 16")
AN_OLD_VERSION = "0c3d5e7f9a1b"
SINCE_LOSS = timedelta(hours=30)


def hear(draw: Draw, heard: Mapping[User, datetime], held: Mapping[User, list[datetime]]) -> None:
    """Write each phone's sign-in, its last contact and the entries it still holds.

    Nobody knows a token to the id of such a sign-in.
    """
    current, devices, sign_ins = static_version(), [], []
    for user, seen_at in heard.items():
        id, browser = draw.uuid(), browser_of(draw, current)
        devices.append(dict(
            id=id, user=user, commune=user.commune_id, village=user.village_id, seen_at=seen_at,
            left_count=len(held.get(user, ())),
            left_oldest_at=min(held.get(user, ()), default=None),
            **vars(browser)))
        sign_ins.append(dict(
            id=f"{draw.getrandbits(256):064x}", user=user, device=id, seen_at=seen_at,
            created_at=seen_at - timedelta(days=draw.randint(1, 50))))
    Device.insert_many(devices).execute()
    Session.insert_many(sign_ins).execute()


def browser_of(draw: Draw, current: str) -> Browser:
    """Return an invented browser: one in eight runs old scripts, one in ten has weak storage."""
    return Browser(draw.choice(LABELS), AN_OLD_VERSION if draw.chance(12) else current,
                   not draw.chance(10))


def lose_one(heard: Mapping[User, datetime], without: Iterable[User], by: Mapping[int, User],
             now: datetime) -> None:
    """Report the phone lost that was silent for the longest time, of people not left out."""
    rest = [user for user in heard if user not in {*without} and user.role == "member"]
    if not rest:
        return
    user = min(rest, key=lambda one: (heard[one], one.id))
    LostPhone.report(user, [Session.get(Session.user == user)], by[user.village_id])
    at = max(now - SINCE_LOSS, heard[user])
    LostPhone.update(reported_at=at).where(LostPhone.user == user).execute()
    Session.update(lost_at=at, ended_at=at).where(Session.user == user).execute()
