"""Corrections and voids of the demo; two changes of one visit wait for the leader."""

from datetime import datetime, timedelta
from typing import Any

from .. import clock
from ..models import User, WriteTransaction
from ..recording import corrections, voids
from ..recording.recorder import Entry, Pending
from .calls import Call
from .facts import Draw

RECENT = timedelta(days=6)  # its author may still change a visit


def change(tx: WriteTransaction, calls: list[Call], village: int, leader: User,
           draw: Draw) -> None:
    """Correct one absence of a village, take another back, and let two people change a third."""
    recent = [call for call in calls if tx.now - RECENT < call.received_at <= tx.now]
    absent = sorted((call for call in recent if call.outcome == "absent"
                     and call.house.village.id == village and call.member != leader),
                    key=lambda call: (call.received_at, call.id))
    if len(absent) < 3:
        return
    noted, unreal, disputed = absent[-3:]
    correct(tx, noted, noted.member, "declined", draw, reason="mistake", asked_by="self")
    data = {"visit": unreal.id, "reason": "wrong_household", "note": "Gõ cửa nhà bên cạnh."}
    record(tx, voids, unreal.member, data, draw, unreal.received_at)
    correct(tx, disputed, disputed.member, "declined", draw, reason="mistake", asked_by="self")
    correct(tx, disputed, leader, "moved", draw, reason="mistake", asked_by="resident")


def correct(tx: WriteTransaction, call: Call, by: User, outcome: str, draw: Draw,
            **why: str) -> None:
    """Correct a call at which nobody was met."""
    data: dict[str, Any] = {
        "id": draw.uuid(), "visit": call.id, "household": call.house.id, "outcome": outcome,
        "why_unreached": "", "visited_at": call.visited_at, "return_on": None, "return_part": "",
        "note": call.note, "companions": [], "mode": "", "people": [], "dossiers": [], **why}
    record(tx, corrections, by, data, draw, call.received_at)


def record(tx: WriteTransaction, recorder: Any, by: User, data: dict[str, Any], draw: Draw,
           after: datetime) -> None:
    """Record a change as an entry of a phone, an hour after the visit arrived."""
    recorded_at = min(after + timedelta(hours=1), clock.now())
    entry = Entry(draw.uuid(), recorded_at, data)
    pending: Pending = recorder.validate(entry, recorder.look_up([entry], by, tx.now))
    pending.receipt = tx.next_receipt()
    recorder.write(tx, [pending])
