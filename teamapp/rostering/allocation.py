"""Sharing houses among members: evenly, and neighbours to the same one."""


def shares(houses, held):
    """Return [(member, houses)]: each ends up with as equal a number as can be.

    `houses` stand in walking order; `held` says how many each member has already. Everybody gets
    one run of neighbours.
    """
    numbers = dict(held)
    for _ in houses if numbers else ():
        numbers[min(numbers, key=numbers.get)] += 1
    parts, start = [], 0
    for member, number in numbers.items():
        end = start + number - held[member]
        parts.append((member, houses[start:end]))
        start = end
    return [(member, part) for member, part in parts if part]
