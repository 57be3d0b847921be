"""The ladder of accounts: which step is next for a person, and which others are open."""

from .catalog import AccountKind

REGISTERED, ACTIVATED = "VNEID_2_DK", AccountKind.HEADLINE


def open_steps(kinds, statuses, age):
    """Return the kinds somebody of that age (None: adult) has not got, in their order.

    Who is activated was registered.
    """
    passed = {REGISTERED} if statuses.get(ACTIVATED) == "done" else set()
    return [kind for kind in kinds
            if statuses.get(kind.code) != "done" and kind.code not in passed
            and (age is None or age >= kind.needs_age)]


def next_step(open_kinds, statuses):
    """Return the first open kind, or None.

    Registering (at the police's only) comes first for those of whom it is known that they are
    not; the others are asked about activation, where “not registered yet” is an answer.
    """
    if statuses.get(REGISTERED) == "not_yet":
        return next(iter(open_kinds), None)
    return next((kind for kind in open_kinds if kind.code != REGISTERED), None)


def usual_rest(first, kinds):
    """Return what is usually open beside a kind when it is somebody's next step."""
    return [kind for kind in kinds if kind.code != first.code
            and (kind.position > first.position
                 or (first.code == ACTIVATED and kind.code == REGISTERED))]
