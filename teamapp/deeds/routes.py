"""“Sổ việc đã làm”: what was done to people, villages and access."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import commune_only
from ..models import Deed, User, Village
from ..text import sort_key
from ..web import page, paginate
from .forms import FilterForm
from .sentences import note, sentence

bp = Blueprint("deeds", __name__)

PAGE = 50


@bp.get("/deeds")
@commune_only
def index() -> ResponseReturnValue:
    """List the commune's deeds, newest first."""
    people = sorted(User.visible_to(current_user), key=lambda user: sort_key(user.name))
    names = User.labels(people)
    places = {village.id: village.label for village in Village.labelled(current_user)}
    form = FilterForm(request.args, names)
    deeds, number, more = paginate(form.narrow(Deed.visible_to(current_user)), PAGE)
    return page("deeds/index.html", form=form, number=number, more=more, names=names, deeds=[
        (deed, sentence(deed, names, places), note(deed)) for deed in deeds])
