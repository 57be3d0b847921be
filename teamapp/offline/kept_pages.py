"""The kept page that the worker shows without network; it has no personal data."""

from flask_login import AnonymousUserMixin

from ..kept_pages import Context, SinglePage
from ..models import User


class NoNetworkPage(SinglePage):
    """The page for no network, shown to any person who holds the phone."""

    name, template, endpoint = "no-network", "offline/no_network.html", "offline.no_network"
    line = {"blank": True}
    is_blank = True

    def is_kept_by(self, user: User) -> bool:
        """Return True: phones of commune roles keep it too."""
        return True

    def context(self, user: User) -> Context:
        return nobody()


def nobody() -> Context:
    """Return the context of a page without a current user."""
    return {"current_user": AnonymousUserMixin()}
