"""The round that is running: published, with houses for every member."""

from datetime import time, timedelta

from peewee import chunked

from .. import clock
from ..models import Assignment, Round, RoundVillage
from .days import ROUND


def publish(tx, chair, villages, given, today):
    """Write a published round with these houses, {member: houses}."""
    starts_on, ends_on = today - timedelta(days=ROUND[0]), today + timedelta(days=ROUND[1])
    wave = Round.create(
        commune=tx.commune, name=f"Đợt ra quân tháng {starts_on.month}", starts_on=starts_on,
        ends_on=ends_on, created_by=chair, published_by=chair, cursor=tx.cursor,
        published_at=clock.moment_of(starts_on - timedelta(days=1), time(16, 30)))
    RoundVillage.insert_many(
        [{"round": wave, "village": village} for village in villages]).execute()
    rows = [(wave, house.id, house.village, member, house.cluster * 100_000 + house.number)
            for member, houses in given.items() for house in houses]
    for batch in chunked(rows, 100):
        Assignment.insert_many(batch, fields=[
            Assignment.round, Assignment.household, Assignment.village, Assignment.member,
            Assignment.position]).execute()
