"""Queries for the choices in the blank forms of a visit."""

from ..languages import called
from ..models import AccountKind, Obstacle, Procedure, User
from ..models.ladder import usual_rest
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
