"""The first steps of a new commune: how far it has come, until all of them are done."""

from dataclasses import dataclass
from typing import Self

from peewee import fn

from ..models import Commune, Household, Round, Target, User, Village


@dataclass
class Checklist:
    """What a commune has of villages, people, households, targets and rounds."""

    code: str  # of the commune
    villages: int
    people: int  # active accounts of teams
    newcomers: int  # of them never signed in
    unstaffed: int  # villages without an active account
    unlisted: int  # villages without a household
    targets: int
    rounds: int  # published ones

    @classmethod
    def of(cls, commune_id: int) -> Self:
        """Return the state of a commune, in one statement."""
        places = Village.select(fn.COUNT(Village.id)).where(
            Village.commune == commune_id, Village.closed_on.is_null())
        people = User.select(fn.COUNT(User.id)).where(
            User.commune == commune_id, User.active, User.role.in_(User.FIELD))
        staff = User.select(User.id).where(User.village == Village.id, User.active)
        listed = Household.select(Household.id).where(Household.village == Village.id)
        return cls(*Commune.select(
            Commune.code, places, people, people.where(User.secret_hash == ""),
            places.where(~fn.EXISTS(staff)), places.where(~fn.EXISTS(listed)),
            Target.select(fn.COUNT(Target.id)).where(Target.commune == commune_id),
            Round.select(fn.COUNT(Round.id)).where(
                Round.commune == commune_id, Round.published_at.is_null(False)),
        ).where(Commune.id == commune_id).tuples().get())

    @property
    def has_people(self) -> bool:
        """Whether each village has somebody."""
        return self.villages > 0 and not self.unstaffed

    @property
    def has_households(self) -> bool:
        """Whether each village has a household."""
        return self.villages > 0 and not self.unlisted

    @property
    def is_done(self) -> bool:
        """Whether no first step is left."""
        return bool(self.has_people and self.has_households and self.targets and self.rounds)
