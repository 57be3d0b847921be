"""The villages of a commune as lists name them: in a column, a heading or a sheet's name."""

import re
from collections.abc import Iterable

from .. import text
from ..models import Village

UNITS = ("thôn", "ấp", "bản", "buôn", "bon", "làng", "sóc", "phum", "khóm", "xóm", "khu phố",
         "tổ dân phố", "khu dân cư", "khu", "tổ")
_unit = re.compile(rf"^({'|'.join(text.fold(unit) for unit in UNITS)})\b\s*(so )?[:.]?\s*")

_sure_unit = re.compile(r"^(thon|ap|ban|buon|lang|soc|phum|khom|khu pho)\b")  # no cluster's


class Villages:
    """Finds a village by its name, with or without its unit type and marks, or by its code."""

    def __init__(self, villages: Iterable[Village] = ()) -> None:
        self.known: dict[str, set[int]] = {}
        for village in villages:
            for name in (village.name, village.label, village.code):
                self.known.setdefault(key(name), set()).add(village.id)
                self.known.setdefault(text.fold(name), set()).add(village.id)

    def find(self, name: str) -> int | None:
        """Return the id of the one village of that name, or None."""
        found = self.known.get(text.fold(name)) or self.known.get(key(name)) or set()
        return next(iter(found)) if len(found) == 1 else None

    def is_heading(self, name: str) -> bool:
        """Return True for the heading of a village's part: a known one, or “Thôn …”."""
        has_unit, words = bool(_unit.match(text.fold(name))), len(name.split())
        if self.find(name) is not None:
            return has_unit or not key(name).isdigit()
        return bool(_sure_unit.match(text.fold(name))) and 1 < words <= 5


def key(name: str) -> str:
    """Return a village's name folded, without its unit type and leading zeros of a number."""
    bare = _unit.sub("", text.fold(name)) or text.fold(name)
    return re.sub(r"\b0+(?=\d)", "", bare)
