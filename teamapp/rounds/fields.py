"""Fields of the forms for rounds."""

from flask_babel import lazy_gettext as _
from wtforms import Form, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget


class Checkboxes(SelectMultipleField):
    """Several values of a list, each converted by `coerce`."""

    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()
    unknown_value = _("Có mục không thuộc xã mình. Chọn lại trong danh sách.")

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = list(dict.fromkeys(self.coerce(value) for value in valuelist))
        except ValueError as error:
            raise ValueError(self.unknown_value) from error

    def pre_validate(self, form: Form) -> None:
        known = {value for value, *_rest in self.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(self.unknown_value)
