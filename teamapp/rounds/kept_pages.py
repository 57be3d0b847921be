"""The kept page of rounds: a member's day."""

from ..kept_pages import Context, SinglePage
from ..models import (
    Assignment,
    Household,
    OpenReviews,
    RejectedEntry,
    Round,
    RoundVillage,
    User,
    VillageStay,
    Visit,
)
from . import day

MANY = 100  # changed households, one of which will be among a person's own


class DayPage(SinglePage):
    """The day page: it changes with the member's rounds and with the households it shows."""

    name, template, endpoint = "day", "rounds/today.html", "rounds.today"
    catalogues = ("account_kinds.csv", "procedures.csv")
    facts = (RejectedEntry.open_count, OpenReviews.number)  # settling one raises no cursor

    def context(self, user: User) -> Context:
        """Return what the member has to do."""
        return {"is_kept": True, **day.of(user)}

    def has_changed(self, user: User, since: int) -> bool:
        """Return whether a round of the village, a household of theirs or the list changed."""
        left = VillageStay.left_since(user.village_id, since)
        return (round_changed(user, since) or left.exists()
                or own_household_changed(user, since))


def round_changed(user: User, since: int) -> bool:
    """Return whether a round of the person's village changed after a cursor."""
    return (Round.visible_to(user).join(RoundVillage)
            .where(Round.cursor > since, RoundVillage.village == user.village_id).exists())


def own_household_changed(user: User, since: int) -> bool:
    """Return whether a household that changed was ever assigned to or visited by this person."""
    changed = Household.changed_since(user, since).select(Household.id).limit(MANY + 1)
    ids = [id for id, in changed.tuples()]
    if len(ids) > MANY:
        return True
    given = Assignment.select(Assignment.id).where(
        Assignment.member == user.id, Assignment.household.in_(ids))
    visited = Visit.live(Visit.id).where(
        Visit.household.in_(ids), Visit.member == user.id)
    return bool(ids) and (given.exists() or visited.exists())
