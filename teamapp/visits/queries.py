"""Queries for the choices in the blank forms of a visit."""

from uuid import UUID

from ..languages import called
from ..models import AccountKind, Household, Obstacle, Procedure, Resident, User
from ..models.ladder import usual_rest
from ..statements import Among
from ..text import sort_key

OTHER = "O90"
COMMONEST = 6


def obstacles() -> list[Obstacle]:
    """Return all obstacles in their order."""
    return list(Obstacle.select().order_by(Obstacle.position))


def kinds(known: list[Obstacle]) -> list[AccountKind]:
    """Return the account kinds in use, each with its obstacles and its usual other steps."""
    found = AccountKind.in_use()
    for kind in found:
        usual = [o for o in known if kind.code in o.commonest_for.split()][:COMMONEST]
        kind.obstacles = usual + [o for o in known if o.code == OTHER]
        kind.rest = usual_rest(kind, found)
    return found


def procedures() -> list[Procedure]:
    """Return the procedures in use, the shortest name first: a search shows them in this order."""
    rows = Procedure.select(
        Procedure.code, Procedure.name, Procedure.name_en, Procedure.words).where(
        Procedure.active)
    return sorted(rows, key=lambda procedure: (len(called(procedure)), sort_key(called(procedure))))


def team(user: User) -> list[tuple[int, str]]:
    """Return (id, name) of the person's active teammates, by name."""
    others = User.visible_to(user).select(User.id, User.name, User.username).where(
        User.active, User.id != user.id, User.role.in_(User.FIELD))
    return [*User.labels(sorted(others, key=lambda user: sort_key(user.name))).items()]


def team_of(user: User, house: Household | None, chosen: list[int]) -> list[tuple[int, str]]:
    """Return (id, name) of a village's active team and of those already chosen, by name."""
    is_offered = User.id.in_(Among(chosen))
    if house:
        is_offered |= (User.village == house.village_id) & User.active
    found = User.select(User.id, User.name, User.username).where(
        User.commune == user.commune_id, is_offered)
    return [*User.labels(sorted(found, key=lambda user: sort_key(user.name))).items()]


def residents(house: Household | None) -> list[tuple[UUID, str]]:
    """Return (id, name with the year of birth) of a household's people, in the family's order."""
    found = Resident.select().where(Resident.household == house.id).order_by(
        Resident.position, Resident.id) if house else ()
    return [(one.id, f"{one.name}, {one.birth_year}" if one.birth_year else one.name)
            for one in found]
