"""Readers of single cells of a household list; each raises ValueError in Vietnamese."""

import re
from typing import Any

from flask_babel import gettext as _

from .. import id_numbers, text
from ..cells import LONGEST, short

MARKS = {"x", "co", "1", "v", "yes", "dung", "true", "✓", "✔"}
LONGEST_CLUSTER = 40  # characters, the column's limit


def words(value: str, most: int = LONGEST) -> str:
    """Return a short text (a cluster, a landmark); reject digits that look like an ID."""
    if id_numbers.has_id_number(value):
        raise ValueError(_("có số giống số giấy tờ, sổ này không giữ: “%(text)s”",
                           text=id_numbers.mask(value)))
    return short(text.name(value), most)


def birth_year(value: str, this_year: int) -> int | None:
    """Return the year of a date or year of birth, 1900 to now, or None for “không rõ”."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", value)
    if found and int(found[1]) <= this_year:
        return int(found[1])
    if text.fold(value) in ("khong ro", "khong nho", "?", "-"):
        return None
    raise ValueError(_("năm sinh không hiểu: “%(text)s”", text=id_numbers.mask(value)))


def sex(value: str) -> str:
    """Return m or f."""
    meaning = {"nam": "m", "trai": "m", "m": "m", "male": "m",
               "nu": "f", "gai": "f", "f": "f", "female": "f"}
    if text.fold(value) not in meaning:
        raise ValueError(_("giới tính không hiểu: “%(text)s”", text=id_numbers.mask(value)))
    return meaning[text.fold(value)]


def is_marked(value: str) -> bool:
    return text.fold(value) in MARKS


def poverty(value: str, ticked: str = "poor") -> str:
    """Return poor, near_poor or "" of a cell; a mere tick means `ticked`."""
    folded = text.fold(value)
    if re.search(r"\b(khong|ko|thoat|chua)\b", folded):
        return ""
    if re.search(r"\bcan ngheo\b|^h?cn$", folded):
        return "near_poor"
    if re.search(r"\bngheo\b|^hn$", folded):
        return "poor"
    return ticked if folded in MARKS else ""


def from_note(note: str) -> dict[str, Any]:
    """Return the fields of a household a note names; the note itself is not stored."""
    folded = text.fold(note)
    return {
        "poverty": poverty(note, ticked=""),
        "elderly_alone": bool(re.search(r"neo don|gia (o|song) mot minh", folded)),
        "no_smartphone": bool(re.search(
            r"khong (co )?((dien thoai|may) thong minh|smartphone)", folded)),
    }
