"""The kept page of the signed-in person: it signs out without signal too."""

from ..kept_pages import Context, SinglePage
from ..models import User


class PersonPage(SinglePage):
    """The page “Tôi”, which holds no resident."""

    name, template, endpoint = "person", "session/me.html", "session.me"
    line = {"blank": True}
    is_blank = True

    def context(self, user: User) -> Context:
        return {}
