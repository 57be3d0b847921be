"""The form that settles a rejected entry."""

from flask_wtf import FlaskForm
from wtforms import HiddenField


class SeenForm(FlaskForm):
    """Confirm that somebody has seen the entry, and return to the page it stood on."""

    next = HiddenField()
