"""The odd cases every commune has, put into the demo on purpose."""

from dataclasses import replace
from datetime import timedelta

from .. import clock, text
from ..models import VillageStay
from .facts import Draw

# who is to be found where: village, mother tongue, sex, at least how old, name as typed, born
NAMED = (
    ("V01", "vie", "m", 55, "Lê Văn An", 1957),
    ("V01", "vie", "m", 18, "Nguyễn Văn Bình", 1981),
    ("V01", "vie", "m", 18, "Nguyễn Văn Bình", 1996),
    ("V01", "vie", "f", 60, "An", 1943),
    ("V02", "sti", "m", 55, "Điểu Bré", 1957),  # typed as marks behind letters
    ("V02", "sti", "f", 55, "Thị Rin", 1957),
    ("V09", "cmo", "f", 18, "H’Lan", 1991),
)


def name_some(houses, this_year):
    """Give heads of households names that are hard: one word, an apostrophe, twice the same."""
    taken = set()
    for code, home, sex, age, typed, born in NAMED:
        head = next((house.head for house in houses.get(code, ())
                     if (house.home, house.head.sex) == (home, sex) and house.head.age >= age
                     and house.head not in taken), None)
        if head:
            taken.add(head)
            head.name, head.birth_year, head.age = text.name(typed), born, this_year - born


def move_a_house(tx, filling, calls):
    """Let a household have come from another village, where it was called at before."""
    if "V05" not in filling.villages:
        return
    origin, house = filling.villages["V05"], filling.houses["V03"][20]
    old = next(call for call in calls if call.house.village == origin)
    calls.append(_like(old, "moved", house=house, village=origin))
    VillageStay.update(since_cursor=tx.cursor).where(VillageStay.household == house.id).execute()
    VillageStay.create(household=house.id, village=origin, since_cursor=tx.cursor - 1,
                until_cursor=tx.cursor)


def call_twice(filling, calls):
    """Let two members have written down the same call on two phones."""
    team = filling.teams["V01"]
    first = next(call for call in calls
                 if call.member is team[1] and call.outcome == "met"
                 and clock.local(call.visited_at).hour < 20)
    calls.append(_like(
        first, "twice", member=team[2], companions=[], note="", flag="possible_duplicate",
        visited_at=first.visited_at + timedelta(minutes=4),
        recorded_at=first.recorded_at + timedelta(minutes=6),
        received_at=first.received_at + timedelta(minutes=30)))


def _like(call, case, **changes):
    """Return another call, at which nothing was done, with a few things different."""
    return replace(call, id=Draw(case, call.id).uuid(), steps=[], consents=[], dossiers=[],
                   **changes)
