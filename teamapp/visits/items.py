"""Nested forms that are bound once and reprocessed with the form around them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, Form, FormField
from wtforms.utils import unset_value

from ..web import Numbered


class Part(FormField):
    """A nested form, bound once; processing the outer form again only reprocesses it."""

    form: Any = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        if self.form is None or data is not unset_value:
            super().process(formdata, data, extra_filters)
        else:
            self.form.process(formdata)


class Items(Numbered):
    """Numbered items, possibly with gaps in their numbers; more than `most` are rejected.

    Of more, as many are read, so that a rejected form can be shown.

    Binding an item costs more than reading it: reprocessing the form reuses its bound items.
    """

    def __init__(self, unbound_field: Any, most: int, **kwargs: Any) -> None:
        self.most, self.too_many = most, False
        self._bound: dict[int, Field] = {}
        super().__init__(unbound_field, **kwargs)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.too_many = False
        super().process(formdata, data, extra_filters)

    def _add_entry(self, formdata: Any = None, data: Any = unset_value,
                   index: int | None = None) -> Field:
        if index not in self._bound:
            item = super()._add_entry(formdata, data, index)
            return self._bound.setdefault(item.index, item)
        item, self.last_index = self._bound[index], index
        item.process(formdata, data)
        self.entries.append(item)
        return item

    def _extract_indices(self, prefix: str, formdata: Any) -> list[int]:
        found = super()._extract_indices(prefix, formdata)
        self.too_many = len(found) > self.most
        return found[:self.most]

    def _compact_indices(self) -> None:
        """Keep the device's numbers, so that it can match errors with its items."""

    def validate(self, form: Form, extra_validators: Sequence[Any] = ()) -> bool:
        is_valid: bool = super().validate(form, extra_validators)
        if not self.too_many:
            return is_valid
        self.errors = [_("Nhiều quá: mỗi lượt ghi tối đa %(n)s mục.", n=self.most)]
        return False
