"""POST /sync: receives the entries of outboxes."""

from uuid import uuid4

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Conflict, Forbidden

from .. import clock
from ..access import hand_in, programmatic, same_origin
from ..models import Device, Installation
from . import batch, sealed
from .entry_forms import entry_forms
from .files import files
from .kinds import form_version
from .processor import BatchProcessor
from .reading import read_ahead
from .rejected_entries import rejected_entries
from .rejections import sent_again
from .resubmissions import resubmissions

bp = Blueprint("sync", __name__)

bp.register_blueprint(entry_forms)
bp.register_blueprint(files)
bp.register_blueprint(rejected_entries)
bp.register_blueprint(resubmissions)
bp.add_app_template_global(form_version)
bp.add_app_template_global(sent_again)
bp.add_app_template_global(uuid4, "new_id")


@bp.post("/sync")
@programmatic
@same_origin
@hand_in
def create() -> ResponseReturnValue:
    """Process a batch and answer each entry by its id; docs/sync-protocol.md is the contract."""
    sent = batch.read(request)
    if sent.user != current_user.id:
        raise Conflict("wrong_user")
    if current_user.commune_id is None:
        raise Forbidden("role")
    user, forms = current_user._get_current_object(), read_ahead(sent.entries)
    with user.commune.write() as tx:
        Device.hear_from(sent.device, user, sent.left_count, sent.left_oldest_at, tx.now)
        user.sign_in.note_device(sent.device)
        results = BatchProcessor(tx, user, sent.device, forms).take(sent.entries)
        epoch = Installation.current_epoch()
    sealed_answers = sealed.take(sent.sealed, user, sent.device)
    return {"v": batch.VERSION, "batch": sent.id, "server_time": clock.now().isoformat(),
            "epoch": epoch, "results": results, "sealed": sealed_answers}
