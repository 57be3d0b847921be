"""New sign-in cards with their link and QR code, recorded as deeds."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import segno
from flask import current_app

from .. import clock
from ..models import Commune, Deed, SignInCard, User

QUIET_ZONE = 4  # modules around the code (ISO/IEC 18004)


@dataclass(frozen=True)
class IssuedCard:
    """A person's new card with its link, shown this once: the database has only a hash."""

    user: User
    url: str
    expires_at: datetime

    @cached_property
    def code(self) -> segno.QRCode:
        """The QR code: a sixth of it may be dirty or creased."""
        return segno.make_qr(self.url, error="m")

    @property
    def picture(self) -> str:
        """The QR code as the address of a picture, black on white in every colour scheme."""
        picture: str = self.code.svg_data_uri(
            border=QUIET_ZONE, light="#fff", omitsize=True, svgclass=None, lineclass=None,
            encode_minimal=True)
        return picture

    @property
    def terminal(self) -> str:
        """The QR code in the characters of a terminal."""
        drawn = io.StringIO()
        self.code.terminal(drawn, border=QUIET_ZONE, compact=True)
        return drawn.getvalue()


def issue_cards(users: Sequence[User], by: User | None, commune: Commune) -> list[IssuedCard]:
    """Issue a card to each user and record it; called in a transaction.

    `by` is None for the command line.
    """
    tokens = SignInCard.issue(users, by)
    for user in users:
        Deed.record("card_issued", by, commune, user=user)
    expires_at = clock.now() + SignInCard.VALID
    return [IssuedCard(user, card_url(tokens[user.id]), expires_at) for user in users]


def site_url() -> str:
    """Return the address of the site, "" where the operator left it out."""
    url: str = current_app.extensions["config"].site_url
    return url


def card_url(token: str) -> str:
    """Return a card's link; no browser sends its fragment to a server, a log or another site."""
    return f"{site_url()}/card#{token}"
