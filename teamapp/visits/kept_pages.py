"""The kept pages of visits: the blank forms and the outbox; neither holds a resident."""

from ..kept_pages import Context, SinglePage
from ..models import RejectedEntry, User
from .parts import parts_for
from .queries import team


class BlankForms(SinglePage):
    """The blank forms, which name the person's own team."""

    name, template, endpoint = "parts", "visits/parts.html", "visits.parts"
    catalogues = ("account_kinds.csv", "obstacles.csv", "procedures.csv")
    facts = (team,)  # accounts raise no cursor
    line = {"blank": True}
    is_blank = True

    def context(self, user: User) -> Context:
        """Return the forms and what they offer to choose from."""
        return parts_for(user)


class OutboxPage(SinglePage):
    """The outbox, which the phone fills with its entries."""

    name, template, endpoint = "outbox", "visits/outbox.html", "visits.outbox"
    facts = (RejectedEntry.open_count,)  # settling one raises no cursor
    line = {"blank": True}
    is_blank = True

    def context(self, user: User) -> Context:
        """Return the number of rejected entries."""
        return {"rejected": RejectedEntry.open_count(user)}
