"""Readers of cells of lists of people: headers, names, phone numbers.

Each raises ValueError with a Vietnamese message.
"""

import re

from flask_babel import gettext as _

from . import id_numbers, text

LONGEST = 80  # characters, the columns' limit


def header_key(label: str) -> str:
    """Return the key a header is looked up by: folded, without brackets, signs and numbers."""
    bare = re.sub(r"\(.*?\)", " ", label)
    return " ".join(re.sub(r"[^a-z ]", " ", text.fold(bare)).split())


def person_name(value: str) -> tuple[str, str | None]:
    """Return a name as stored, and the year of birth written behind it, if any."""
    bare = re.sub(r"^(?:\d+\s*[.)]|[-+*•])\s*", "", value)
    found = re.search(r"[\s,(–-]+(?:sn|sinh năm)?\s*((?:19|20)\d\d)\)?$", bare, re.IGNORECASE)
    name = _calm(text.name(bare[: found.start()] if found else bare))
    if re.search(r"\d", name) or not re.search(r"[^\W\d_]", name):
        raise ValueError(_("“%(name)s” không giống tên người", name=id_numbers.mask(name)))
    return short(re.sub(r"\b(\w)' ", r"\1'", name)), found and found[1]


def _calm(name: str) -> str:
    """Return “ĐIỂU BRÉ” as “Điểu Bré”; a name not all in capitals stays as typed."""
    if not name.isupper():
        return name
    return re.sub(r"[^\s'-]+", lambda word: word[0][0] + word[0][1:].lower(), name)


def short(value: str, most: int = LONGEST) -> str:
    if len(value) > most:
        raise ValueError(_("dài hơn %(most)s chữ: “%(start)s…”", most=most, start=value[:20]))
    if not text.is_clean(value):
        raise ValueError(_("có ký tự lạ không lưu được"))
    return value


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
