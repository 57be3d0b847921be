"""Readers of single cells of a list; each raises ValueError with a Vietnamese message."""

import re
from typing import Any

from flask_babel import gettext as _

from .. import id_numbers, text

MARKS = {"x", "co", "1", "v", "yes", "dung", "true", "✓", "✔"}
LONGEST, LONGEST_CLUSTER = 80, 40  # characters, the columns' limits


def person_name(value: str) -> tuple[str, str | None]:
    """Return a name as stored, and the year of birth written behind it, if any."""
    bare = re.sub(r"^(?:\d+\s*[.)]|[-+*•])\s*", "", value)
    found = re.search(r"[\s,(–-]+(?:sn|sinh năm)?\s*((?:19|20)\d\d)\)?$", bare, re.IGNORECASE)
    name = _calm(text.name(bare[: found.start()] if found else bare))
    if re.search(r"\d", name) or not re.search(r"[^\W\d_]", name):
        raise ValueError(_("“%(name)s” không giống tên người", name=id_numbers.mask(name)))
    return _short(re.sub(r"\b(\w)' ", r"\1'", name)), found and found[1]


def _calm(name: str) -> str:
    """Return “ĐIỂU BRÉ” as “Điểu Bré”; a name not all in capitals stays as typed."""
    if not name.isupper():
        return name
    return re.sub(r"[^\s'-]+", lambda word: word[0][0] + word[0][1:].lower(), name)


def _short(value: str, most: int = LONGEST) -> str:
    if len(value) > most:
        raise ValueError(_("dài hơn %(most)s chữ: “%(start)s…”", most=most, start=value[:20]))
    if not text.is_clean(value):
        raise ValueError(_("có ký tự lạ không lưu được"))
    return value


def words(value: str, most: int = LONGEST) -> str:
    """Return a short text (a cluster, a landmark); reject digits that look like an ID."""
    if id_numbers.has_id_number(value):
        raise ValueError(_("có số giống số giấy tờ, sổ này không giữ: “%(text)s”",
                           text=id_numbers.mask(value)))
    return _short(text.name(value), most)


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


def phone(value: str) -> str:
    """Return the first number of a cell as ten digits; restore a zero that Excel dropped."""
    parts = [part.strip() for part in re.split(r"[/;,]| - |\bvà\b", value)]
    typed = next(filter(None, parts), "")
    digits = re.sub(r"\.0+$", "", typed)
    digits = f"0{digits}" if re.fullmatch(r"[35789][0-9]{8}", digits) else digits
    try:
        return text.phone(digits) or ""
    except ValueError:
        raise ValueError(_("số điện thoại không đúng (10 số, bắt đầu 03 05 07 08 09): "
                           "“%(text)s”", text=id_numbers.mask(typed))) from None


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
