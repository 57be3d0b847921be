"""The running round: published, with houses for every member."""

from collections.abc import Iterable
from datetime import date, time, timedelta

from peewee import chunked

from .. import clock
from ..models import Assignment, Round, RoundVillage, User, Village
from ..models.commune import WriteTransaction
from .days import ROUND
from .families import House


def publish(tx: WriteTransaction, chair: User, villages: Iterable[Village],
            given: dict[User, list[House]], today: date) -> None:
    """Write a published round; `given` are each member's houses."""
    starts_on, ends_on = today - timedelta(days=ROUND[0]), today + timedelta(days=ROUND[1])
    round = Round.create(
        commune=tx.commune, name=f"Đợt ra quân tháng {starts_on.month}", starts_on=starts_on,
        ends_on=ends_on, created_by=chair, published_by=chair, cursor=tx.cursor,
        published_at=clock.moment_of(starts_on - timedelta(days=1), time(16, 30)))
    RoundVillage.insert_many(
        [{"round": round, "village": village} for village in villages]).execute()
    rows = [(round, house.id, house.village, member, house.cluster * 100_000 + house.number)
            for member, houses in given.items() for house in houses]
    for batch in chunked(rows, 100):
        Assignment.insert_many(batch, fields=[
            Assignment.round, Assignment.household, Assignment.village, Assignment.member,
            Assignment.position]).execute()
