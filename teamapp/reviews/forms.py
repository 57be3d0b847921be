"""Forms of what a leader, officer or chair reviews; `next` is the page to return to."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, NumberRange


class ReviewForm(FlaskForm):
    """Somebody looked at visits: nothing is to be done."""

    seen = IntegerField(validators=[NumberRange(0, 2**63 - 1)])  # the newest receipt on the page
    next = HiddenField()


class SettlementForm(ReviewForm):
    """The decision on a change, of those that its page showed."""

    ACCEPT, DISMISS = "accept", "dismiss"

    decision = StringField(validators=[AnyOf((ACCEPT, DISMISS))])
