"""Adding a list of people, pasted or uploaded: a preview of every line, then all or nothing."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from peewee import IntegrityError
from werkzeug.wrappers import Response

from ..access import commune_only, writing
from ..models import Commune, User, personnel, usernames
from ..models.village_names import Villages
from ..spreadsheet import Table, UnreadableFile, read_lines, read_tables, too_long
from ..web import page
from .editing import open_villages
from .fates import Judge, Line
from .list_forms import MOST, MOST_FILLED, ListForm, PasteForm
from .pasting import read_people

lists = Blueprint("lists", __name__, url_prefix="/people/lists")


@lists.get("/new")
@commune_only
def new() -> ResponseReturnValue:
    """Show where a list is pasted or uploaded."""
    return page("members/paste.html", form=PasteForm())


@lists.post("/preview")
@commune_only
def create_preview() -> ResponseReturnValue:
    """Show every line of a list with its fate; write nothing."""
    form = ListForm()
    if not form.lines.entries:
        return read_list()
    if "fill" in request.form:
        judged(form, current_user)
        form.fill()
    return preview_page(form, judged(form, current_user))


@lists.post("")
@commune_only
def create() -> ResponseReturnValue:
    """Add the new people of a list: all of them, or nobody while a line is open."""
    form = ListForm()
    try:
        with writing() as by:
            lines = judged(form, by)
            new = [line for line in lines if line.fate == "new"]
            if any(line.is_open for line in lines) or not new:
                return preview_page(form, lines, status=422)
            enlist(by, new)
    except IntegrityError:  # another commune took a username meanwhile
        return preview_page(form, judged(form, current_user), status=409, is_late=True)
    return redirect(url_for("members.index", added=len(new)), 303)


def read_list() -> Response:
    """Show the preview of what was pasted or uploaded, or why it cannot be read."""
    form = PasteForm()
    try:
        content = form.file.data.read() if form.file.data else b""
        tables = list(read_tables(content).values()) if content else [
            Table.of(read_lines(form.pasted.data or ""))]
        if sum(any(row) for table in tables for row in table.rows) > MOST_FILLED:
            raise UnreadableFile(too_long())
        people = read_people(tables, Villages(open_villages()))
        if not people:
            raise UnreadableFile(_("Chưa có dòng nào. Dán danh sách hoặc chọn tệp."))
        if len(people) > MOST:
            raise UnreadableFile(_("Nhiều nhất %(most)s dòng một lần. Chia danh sách ra.",
                                   most=MOST))
    except UnreadableFile as error:
        (form.file if form.file.data else form.pasted).errors = [str(error)]
        return page("members/paste.html", status=422, form=form)
    listed = ListForm(formdata=None, data={"lines": people})
    return preview_page(listed, judged(listed, current_user))


def judged(form: ListForm, by: User) -> list[Line]:
    """Return the lines with their fates, their cells as they were understood."""
    villages = open_villages()
    lines = Judge(by, villages).lines(form.cells)
    form.offer(by, villages)
    return lines


def enlist(by: User, lines: list[Line]) -> None:
    """Add the people of these lines, each under a username of their own."""
    for line, username in zip(lines, proposed(lines)):
        personnel.enlist(by, line.role, line.village, line.languages, username=username,
                         name=line.name, phone=line.phone)


def proposed(lines: list[Line]) -> list[str]:
    """Return the usernames that the people of these lines get."""
    commune = Commune.get_by_id(current_user.commune_id)
    return usernames.propose([(line.name, (line.village or commune).code) for line in lines])


def preview_page(form: ListForm, lines: list[Line], status: int = 200,
                 is_late: bool = False) -> Response:
    new = [line for line in lines if line.fate == "new"]
    return page("members/preview.html", status=status, form=form, lines=lines,
                is_late=is_late,
                usernames=dict(zip((line.number for line in new), proposed(new))))
