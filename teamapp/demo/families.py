"""Invented families: names put together at random, ages and sizes in the given proportions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Household, Resident, Village
from ..models.commune import WriteTransaction
from .facts import FACTS, Draw

AGES = {"0-13": (0, 13), "14-17": (14, 17), "18-59": (18, 59), "60+": (60, 88)}
CLUSTER = 28  # houses of one cụm


@dataclass(eq=False)
class Person:
    """An invented person, and the account statuses the team knows of."""

    id: UUID
    name: str
    birth_year: int
    sex: str
    age: int
    refuses: bool  # withholds consent to be recorded by name
    house: "House"
    known: dict[str, str] = field(default_factory=dict)  # account kind → done or not_yet
    since: dict[str, datetime] = field(default_factory=dict)  # account kind → done since

    @property
    def is_adult(self) -> bool:
        """True from the age at which a person may have level 2."""
        return self.age >= Resident.ADULT


@dataclass(eq=False)
class House:
    """An invented household."""

    id: UUID
    village: Village
    number: int
    home: str  # the language spoken at home
    language: str | None  # the language a visitor needs
    landmark: str
    people: list[Person]
    phone: str = ""
    poverty: str = ""
    no_smartphone: bool = False
    is_empty: bool = False  # the household has moved away

    @property
    def head(self) -> Person:
        return self.people[0]

    @property
    def adults(self) -> list[Person]:
        return [person for person in self.people if person.is_adult]

    @property
    def cluster(self) -> int:
        return (self.number - 1) // CLUSTER + 1

    def row(self) -> dict[str, Any]:
        """Return the household as Household.enlist takes it."""
        is_alone = len(self.people) <= 2 and all(person.age >= 60 for person in self.people)
        return {"id": self.id, "village": self.village.id, "number": self.number,
                "cluster": f"Cụm {self.cluster}", "cluster_position": self.cluster,
                "landmark": self.landmark, "head": self.head.name, "phone": self.phone,
                "language": self.language, "poverty": self.poverty, "elderly_alone": is_alone,
                "no_smartphone": self.no_smartphone}


def families(village: Village, facts: dict[str, Any], this_year: int) -> list[House]:
    draw = Draw(village.commune.code, village.code, "families")
    total = facts["households"]
    homes = draw.shares(total, facts["homes_percent"])
    sizes = [int(size) for size in draw.shares(total, FACTS["household_size_percent"])]
    groups = _grouped_ages(draw, sizes)
    return [_family(draw, village, facts, number, home, ages, this_year)
            for number, (home, ages) in enumerate(zip(homes, groups), 1)]


def _grouped_ages(draw: Draw, sizes: list[int]) -> list[list[int]]:
    """Return the ages of each household; a grown-up is always the first."""
    pool = [draw.randint(*AGES[band]) for band in draw.shares(sum(sizes), FACTS["age_percent"])]
    elders = [age for age in pool if age >= 60]
    grown = sorted((age for age in pool if 18 <= age < 60), key=lambda age: age < 25)
    grown.reverse()  # those under 25 come first, so that pop() takes the others
    young = [age for age in pool if age < 18]
    firsts = [(elders if elders and draw.chance(45 if size == 1 else 16) else grown).pop()
              for size in sizes]
    seconds = [grown.pop() if size > 1 and grown and draw.chance(70) else None for size in sizes]
    rest = elders + grown + young
    draw.shuffle(rest)
    return [[first] + sorted((second or rest.pop() if place == 1 else rest.pop()
                              for place in range(1, size)), reverse=True)
            for first, second, size in zip(firsts, seconds, sizes)]


def _family(draw: Draw, village: Village, facts: dict[str, Any], number: int, home: str,
            ages: list[int], this_year: int) -> House:
    needs_language = home != "vie" and draw.chance(FACTS["language_needed_percent"])
    house = House(draw.uuid(), village, number, home, home if needs_language else None,
                  draw.choice(FACTS["landmarks"]) if draw.chance(60) else "", [])
    family = draw.choice(FACTS["names"][home].get("surnames", [""]))
    for place, age in enumerate(ages):
        sex = "mf"[(place + draw.chance(25)) % 2] if place < 2 else draw.choice("mf")
        own = place == 1 and age >= 18  # who married in keeps their own surname
        name = person_name(draw, home, sex, None if own else family)
        house.people.append(Person(
            draw.uuid(), name, this_year - age, sex, age,
            draw.chance(FACTS["consent_refused_percent"]), house))
    without = 100 - facts["smartphone_percent"]
    house.no_smartphone = draw.chance(without if len(house.adults) == 1 else without * 0.45)
    house.phone = invented_phone(draw) if draw.chance(85) else ""
    house.poverty = draw.one({"good": {"": 95, "near_poor": 3, "poor": 2},
                              "fair": {"": 88, "near_poor": 6, "poor": 6},
                              "weak": {"": 78, "near_poor": 10, "poor": 12}}[facts["signal"]])
    return house


def person_name(draw: Draw, home: str, sex: str, family: str | None = None) -> str:
    """Return an invented name of that mother tongue."""
    parts = FACTS["names"][home]
    surname = family or draw.choice(parts.get("surnames") or parts[f"surnames_{sex}"])
    words = (surname, draw.choice(parts[f"middle_{sex}"]), draw.choice(parts[f"given_{sex}"]))
    return " ".join(filter(None, words)).replace("' ", "'")


def invented_phone(draw: Draw) -> str:
    """Return a mobile number with a prefix that no carrier uses."""
    return f"030{draw.randint(0, 9_999_999):07}"


def enlist(tx: WriteTransaction, houses: list[House]) -> None:
    Household.enlist(tx, [house.row() for house in houses])
    Resident.enlist(tx, [
        {"id": person.id, "village": house.village.id, "household": house.id, "name": person.name,
         "birth_year": person.birth_year, "sex": person.sex, "position": place}
        for house in houses for place, person in enumerate(house.people)])
