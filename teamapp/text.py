"""Vietnamese text: the stored spelling, keys for search and order, and the display of values."""

import re
import unicodedata
from datetime import date, datetime
from uuid import UUID

from . import clock

APOSTROPHES = "'’‘ʼʻ′`´"
MISSING = "—"

# Characters without a shape of their own: soft hyphens, zero-width ones, those that turn a line.
_JOINERS = "\u200c\u200d"  # parts of emojis, too
_UNSEEN = "\u00ad\u061c\u180e\u200b\u200e\u200f\ufeff" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2060, 0x2070))))
_without_unseen = str.maketrans(dict.fromkeys(_UNSEEN))
_one_d = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"}  # capital letters look alike
_to_plain = str.maketrans(
    _one_d | dict.fromkeys(_UNSEEN + _JOINERS) | dict.fromkeys(APOSTROPHES, "'"))
_to_space = _to_plain | str.maketrans(dict.fromkeys(APOSTROPHES, " "))

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: str(10 + place) for place, letter in enumerate(_LETTERS)}
_RANK |= {digit: str(60 + int(digit)) for digit in "0123456789"}
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; no tone sorts first

_UNCLEAN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # Cc and Cs
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spelled(text: str) -> str:
    """Return the stored spelling of any text: NFC, without characters that nobody sees."""
    return unicodedata.normalize("NFC", text).translate(_without_unseen)


def name(text: str | None) -> str:
    """Return the stored spelling of a name: NFC, single spaces, plain apostrophes, one “Đ”."""
    plain = unicodedata.normalize("NFC", text or "").translate(_to_plain)
    return " ".join(plain.split())


def fold(text: str | None) -> str:
    """Return lower-case letters without diacritics: "dieu bre" for "Điểu Bré"."""
    spaced = (text or "").translate(_to_space).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced) if not unicodedata.combining(c))
    return " ".join(bare.replace("đ", "d").split())


def is_same_name(one: str, other: str) -> bool:
    """Compare two spellings of a name; one without any diacritics matches every other.

    "Hòa" is "Hoà", and "hung" may be "Hùng" or "Hưng", but "Hùng" is not "Hưng".
    """
    if fold(one) != fold(other):
        return False
    return sort_key(one) == sort_key(other) or any(
        fold(name_) == " ".join(name_.translate(_to_space).lower().split())
        for name_ in (one, other))


def search_key(*parts: object) -> str:
    """Return the folded words of all parts in order; a search matches prefixes of words."""
    return " ".join(key for key in (fold(str(part)) for part in parts if part is not None) if key)


def sort_key(full_name: str | None) -> str:
    """Return digits that order people as Vietnamese lists do: given name, surname, middle names.

    Letters compare before tones, word by word. The key has at most 120 characters, only digits,
    because digits sort alike under every collation of SQLite and PostgreSQL.
    """
    words = unicodedata.normalize("NFC", full_name or "").translate(_to_space).lower().split()
    return "".join(_word_key(word) for word in words[-1:] + words[:-1])[:120]


def _word_key(word: str) -> str:
    tone, ranks = 0, []
    for letter in word:
        marks = unicodedata.normalize("NFD", letter)
        tone = max(tone, *(_TONES.find(mark) + 1 for mark in marks))
        ranks.append(_RANK.get(_without_tone(marks), ""))
    return "".join(ranks) + f"0{tone}"


def _without_tone(marks: str) -> str:
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))


def phone(text: str | None) -> str | None:
    """Return a mobile number as 10 digits, or None for an empty one.

    Raises ValueError unless it is a Vietnamese mobile number (^0[35789] and eight digits).
    """
    digits = re.sub(r"[\s.\-()]", "", text or "")
    if not digits:
        return None
    number_ = re.sub(r"^(?:\+84|0084|84(?=\d{9}$))0?", "0", digits)
    if not re.fullmatch(r"0[35789][0-9]{8}", number_):
        raise ValueError(f"not a Vietnamese mobile number: {text!r}")
    return number_


def uuid(text: str) -> UUID:
    """Return the UUID of its one spelling: lower case, with hyphens; else raise ValueError."""
    found = UUID(text)
    if str(found) != text:
        raise ValueError(f"another spelling of a UUID: {text!r}")
    return found


def is_clean(text: str) -> bool:
    """Check that a text can be stored: no NUL, no control character, no lone surrogate."""
    return not _UNCLEAN.search(text)


def legible(text: str) -> str:
    """Return a text with a mark in the place of each character that cannot be stored."""
    return _UNCLEAN.sub("\ufffd", text)


def day(value: date | datetime | None, language: str = "vi") -> str:
    """Format a date, or a moment in Asia/Ho_Chi_Minh: 05/03/2026; in English 5 Mar 2026."""
    if not value:
        return ""
    on = _local_day(value)
    return (on.strftime("%d/%m/%Y") if language == "vi"
            else f"{on.day} {_MONTHS[on.month - 1]} {on.year}")


def short_day(value: date | datetime | None, language: str = "vi") -> str:
    """Format a date, or a moment in Asia/Ho_Chi_Minh: 5/3; in English 5 Mar.

    One of another year has its year: 5/3/2019.
    """
    if not value:
        return ""
    on = _local_day(value)
    if on.year != clock.today().year:
        return f"{on.day}/{on.month}/{on.year}" if language == "vi" else day(on, language)
    return f"{on.day}/{on.month}" if language == "vi" else f"{on.day} {_MONTHS[on.month - 1]}"


def clock_time(moment: datetime | None) -> str:
    """Format a moment in Asia/Ho_Chi_Minh as HH:MM."""
    return clock.local(moment).strftime("%H:%M") if moment else ""


def _local_day(value: date | datetime) -> date:
    return clock.day_of(value) if isinstance(value, datetime) else value


def number(value: float | None, language: str = "vi") -> str:
    """Format 6104 as "6.104" and 18.5 as "18,5", in English "6,104" and "18.5"; None is "—"."""
    if value is None:
        return MISSING
    english = f"{value:,}"
    return english.translate(str.maketrans(",.", ".,")) if language == "vi" else english
