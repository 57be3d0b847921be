"""The form that marks people for a new sign-in card each."""

from collections.abc import Iterable

from flask import abort
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired, Length

from ..models import User
from .queries import Person

MOST = 200  # cards of one request: drawing a QR code takes milliseconds


class CardsForm(FlaskForm):
    """Marked people."""

    people = SelectMultipleField(coerce=int, validate_choice=False, validators=[
        InputRequired(_("Chưa đánh dấu ai.")),
        Length(max=MOST, message=_("Mỗi lần in nhiều nhất %(n)s thẻ.", n=MOST))])

    def marked_among(self, people: Iterable[Person]) -> list[User]:
        """Return the marked ones of the visible people, in their order; 404 for any other."""
        marked = set(self.people.data)
        found = [person.user for person in people if person.user.id in marked]
        if len(found) < len(marked):
            abort(404)
        return found
