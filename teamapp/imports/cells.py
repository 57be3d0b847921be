"""What single cells of a village head's list say; each reader raises ValueError in plain words."""

import re

from flask_babel import gettext as _

from .. import text

MARKS = {"x", "co", "1", "v", "yes", "dung", "true", "✓", "✔"}
LONGEST, LONGEST_CLUSTER = 80, 40  # characters, as the tables hold them


def person_name(value):
    """Return a name as it is kept and the year of birth that may be written behind it."""
    bare = re.sub(r"^(?:\d+\s*[.)]|[-+*•])\s*", "", value)
    found = re.search(r"[\s,(–-]+(?:sn|sinh năm)?\s*((?:19|20)\d\d)\)?$", bare, re.IGNORECASE)
    name = _calm(text.name(bare[: found.start()] if found else bare))
    if re.search(r"\d", name) or not re.search(r"[^\W\d_]", name):
        raise ValueError(_("“%(name)s” không giống tên người", name=text.mask_ids(name)))
    return _short(re.sub(r"\b(\w)' ", r"\1'", name)), found and found[1]


def _calm(name):
    """Return “ĐIỂU BRÉ” as “Điểu Bré”; what is not all capitals is left as it was typed."""
    if not name.isupper():
        return name
    return re.sub(r"[^\s'-]+", lambda word: word[0][0] + word[0][1:].lower(), name)


def _short(value, most=LONGEST):
    if len(value) > most:
        raise ValueError(_("dài hơn %(most)s chữ: “%(start)s…”", most=most, start=value[:20]))
    if not text.is_clean(value):
        raise ValueError(_("có ký tự lạ không lưu được"))
    return value


def words(value, most=LONGEST):
    """Return a short text (a cluster, a landmark); digits that look like an ID are rejected."""
    if text.has_id_number(value):
        raise ValueError(_("có số giống số giấy tờ, sổ này không giữ: “%(text)s”",
                           text=text.mask_ids(value)))
    return _short(text.name(value), most)


def birth_year(value, this_year):
    """Return the year of a day or year of birth, or None where it says “không rõ”."""
    found = re.search(r"(?<!\d)((?:18|19|20)\d\d)(?!\d)", value)
    if found and int(found[1]) <= this_year:
        return int(found[1])
    if text.fold(value) in ("khong ro", "khong nho", "?", "-"):
        return None
    raise ValueError(_("năm sinh không hiểu: “%(text)s”", text=text.mask_ids(value)))


def sex(value):
    """Return m or f."""
    meaning = {"nam": "m", "trai": "m", "m": "m", "male": "m",
               "nu": "f", "gai": "f", "f": "f", "female": "f"}
    if text.fold(value) not in meaning:
        raise ValueError(_("giới tính không hiểu: “%(text)s”", text=text.mask_ids(value)))
    return meaning[text.fold(value)]


def phone(value):
    """Return the first number of a cell as ten digits; a zero that Excel dropped comes back."""
    parts = [part.strip() for part in re.split(r"[/;,]| - |\bvà\b", value)]
    typed = next(filter(None, parts), "")
    digits = re.sub(r"\.0+$", "", typed)
    digits = f"0{digits}" if re.fullmatch(r"[35789][0-9]{8}", digits) else digits
    try:
        return text.phone(digits) or ""
    except ValueError:
        raise ValueError(_("số điện thoại không đúng (10 số, bắt đầu 03 05 07 08 09): "
                           "“%(text)s”", text=text.mask_ids(typed))) from None


def is_marked(value):
    """Tell whether a cell of a yes-or-no column is ticked."""
    return text.fold(value) in MARKS


def poverty(value, ticked="poor"):
    """Return poor, near_poor or "" of a cell; `ticked` is what a mere tick means there."""
    folded = text.fold(value)
    if re.search(r"\b(khong|ko|thoat|chua)\b", folded):
        return ""
    if re.search(r"\bcan ngheo\b|^h?cn$", folded):
        return "near_poor"
    if re.search(r"\bngheo\b|^hn$", folded):
        return "poor"
    return ticked if folded in MARKS else ""


def from_note(note):
    """Return what a note says of a household that is kept; the rest of a note is not kept."""
    folded = text.fold(note)
    return {
        "poverty": poverty(note, ticked=""),
        "elderly_alone": bool(re.search(r"neo don|gia (o|song) mot minh", folded)),
        "no_smartphone": bool(re.search(
            r"khong (co )?((dien thoai|may) thong minh|smartphone)", folded)),
    }
