"""What a person says of what the commune could not take."""

from flask_wtf import FlaskForm
from wtforms import HiddenField


class SeenForm(FlaskForm):
    """That it was seen, and the page to go back to."""

    next = HiddenField()
