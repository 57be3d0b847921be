"""Which houses a round is for: the choices an officer has, as queries over the facts."""

from peewee import fn

from ..models import AccountKind, AccountStatus, Household, Resident, Visit

CHOICES = ("either", "unvisited", "unactivated", "all")


def candidates(villages, choice, year):
    """Return the households of these villages (ids) that a choice names, as a query."""
    query = Household.select().where(Household.village.in_(list(villages)))
    if choice == "all":
        return query
    wanted = {"unvisited": never_visited(), "unactivated": has_work(year),
              "either": never_visited() | has_work(year)}[choice]
    return query.where(wanted)


def never_visited():
    """Return the condition “nobody of the team was ever at this door”."""
    return ~fn.EXISTS(Visit.select(Visit.id).where(Visit.household == Household.id))


def has_work(year):
    """Return the condition “lives here, and somebody of 14 or older is not activated”."""
    return ~moved_away() & fn.EXISTS(
        Resident.select(Resident.id).where(
            Resident.household == Household.id, Resident.is_adult_in(year),
            ~fn.EXISTS(AccountStatus.select(AccountStatus.resident).where(
                AccountStatus.resident == Resident.id, AccountStatus.kind == AccountKind.HEADLINE,
                AccountStatus.state == "done"))))


def moved_away():
    """Return the condition “the last visit found that they had moved away”."""
    last = (Visit.select(Visit.outcome).where(Visit.household == Household.id)
            .order_by(Visit.visited_at.desc(), Visit.receipt.desc()).limit(1))
    return fn.COALESCE(last, "") == "moved"
