"""Usernames proposed for people: from their place and name, without accents."""

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from .. import text
from .user import User


def stem(name: str, place: str) -> str:
    """Return the place's code, the given name and the initials: “v01.lanlt” for Lê Thị Lan."""
    words = re.sub(r"[^a-z0-9]", " ", text.fold(name)).split() or ["nguoi"]
    code = re.sub(r"[^a-z0-9]", "", text.fold(place)) or "x"
    return f"{code}.{words[-1][:30]}{''.join(word[0] for word in words[:-1])[:4]}"


def propose(people: Sequence[tuple[str, str]]) -> list[str]:
    """Return a username for each (name, code of the place), in the whole program unique.

    One that is taken gets the next number: “v01.lanlt2”.
    """
    stems = [stem(name, place) for name, place in people]
    taken, proposed = taken_among(stems), []
    for wanted in stems:
        username, number = wanted, 1
        while username in taken:
            number += 1
            username = f"{wanted}{number}"
        taken.add(username)
        proposed.append(username)
    return proposed


def taken_among(stems: Iterable[str]) -> set[str]:
    """Return the usernames that exist under the places of these stems."""
    places = {wanted.partition(".")[0] for wanted in stems}
    starts = [User.username.startswith(f"{place}.") for place in places]
    return {username for username, in User.select(User.username).where(
        reduce(or_, starts)).tuples()} if starts else set()
