"""Forms of a list of people: what is pasted or uploaded, and the lines of its preview."""

from collections.abc import Iterable
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Form, FormField, SelectField, StringField, TextAreaField

from ..models import User, Village
from ..models.village_names import Villages
from ..web import Numbered
from .forms import ROLES

MOST = 500  # lines
MOST_FILLED = 5000  # rows of a file that are not empty, with titles and other sheets


class PasteForm(FlaskForm):
    """A list as text or as a file."""

    pasted = TextAreaField(_("Dán danh sách từ Excel"))
    file = FileField(_("hoặc chọn tệp XLSX, XLS, ODS, CSV"))


class LineForm(Form):
    """One line; a cell keeps what was typed until it is understood."""

    name = StringField(_("Họ và tên"))
    village = SelectField(_("Thôn, ấp"), validate_choice=False, default="")
    role = SelectField(_("Vai trò"), validate_choice=False, default="")
    phone = StringField(_("Số điện thoại"))
    languages = StringField(_("Nói được tiếng"))
    decision = SelectField(_("Cách xử lý"), validate_choice=False, default="")

    def clear_errors(self) -> None:
        for cell in self:
            cell.errors = []

    @property
    def has_errors(self) -> bool:
        """Whether a cell is not understood."""
        return any(cell.errors for cell in self)


class ListForm(FlaskForm):
    """The lines of a list, and one village or role for many of them."""

    lines = Numbered(FormField(LineForm))
    fill_village = SelectField(_("Thôn, ấp"), validate_choice=False, default="")
    fill_role = SelectField(_("Vai trò"), validate_choice=False, default="")
    fill_where = SelectField(_("Cho những dòng nào"), default="open", choices=[
        ("open", _("Các ô còn trống hoặc chưa hiểu")), ("all", _("Mọi dòng"))],
        validate_choice=False)

    @property
    def cells(self) -> list[LineForm]:
        return [line.form for line in self.lines]

    def offer(self, by: User, villages: Iterable[Village]) -> Self:
        """Offer these villages and the roles that `by` may give; a cell keeps its own words."""
        places = [(Villages.key(village), village.label) for village in villages]
        roles = [(role, ROLES[role]) for role in by.roles_to_give]
        self.fill_village.choices = [("", _("Giữ như cũ")), *places]
        self.fill_role.choices = [("", _("Giữ như cũ")), *roles]
        for line in self.cells:
            line.village.choices = with_own(line.village.data, places)
            line.role.choices = with_own(line.role.data, roles)
        return self

    def fill(self) -> None:
        """Give the chosen village and role to the cells asked for."""
        for line in self.cells:
            for cell, value in ((line.village, self.fill_village.data),
                                (line.role, self.fill_role.data)):
                if value and (self.fill_where.data == "all" or cell.errors or not cell.data):
                    cell.data = value


def with_own(typed: str | None, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the choices, after the words of the list where these are none of them."""
    if typed and typed not in dict(choices):
        return [(typed, f"“{typed}”"), *choices]
    return choices if typed else [("", _("Chọn")), *choices]
