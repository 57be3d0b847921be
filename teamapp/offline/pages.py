"""The kinds of page a phone keeps, in the order they are sent.

The one place besides /sync that reaches into other slices: each says what its pages are drawn from.
"""

from ..households.kept_pages import HouseholdPages, VillageList
from ..kept_pages import PageKind
from ..rounds.kept_pages import DayPage
from ..visits.kept_pages import BlankForms, OutboxPage
from .kept_pages import NoNetworkPage

KINDS: tuple[PageKind, ...] = (
    NoNetworkPage(), OutboxPage(), VillageList(), BlankForms(), DayPage(), HouseholdPages())
