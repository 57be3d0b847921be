"""The kept pages of visits: the blank forms and the outbox; neither holds a resident."""

from collections.abc import Collection

from .. import clock
from ..kept_pages import Context, SinglePage
from ..models import Household, RejectedEntry, User, Visit
from ..statements import Among
from .forms import OUTCOMES
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

    def listed(self, user: User, numbers: Collection[int]) -> dict[int, Context]:
        """Return the house, its page, the outcome and the times of these visits."""
        rows = (Visit.visible_to(user)
                .select(Visit.receipt, Household.id, Household.head, Visit.outcome,
                        Visit.recorded_at, Visit.received_at)
                .join(Household).where(Visit.receipt.in_(Among(numbers)), Visit.member == user.id))
        words = dict(OUTCOMES)
        return {number: {"label": f"{head} · {words.get(outcome, '')}",
                         "page": f"/households/{id}",
                         "recorded_at": clock.local(recorded_at).isoformat(),
                         "settled_at": clock.local(received_at).isoformat()}
                for number, id, head, outcome, recorded_at, received_at in rows.tuples()}
