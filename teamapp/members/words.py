"""The villages, roles and languages that a list of people names, with or without accents."""

import re
from collections import defaultdict
from collections.abc import Iterable

from .. import text
from ..models import Language, UnitType, Village

ROLES = {"leader": r"\bto truong\b|\btruong to\b|^leader$",
         "member": r"\bthanh vien\b|\bto vien\b|\bto pho\b|\bpho to\b|\bcong tac vien\b|^member$",
         "officer": r"\bcan bo tong hop\b|^officer$",
         "chair": r"^chu tich( ubnd)?( xa| phuong)?$|^chair$"}
ALIASES = {"kinh": "vie", "xtieng": "sti", "hmong": "hmn", "jarai": "jra", "bahnar": "bdq"}


def role_of(typed: str) -> str:
    """Return a role by its code or its words; a member where nothing is said; "" if unknown."""
    key = text.fold(typed)
    return next((role for role, words in ROLES.items() if re.search(words, key)),
                "" if key else "member")


class Villages:
    """Finds villages by key, code, or name with or without the unit type."""

    def __init__(self, villages: Iterable[Village]) -> None:
        self.units = sorted((text.fold(unit.prefix) for unit in UnitType.select()), key=len)
        self.known: dict[str, set[Village]] = defaultdict(set)
        for village in villages:
            for name in (village.label, village.name, village.code):
                for key in (f"={text.name(name).lower()}", text.fold(name)):
                    self.known[key].add(village)
            self.known[self.key(village)].add(village)

    @staticmethod
    def key(village: Village) -> str:
        """Return what a form posts for a village: no number that might be a name."""
        return f"#{village.id}"

    def find(self, typed: str) -> Village | None:
        """Return the village a cell means; None for an unknown or ambiguous name."""
        bare = self._without_unit(typed)
        for key in (f"={text.name(typed).lower()}", f"={text.name(bare).lower()}",
                    text.fold(typed), text.fold(bare)):
            if len(found := self.known.get(key, ())) == 1:
                return next(iter(found))
        return None

    def _without_unit(self, typed: str) -> str:
        """Return “Cầu Ván” for “Thôn Cầu Ván”, also where the list has another unit type."""
        key, words = text.fold(typed), typed.split()
        units = [unit for unit in self.units if unit and key.startswith(f"{unit} ")]
        return " ".join(words[len(units[-1].split()):]) if units else typed


class Languages:
    """Finds languages by code, or by name with or without “tiếng”."""

    def __init__(self) -> None:
        self.known = dict(ALIASES)
        for language in Language.select():
            for name in (language.code, language.name, language.name_en):
                self.known[self._key(name)] = language.code

    def read(self, typed: str) -> tuple[list[str], list[str]]:
        """Return the codes of a cell, Vietnamese where it is empty, and the words not known."""
        words = [word for word in re.split(r"[,;/+]|\bvà\b", typed) if word.strip()]
        codes = {word: self.known.get(self._key(word)) for word in words or ["vie"]}
        return (sorted({code for code in codes.values() if code}),
                [word.strip() for word, code in codes.items() if not code])

    @staticmethod
    def _key(name: str) -> str:
        return re.sub(r"[^a-z]", "", text.fold(name).removeprefix("tieng "))
