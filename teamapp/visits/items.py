"""Forms within a form: bound once, and filled in anew with it."""

from flask_babel import lazy_gettext as _
from wtforms import FormField
from wtforms.utils import unset_value

from ..web import Numbered


class Part(FormField):
    """A form within a form; bound once, it is only filled in anew when the whole form is."""

    form = None

    def process(self, formdata, data=unset_value, extra_filters=None):
        """Read what belongs to this part."""
        if self.form is None or data is not unset_value:
            super().process(formdata, data, extra_filters)
        else:
            self.form.process(formdata)


class Items(Numbered):
    """Numbered items, their numbers with gaps or without; more than `most` are rejected.

    Of more, as many are read, so that who looks at a rejected form finds what it says.

    Binding an item costs more than reading it: a form that is filled in anew keeps those it had.
    """

    def __init__(self, unbound_field, most, **kwargs):
        self.most, self.too_many, self._bound = most, False, {}
        super().__init__(unbound_field, **kwargs)

    def process(self, formdata, data=unset_value, extra_filters=None):
        """Read the items that are there this time."""
        self.too_many = False
        super().process(formdata, data, extra_filters)

    def _add_entry(self, formdata=None, data=unset_value, index=None):
        if index not in self._bound:
            item = super()._add_entry(formdata, data, index)
            return self._bound.setdefault(item.index, item)
        item, self.last_index = self._bound[index], index
        item.process(formdata, data)
        self.entries.append(item)
        return item

    def _extract_indices(self, prefix, formdata):
        found = super()._extract_indices(prefix, formdata)
        self.too_many = len(found) > self.most
        return found[:self.most]

    def _compact_indices(self):
        """Leave the items the numbers the phone gave them, so that it knows which is meant."""

    def validate(self, form, extra_validators=()):
        """Tell whether every item is well, and that there are not too many."""
        well = super().validate(form, extra_validators)
        if not self.too_many:
            return well
        self.errors = [_("Nhiều quá: mỗi lượt ghi tối đa %(n)s mục.", n=self.most)]
        return False
