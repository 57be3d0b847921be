"""POST /sync: what came out of the outboxes."""

from flask import Blueprint, request
from flask_login import current_user
from peewee import EXCLUDED
from werkzeug.exceptions import Conflict, Forbidden

from .. import clock
from ..access import hand_in, programmatic, same_origin
from ..models import Device, Installation
from . import envelope, sealed
from .desk import Desk
from .files import files
from .reading import read_ahead

bp = Blueprint("sync", __name__)

bp.register_blueprint(files)


@bp.post("/sync")
@programmatic
@same_origin
@hand_in
def create():
    """Take a batch of entries and answer each by name; docs/sync-protocol.md is the contract."""
    batch = envelope.read(request)
    if batch.user != current_user.id:
        raise Conflict("wrong_user")
    if current_user.commune_id is None:
        raise Forbidden("role")
    user, forms = current_user._get_current_object(), read_ahead(batch.entries)
    with user.commune.turn() as turn:
        hear_from(batch, turn.at)
        results = Desk(turn, user, batch.device, forms).take(batch.entries)
        epoch = Installation.current_epoch()
    brought = sealed.take(batch.sealed, user, batch.device)
    return {"v": envelope.VERSION, "batch": batch.id, "server_time": clock.now().isoformat(),
            "epoch": epoch, "results": results, "sealed": brought}


def hear_from(batch, at):
    """Note what this phone still holds and that it was heard."""
    Device.insert(
        id=batch.device, user=current_user.id, commune=current_user.commune_id,
        village=current_user.village_id, left_count=batch.left_count,
        left_oldest_at=batch.left_oldest_at, seen_at=at,
    ).on_conflict(conflict_target=[Device.id, Device.user], update={
        field: getattr(EXCLUDED, field.column_name) for field in
        (Device.commune, Device.village, Device.left_count, Device.left_oldest_at,
         Device.seen_at)}).execute()
    current_user.sign_in.is_on(batch.device)
