"""The words of a search as conditions: all within one person, or within the house.

The rules are those of `teamapp/static/js/page/words.js`, the search on the phone.
"""

import re
from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from peewee import Case, Expression, Field, fn

from ..models import Household, Resident
from ..statements import Among
from ..text import fold

Free = Callable[[str, bool], Expression]  # (word, whole or only its beginning) → condition


class Search:
    """The words somebody searches for."""

    def __init__(self, words: str) -> None:
        self.words = re.findall(r"[^\W_]+", fold(words))

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def matches(self) -> Expression:
        """The condition of a household that is found."""
        return self.all_are(in_house, False) | self.somebody(False)

    @property
    def rank(self) -> Case:
        """5 to 2: whole words before beginnings of words, then the head before others."""
        tiers = []
        for whole, score in ((True, 4), (False, 2)):
            house = self.all_are(in_house, whole)
            head = house & self.all_are(in_title, False) | self.somebody(whole, is_head())
            tiers += [(head, score + 1), (house | self.somebody(whole), score)]
        return Case(None, tiers, 0)

    def people_in(self, households: Iterable[UUID]) -> dict[UUID, tuple[str, int | None]]:
        """Return {household: (name, year)} where a person matches better than the house."""
        own = Case(None, [(self.all_are(in_house, True), 2), (self.all_are(in_house, False), 1)], 0)
        fit = Case(None, [(self.all_are(in_person, True), 2)], 1)
        leads = Case(None, [(is_head(), 1)], 0)
        rows = (Resident.select(Resident.household, Resident.name, Resident.birth_year)
                .join(Household).where(Resident.household.in_(Among(households)),
                                       self.all_are(in_person, False))
                .select_extend(Case(None, [(fit > own, 1)], 0), leads)
                .order_by(fit.desc(), leads.desc(), Resident.position).tuples())
        best: dict[UUID, Any] = {}
        for household, name, year, is_better, is_known in rows:
            best.setdefault(household, (name, year) if is_better and not is_known else None)
        return {household: person for household, person in best.items() if person}

    def somebody(self, whole: bool, *more: Expression) -> Expression:
        """Return the condition “one resident of the household has every word”."""
        return fn.EXISTS(Resident.select(Resident.id).where(
            Resident.household == Household.id, self.all_are(in_person, whole), *more))

    def all_are(self, free: Free, whole: bool) -> Expression:
        """Return the condition “every word is there”; a label takes its number with it."""
        found, before = [], ""
        for word, after in zip(self.words, [*self.words[1:], ""], strict=True):
            condition = free(word, whole)
            if after.isdecimal():
                labelled = labels(word)
                condition = labelled & numbered(word, after, whole) | ~labelled & condition
            elif word.isdecimal() and before:
                condition = labels(before) | condition
            found.append(condition)
            before = word
        return reduce(and_, found)


def has(key: Field, *patterns: str, whole: bool) -> Expression:
    """Return the condition “the key has one of these”, followed by a blank if `whole`."""
    text, end = (key.concat(" "), " %") if whole else (key, "%")
    return reduce(or_, (text ** (pattern + end) for pattern in patterns))


def in_house(word: str, whole: bool) -> Expression:
    return has(Household.search_key, word, f"% {word}", whole=whole)


def in_title(word: str, whole: bool) -> Expression:
    """Return the condition “the head's name has a word that begins so”."""
    return has(Household.search_key, f"{word}%|", f"% {word}%|", whole=False)


def in_person(word: str, whole: bool) -> Expression:
    """Return the condition “the resident, or the place of the house, has this word”."""
    return (has(Resident.search_key, word, f"% {word}", whole=whole)
            | has(Household.search_key, f"%|% {word}", whole=whole))


def numbered(label: str, number: str, whole: bool) -> Expression:
    """Return the condition “the place has this number after this word”, as in “cụm 3”."""
    return has(Household.search_key, f"%|{label} {number}", f"%|% {label} {number}", whole=whole)


def labels(word: str) -> Expression:
    """Return the condition “the place has this word before a number”."""
    return reduce(or_, (numbered(word, digit, False) for digit in "0123456789"))


def is_head() -> Expression:
    return (Resident.position == 0) & (Resident.name == Household.head)
