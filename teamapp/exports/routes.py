"""“Xuất toàn bộ”: the chair takes a copy of everything the commune has."""

from tempfile import TemporaryFile

from flask import Blueprint, current_app, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from .. import clock
from ..access import chair_only
from ..db import transaction
from ..models import Commune, Deed
from ..web import page
from .archive import write_archive
from .confirmation import refusal
from .forms import ExportForm
from .queries import contents, earlier

bp = Blueprint("exports", __name__)


@bp.get("/export")
@chair_only
def new() -> ResponseReturnValue:
    """Say what the file holds, and ask for the password."""
    return export_page(ExportForm(formdata=None))


@bp.post("/export")
@chair_only
def create() -> ResponseReturnValue:
    """Send the ZIP to a chair whose password is right; nothing leaves unrecorded."""
    form = ExportForm()
    if not form.validate_on_submit():
        return export_page(form, 422)
    if found := refusal(current_user, form.secret.data or ""):
        form.secret.errors = (found.sentence,)
        answer = export_page(form, found.status)
        if found.retry_after:
            answer.headers["Retry-After"] = str(found.retry_after)
        return answer
    return archive_of_the_commune()


def archive_of_the_commune() -> Response:
    """Return the ZIP, a file in VAR_DIR without a name that is gone with the response."""
    try:
        file = TemporaryFile(dir=current_app.extensions["config"].var)  # noqa: SIM115
        write_archive(current_user, file)
    except OSError as error:
        current_app.logger.exception("an export was not written", exc_info=error)
        raise ServiceUnavailable from error
    with transaction():
        Deed.record("data_exported", current_user, current_user.commune)
    file.seek(0)
    commune = Commune.get_by_id(current_user.commune_id)
    answer = send_file(file, "application/zip", as_attachment=True,
                       download_name=f"tung-nha-{commune.code}-{clock.today()}.zip")
    answer.headers["Cache-Control"] = "no-store"  # not send_file's no-cache, which may be stored
    return answer


def export_page(form: ExportForm, status: int = 200) -> Response:
    return page("exports/new.html", status=status, form=form, contents=contents(current_user),
                earlier=earlier(current_user))
