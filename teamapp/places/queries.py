"""Queries for the screens of villages."""

from dataclasses import dataclass

from peewee import fn

from ..models import UnitType, User, Village, VillageStay


@dataclass
class Place:
    """One line of the list: a village, its active accounts and its households."""

    village: Village
    members: int
    households: int

    @property
    def is_empty(self) -> bool:
        """Whether the village may be closed."""
        return not (self.members or self.households)


def places(villages: list[Village]) -> list[Place]:
    """Return the lines of some villages, in their order."""
    ids = [village.id for village in villages]
    members = dict(User.select(User.village, fn.COUNT(User.id)).where(
        User.village.in_(ids), User.active).group_by(User.village).tuples())
    households = dict(VillageStay.select(VillageStay.village, fn.COUNT(VillageStay.id)).where(
        VillageStay.village.in_(ids), VillageStay.until_cursor.is_null(),
    ).group_by(VillageStay.village).tuples())
    return [Place(village, members.get(village.id, 0), households.get(village.id, 0))
            for village in villages]


def unit_types() -> list[UnitType]:
    return list(UnitType.select().order_by(UnitType.position))
