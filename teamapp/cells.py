"""Readers of cells of lists of people: headers, names, phone numbers.

Each raises ValueError with a Vietnamese message.
"""

import re
from contextlib import suppress

from flask_babel import gettext as _

from . import id_numbers, text

LONGEST = 80  # characters, the columns' limit
NOTHING = {"", "0", "-", "--", "---", "–", "—", ".", "/", "\\", "?", "khong", "khong co", "ko",
           "ko co", "k co", "chua co", "khong ro", "khong nho", "khong biet", "kg", "none", "null",
           "n/a"}
TITLES = re.compile(
    r"^(?:(?:hộ|gia đình|gđ)(?:\s*:\s*|\s+)(?:(?:ông|bà|anh|chị|cụ|cô|chú|ô|b)\b\.?\s*)?"
    r"|(?:bà|anh|chị|cụ)\s+(?=\S+\s+\S)|(?:ông|bà)\s*:\s*|[ôb]\.\s*)", re.IGNORECASE)
PAREN = re.compile(r"\s*\([^()]*\)?")
NO_DEATH = r"(?![\s\w]*(?:thẻ|giấy|sổ|tài sản|xe|máy|việc|sức|khả năng|mùa|đất|CCCD|CMND))"
BEFORE = r"(?:(?<![\s(,–-])[\s(,–-]+)?"  # a run, tried at its start alone: no long way back
FATE = re.compile(
    rf"{BEFORE}(?:\b(?:đã|mới)\s+)(?:mất|chết|qua đời|từ trần|chuyển (?:đi|khẩu)|dọn đi|cắt khẩu)\b"
    rf"{NO_DEATH}[^()]*\)?"
    rf"|{BEFORE}\((?:mất|chết|qua đời|từ trần|chuyển đi|dọn đi)\b{NO_DEATH}[^()]*\)"
    r"|^(?:mất|chết|qua đời|từ trần|chuyển đi|dọn đi)(?:\s+(?:năm|ngày)?\s*[\d/.-]*)?$",
    re.IGNORECASE)


def header_key(label: str) -> str:
    """Return the key a header is looked up by: folded, without brackets, signs and numbers."""
    bare = re.sub(r"\(.*?\)", " ", label[:200])
    return " ".join(re.sub(r"[^a-z ]", " ", text.fold(bare)).split())


def person_name(value: str, is_titled: bool = False) -> tuple[str, str | None]:
    """Return a name as stored, and the year of birth written behind it, if any.

    `is_titled`: the list writes “Ông” before names; elsewhere it is a surname.
    """
    value = short(" ".join(value.split()), 200)
    bare = re.sub(r"^(?:\d+\s*[.)]|[-+*•'])\s*", "", value)
    found = re.search(r"[\s,(–-]+(?:sn|sinh năm)?\s*((?:19|20)\d\d)\)?$", bare, re.IGNORECASE)
    bare = FATE.sub("", bare) if FATE.search(bare) else bare[: found.start()] if found else bare
    bare = TITLES.sub("", bare)
    if is_titled:
        bare = re.sub(r"^ông\s+(?=\S+\s+\S)", "", bare, flags=re.IGNORECASE)
    name = _calm(text.name(PAREN.sub("", bare)))
    name = re.sub(r"(?<=\w)[\s.(]+\d\)?$", "", name)  # namesakes told apart as 1 and 2
    if re.search(r"\d", name) or not re.search(r"[^\W\d_]", name):
        raise ValueError(_("“%(name)s” không giống tên người", name=id_numbers.mask(name)))
    return short(re.sub(r"\b(\w)' ", r"\1'", name)), found and found[1]


def _calm(name: str) -> str:
    """Return “ĐIỂU BRÉ” and “điểu bré” as “Điểu Bré”; a name of both cases stays as typed."""
    if not (name.isupper() or name.islower()):
        return name
    return re.sub(r"[^\s'-]+", lambda word: word[0][0].upper() + word[0][1:].lower(), name)


def short(value: str, most: int = LONGEST) -> str:
    """Return a short text; reject a longer one, or one that cannot be stored."""
    if len(value) > most:
        raise ValueError(_("dài hơn %(most)s chữ: “%(start)s…”", most=most, start=value[:20]))
    if not text.is_clean(value):
        raise ValueError(_("có ký tự lạ không lưu được"))
    return value


def phone(value: str) -> str:
    """Return the first mobile number of a cell as ten digits; restore a zero that Excel dropped."""
    value = short(value, 200)
    if text.fold(value) in NOTHING:
        return ""
    parts = [part.strip(" '’`") for part in re.split(r"[/;,\n]| - |\bvà\b|\bhoặc\b", value)]
    for typed in filter(None, [*parts, *value.split()]):
        digits = re.sub(r"\.0+$", "", typed)
        digits = f"0{digits}" if re.fullmatch(r"[35789][0-9]{8}", digits) else digits
        with suppress(ValueError):
            return text.phone(re.sub(r"\(.*?\)|[^\d+().\s-]", "", digits)) or ""
    shown = id_numbers.mask(" ".join(value.split()))
    raise ValueError(_("số điện thoại không đúng (10 số, bắt đầu 03 05 07 08 09): “%(text)s”",
                       text=shown))
