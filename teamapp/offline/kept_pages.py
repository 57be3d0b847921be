"""The kept page that names nobody: what is shown where there is no network."""

from flask_login import AnonymousUserMixin

from ..kept_pages import Context, SinglePage
from ..models import User


class NoNetworkPage(SinglePage):
    """The page for no network, shown to whoever holds the phone."""

    name, template, endpoint = "no-network", "offline/no_network.html", "offline.no_network"
    line = {"blank": True}
    is_blank = True

    def is_kept_by(self, user: User) -> bool:
        """Return True: the commune's phones keep it too."""
        return True

    def context(self, user: User) -> Context:
        """Return a context without a person."""
        return nobody()


def nobody() -> Context:
    """Return the context of a page that names nobody."""
    return {"current_user": AnonymousUserMixin()}
