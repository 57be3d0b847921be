"""The kinds of page a phone keeps, in the order of the pack.

Only this module and /sync import from other slices; each slice declares its kinds of page.
"""

from ..households.kept_pages import HouseholdPages, VillageList
from ..kept_pages import PageKind
from ..rounds.kept_pages import DayPage
from ..session.kept_pages import PersonPage
from ..visits.kept_pages import BlankForms, OutboxPage
from .kept_pages import NoNetworkPage

KINDS: tuple[PageKind, ...] = (
    NoNetworkPage(), OutboxPage(), PersonPage(), VillageList(), BlankForms(), DayPage(),
    HouseholdPages())
