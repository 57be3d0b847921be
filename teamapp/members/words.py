"""The roles and languages that a list of people names, with or without accents."""

import re

from .. import text
from ..models import Language

ROLES = {"leader": r"\bto truong\b|^tt$|\btruong to\b|^leader$",
         "member": r"\bthanh vien\b|^tv$|\bto vien\b|\bto pho\b|\bpho to\b|\bcong tac vien\b"
                   r"|^member$",
         "officer": r"\bcan bo tong hop\b|^officer$",
         "chair": r"^chu tich( ubnd)?( xa| phuong)?$|^chair$"}
ALIASES = {"kinh": "vie", "xtieng": "sti", "hmong": "hmn", "jarai": "jra", "bahnar": "bdq"}


def role_of(typed: str) -> str:
    """Return a role by its code or its words; a member where nothing is said; "" if unknown."""
    key = text.fold(typed)
    return next((role for role, words in ROLES.items() if re.search(words, key)),
                "" if key else "member")


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
