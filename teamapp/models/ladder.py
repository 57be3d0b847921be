"""The ladder of accounts: a resident's next step and the other open ones."""

from collections.abc import Iterable, Mapping

from .catalog import AccountKind

REGISTERED, ACTIVATED = "VNEID_2_DK", AccountKind.HEADLINE


def open_steps(kinds: Iterable[AccountKind], statuses: Mapping[str, str],
               age: int | None) -> list[AccountKind]:
    """Return the kinds a resident of that age (None: adult) does not have, in the given order.

    An activated resident counts as registered.
    """
    passed = {REGISTERED} if statuses.get(ACTIVATED) == "done" else set()
    return [kind for kind in kinds
            if statuses.get(kind.code) != "done" and kind.code not in passed
            and (age is None or age >= kind.needs_age)]


def next_step(open_kinds: Iterable[AccountKind],
              statuses: Mapping[str, str]) -> AccountKind | None:
    """Return the first open kind, or None.

    Registration (only at the police) comes first for a resident known to be unregistered; any
    other is asked about activation, where “not registered yet” is an answer.
    """
    if statuses.get(REGISTERED) == "not_yet":
        return next(iter(open_kinds), None)
    return next((kind for kind in open_kinds if kind.code != REGISTERED), None)


def usual_rest(first: AccountKind, kinds: Iterable[AccountKind]) -> list[AccountKind]:
    """Return the kinds usually open beside a resident's next step."""
    return [kind for kind in kinds if kind.code != first.code
            and (kind.position > first.position
                 or (first.code == ACTIVATED and kind.code == REGISTERED))]
