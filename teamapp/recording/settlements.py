"""The settlement of changes that wait: a person makes one effective and dismisses the others."""

from ..models import Change, User, Visit, WriteTransaction
from . import versions


def settle(tx: WriteTransaction, change: Change, by: User, is_effective: bool = True) -> None:
    """Make a change of a version effective and dismiss the others, or dismiss this one alone.

    Settling what is settled already, in the same way, changes nothing; in another way, the last
    choice holds.
    """
    rivals = Change.select().where(
        Change.visit == change.visit_id, (Change.state != "dismissed") | (Change.id == change.id))
    states = {rival.id: "effective" if is_effective and rival.id == change.id else "dismissed"
              for rival in rivals if is_effective or rival.id == change.id}
    moved = {rival.id: states[rival.id] for rival in rivals
             if states.get(rival.id, rival.state) != rival.state}
    if not moved:
        return
    receipt = tx.next_receipt()
    for id, state in moved.items():
        Change.update(state=state, settled_by=by.id, settled_at=tx.now, settled_receipt=receipt) \
            .where(Change.id == id).execute()
    visit = Visit.get_by_id(change.visit_id)
    versions.refresh(tx, {visit.root_id: receipt})
