"""The villages of a commune as lists name them: in a column, a heading or a sheet's name."""

import re
from collections import defaultdict
from collections.abc import Iterable

from .. import text
from .catalog import UnitType
from .village import Village

LONGEST_NAME = 5  # words, with the unit type
SHORT_UNITS = {"kp": "khu phố", "tdp": "tổ dân phố", "kdc": "khu dân cư"}
SHORT = re.compile(rf"^({'|'.join(SHORT_UNITS)})\b", re.IGNORECASE)
CLUSTER = re.compile(r"(xom|to|khu)\b")  # unit types that often are parts of a village


def without_zeros(name: str) -> str:
    """Return “2” for “Số 02”; another name stays as typed."""
    return re.sub(r"^(?:số\s+|so\s+)?0*(?=\d)", "", name, flags=re.IGNORECASE)


class Villages:
    """Finds villages by key, code, or name with or without the unit type."""

    def __init__(self, villages: Iterable[Village] = ()) -> None:
        villages = list(villages)
        self.units = sorted((text.fold(unit.prefix) for unit in UnitType.select()),
                            key=len) if villages else []
        self.known: dict[str, set[Village]] = defaultdict(set)
        for village in villages:
            for name in (village.label, village.name, village.code):
                for key in (f"={text.name(name).lower()}", text.fold(name)):
                    self.known[key].add(village)
            self.known[self.key(village)].add(village)

    def is_heading(self, typed: str) -> bool:
        """Return True for the heading of a village's part: a known one, or “Thôn …”."""
        has_unit = self._without_unit(typed) != typed
        if self.find(typed):
            return has_unit or not typed.isdigit()
        is_cluster = CLUSTER.match(text.fold(typed))
        return has_unit and not is_cluster and len(typed.split()) <= LONGEST_NAME

    @staticmethod
    def key(village: Village) -> str:
        """Return what a form posts for a village: no number that might be a name."""
        return f"#{village.id}"

    def find(self, typed: str) -> Village | None:
        """Return the village a cell means; None for an unknown or ambiguous name."""
        bare = self._without_unit(typed)
        number = text.fold(without_zeros(bare))
        for key in (f"={text.name(typed).lower()}", f"={text.name(bare).lower()}",
                    text.fold(typed), text.fold(bare), number):
            if len(found := self.known.get(key, ())) == 1:
                return next(iter(found))
        return None

    def _without_unit(self, typed: str) -> str:
        """Return “Cầu Ván” for “Thôn Cầu Ván”, also where the list has another unit type."""
        typed = SHORT.sub(lambda found: SHORT_UNITS[text.fold(found[0])], typed)
        key, words = text.fold(typed), typed.split()
        units = [unit for unit in self.units if unit and key.startswith(f"{unit} ")]
        return " ".join(words[len(units[-1].split()):]) if units else typed
