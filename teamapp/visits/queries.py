"""What the blank forms of a visit offer to choose from; only reading."""

from ..languages import called
from ..models import AccountKind, Obstacle, Procedure, User
from ..models.ladder import usual_rest
from ..text import sort_key

OTHER = "O90"
COMMONEST = 6


def kinds():
    """Return the kinds of account in use, each with its obstacles and what is open beside it."""
    obstacles = list(Obstacle.select().order_by(Obstacle.position))
    found = AccountKind.in_use()
    for kind in found:
        usual = [o for o in obstacles if kind.code in o.commonest_for.split()][:COMMONEST]
        kind.obstacles = usual + [o for o in obstacles if o.code == OTHER]
        kind.rest = usual_rest(kind, found)
    return found


def procedures():
    """Return the procedures in use, by their names."""
    rows = Procedure.select(
        Procedure.code, Procedure.name, Procedure.name_en, Procedure.words).where(
        Procedure.active)
    return sorted(rows, key=lambda procedure: sort_key(called(procedure)))


def team(user):
    """Return (id, name) of the others of a person's team, as people are listed."""
    others = User.visible_to(user).select(User.id, User.name, User.username).where(
        User.active, User.id != user.id, User.role.in_(User.FIELD))
    return [*User.labels(sorted(others, key=lambda user: sort_key(user.name))).items()]
