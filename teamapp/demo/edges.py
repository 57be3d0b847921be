"""Edge cases that every commune has, put into the demo on purpose."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .. import clock, text
from ..models import VillageStay
from ..models.commune import WriteTransaction
from .calls import Call
from .facts import Draw
from .families import House

if TYPE_CHECKING:
    from .fill import Filling

# village, mother tongue, sex, at least how old, name as typed, born
NAMED = (
    ("V01", "vie", "m", 55, "Lê Văn An", 1957),
    ("V01", "vie", "m", 18, "Nguyễn Văn Bình", 1981),
    ("V01", "vie", "m", 18, "Nguyễn Văn Bình", 1996),
    ("V01", "vie", "f", 60, "An", 1943),
    ("V02", "sti", "m", 55, "Điểu Bré", 1957),  # typed as marks behind letters
    ("V02", "sti", "f", 55, "Thị Rin", 1957),
    ("V09", "cmo", "f", 18, "H’Lan", 1991),
)


def name_some(houses: dict[str, list[House]], this_year: int) -> None:
    """Give some heads hard names: of one word, with an apostrophe, the same twice."""
    taken = set()
    for code, home, sex, age, typed, born in NAMED:
        head = next((house.head for house in houses.get(code, ())
                     if (house.home, house.head.sex) == (home, sex) and house.head.age >= age
                     and house.head not in taken), None)
        if head:
            taken.add(head)
            head.name, head.birth_year, head.age = text.name(typed), born, this_year - born


def move_a_house(tx: WriteTransaction, filling: "Filling", calls: list[Call]) -> None:
    """Move a household from another village, with a visit recorded there before."""
    if "V05" not in filling.villages:
        return
    origin, house = filling.villages["V05"], filling.houses["V03"][20]
    old = next(call for call in calls if call.house.village == origin)
    calls.append(_like(old, "moved", house=house, village=origin))
    VillageStay.update(since_cursor=tx.cursor).where(VillageStay.household == house.id).execute()
    VillageStay.create(household=house.id, village=origin, since_cursor=tx.cursor - 1,
                       until_cursor=tx.cursor, until_on=clock.day_of(tx.now))


def call_twice(filling: "Filling", calls: list[Call]) -> None:
    """Add a call that a second member recorded on another phone."""
    team = filling.teams["V01"]
    first = next(call for call in calls
                 if call.member is team[1] and call.outcome == "met"
                 and clock.local(call.visited_at).hour < 20)
    calls.append(_like(
        first, "twice", member=team[2], companions=[], note="", flag="possible_duplicate",
        visited_at=first.visited_at + timedelta(minutes=4),
        recorded_at=first.recorded_at + timedelta(minutes=6),
        received_at=first.received_at + timedelta(minutes=30)))


def _like(call: Call, case: str, **changes: Any) -> Call:
    """Return a changed copy of a call, without steps, consents and dossiers."""
    return replace(call, id=Draw(case, call.id).uuid(), steps=[], consents=[], filings=[],
                   **changes)
