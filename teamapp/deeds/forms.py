"""The filter of the record of deeds."""

from typing import Any

from flask_babel import lazy_gettext as _
from peewee import ModelSelect
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from ..models import Deed
from .sentences import GROUPS


class FilterForm(Form):
    """Which deeds: of a group of kinds, of a person. An unknown choice is ignored."""

    deed_group = SelectField(_("Loại việc"), validate_choice=False)
    whose = SelectField(_("Người"), validate_choice=False)

    def __init__(self, asked: MultiDict[str, str], names: dict[int, str]) -> None:
        super().__init__(asked)
        groups = [(key, said) for key, (said, _kinds) in GROUPS.items()]
        people = [(str(id), name) for id, name in names.items()]
        self.deed_group.choices = [("", _("Mọi việc")), *groups]
        self.whose.choices = [("", _("Mọi người")), *people]
        for field in (self.deed_group, self.whose):
            if field.data not in dict(field.choices):
                field.data = ""

    def narrow(self, query: ModelSelect) -> ModelSelect:
        """Return the deeds of the chosen group, by or about the chosen person."""
        if self.deed_group.data:
            query = query.where(Deed.kind.in_(GROUPS[self.deed_group.data][1]))
        if self.whose.data:
            query = query.where((Deed.by == self.whose.data) | (Deed.user == self.whose.data))
        return query

    @property
    def words(self) -> dict[str, Any]:
        """The query parameters that name the same choice."""
        return {name: value for name, value in self.data.items() if value}
