"""The kept pages of households: the village list and a page for each household."""

from collections.abc import Iterator

from ..kept_pages import Context, KeptPage, ListRow, PageKind, SinglePage
from ..models import Household, User, VillageStay
from . import queries

ROWS = "households/rows.html"
GROUP_SIZE = 50  # rows of the village list that are drawn as one group


class VillageList(SinglePage):
    """The list without its rows: the phone puts in those that came with the households."""

    name, template, endpoint = "list", "households/index.html", "households.index"
    line = {"rows": {"open": '<ul class="group">', "close": "</ul>", "every": GROUP_SIZE}}

    def context(self, user: User) -> Context:
        """Return the context of a list that is filled on the phone."""
        return {"is_kept": True}


class HouseholdPages(PageKind):
    """The pages of a village's households, each with its row of the list."""

    name, template = "household", "households/show.html"
    macros = ((ROWS, "row"),)
    catalogues = ("account_kinds.csv", "languages.csv", "obstacles.csv", "procedures.csv")
    is_large = True

    def pages(self, user: User, since: int | None) -> Iterator[KeptPage]:
        """Yield the households written after a cursor, in walking order."""
        changed = Household.changed_since(user, since or 0).order_by(
            *Household.in_walking_order())
        for house in queries.households_with_people(changed):
            yield KeptPage(f"/households/{house.id}", self.template,
                           {"is_kept": True, "house": house},
                           ListRow(house.order, ROWS, "row", (house, True)))

    def gone(self, user: User, since: int) -> Iterator[str]:
        """Yield the pages of households that left the village after a cursor."""
        for household, in VillageStay.left_since(user.village_id, since).tuples():
            yield f"/households/{household}"
