"""Who has which sign-in card, and who was never in: for the list of people and for sheets."""

from dataclasses import dataclass, field

from ..models import Session, SignInCard, User, Village
from . import queries
from .queries import Person

Groups = list[tuple[Village | None, list[Person]]]


@dataclass
class Listing:
    """The list of people, whole or filtered, and the ones whom a filter marks for a card."""

    groups: Groups
    places: list[Village | None]  # of all people, filtered or not
    everybody: int
    never_in: int
    marked: set[int] = field(default_factory=set)


def listing(viewer: User, only_never_in: bool = False, village_id: int | None = None) -> Listing:
    """Return the visible people, only those never in or of one village; 0 is the commune.

    A filter marks its people, but none whose card still waits: a new one would end it.
    """
    groups = people(viewer)
    everybody = [person for _, team in groups for person in team]
    found = Listing(groups, [village for village, _ in groups], len(everybody),
                    sum(person.is_awaited for person in everybody))
    if only_never_in:
        groups = [(village, [one for one in team if one.is_awaited]) for village, team in groups]
    if village_id is not None:
        groups = [(village, team) for village, team in groups
                  if (village.id if village else 0) == village_id]
    found.groups = [(village, team) for village, team in groups if team]
    if only_never_in or village_id is not None:
        found.marked = {one.user.id for _, team in groups for one in team
                        if may_get_card(viewer, one.user)
                        and not (one.card and one.card.state == "open")}
    return found


def may_get_card(viewer: User, person: User) -> bool:
    """Check whether the viewer may give a card, and the person can use it."""
    return viewer.may_issue_card(person) and person.may_sign_in


def people(viewer: User) -> Groups:
    """Return the visible people in the list's order, with their last card and any sign-in."""
    groups = queries.people(viewer)
    by_id = {person.user.id: person for _, team in groups for person in team}
    cards = SignInCard.select().where(SignInCard.user.in_(list(by_id)))
    for card in cards.order_by(SignInCard.created_at):
        card.user = by_id[card.user_id].user
        by_id[card.user_id].card = card
    for user, in Session.select(Session.user).where(
            Session.user.in_(list(by_id))).distinct().tuples():
        by_id[user].was_in = True
    return groups


def last_card(person: User) -> SignInCard | None:
    """Return the person's newest card, or None."""
    found: SignInCard | None = person.cards.order_by(SignInCard.created_at.desc()).first()
    return found
