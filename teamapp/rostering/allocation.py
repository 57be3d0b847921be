"""Allocation of households to members: even numbers, and neighbours to the same member."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

Member = TypeVar("Member")
Household = TypeVar("Household")


def shares(households: Sequence[Household],
           held: Mapping[Member, int]) -> list[tuple[Member, Sequence[Household]]]:
    """Return each member's new households; all members end with numbers as equal as can be.

    `households` stand in walking order; `held` is the number each member has already. Each member
    gets one run of neighbours; a member who gets none is left out.
    """
    numbers = dict(held)
    for _ in households if numbers else ():
        numbers[min(numbers, key=lambda member: numbers[member])] += 1
    parts, start = [], 0
    for member, number in numbers.items():
        end = start + number - held[member]
        parts.append((member, households[start:end]))
        start = end
    return [(member, part) for member, part in parts if part]
