"""Readers of single cells of a household list; each raises ValueError in Vietnamese."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from .. import id_numbers, text
from ..cells import FATE, LONGEST, NOTHING, PAREN, TITLES, short

MARKS = {"x", "co", "1", "v", "yes", "dung", "true", "✓", "✔"}
LONGEST_CLUSTER = 40  # characters, the column's limit
ANOTHER = re.compile(  # by a surname: what follows a name in its cell is another person
    r"(?!truong (?:thon|ap|ban|buon|lang|xom|khu|to|nhom)\b)(?:"
    r"an|au|bach|ban|banh|be|bui|ca|cam|cao|chau|che|chu|chung|cu|cung|da|dam|dang|danh"
    r"|dao|dau|diep|dieu|dinh|do|doan|dong|du|duong|giang|giap|h|ha|hau|ho|hoa|hoang|hua"
    r"|huynh|khuat|kieu|kim|kpa|ksor|la|lam|lang|le|lieu|lo|long|lu|luc|luong|luu|ly|ma"
    r"|mac|mai|mau|mong|nay|ngo|nguyen|nhan|nie|nong|ong|pham|phan|phi|phu|phung|quach"
    r"|quan|quang|rahlan|rcom|siu|sung|ta|tang|thach|thai|than|thao|thi|tieu|to|ton|tong"
    r"|tran|trang|tri|trieu|trinh|truong|tu|tuong|ung|van|vang|vi|vo|vu|vuong|xa|y|yen"
    r")\b")
UNABLE = re.compile(r"\b(khong|ko|k|mat)( con| co)* (kha nang|suc|kn) ?(lao dong|ld)\b")
NOT_POOR = re.compile(r"\b(khong|ko|thoat|het|ra khoi|chua)\b(\W+\w+){0,4}?\W+ngheo\b"
                      r"|\bngheo\W*:?\W*(khong|ko)\b|^(khong|ko|k|kn)$")
STILL_POOR = re.compile(r"\b(chua|khong) thoat\b")
CLASS = re.compile(
    r"^(cac |nhung |danh sach |dien )*(ho )?(moi |da |tai )*(thoat |khong |can )*ngheo\b"
    r"|^(cac )?ho (khong|thoat|moi thoat|trung binh|kha|giau|khac|con lai|binh thuong)\b")


def people_in(value: str) -> list[str]:
    """Return the names of a cell: one, or those of several people under or beside each other."""
    parts = [part.strip(" -–+") for part in re.split(r"\n|[;/&+,]|\s+(?:và|[-–])\s+", value)]
    parts = [part for part in parts if part]
    bare = [TITLES.sub("", PAREN.sub("", part)) for part in parts]
    is_several = len(parts) > 1 and all(
        len(part.split()) > 1 and not re.search(r"\d", part) for part in bare) and all(
        ANOTHER.match(text.fold(part)) for part in bare[1:])
    return parts if is_several else [" ".join(value.split())]


def fate(value: str) -> str:
    """Return the words of a name or note that say a person died or moved away, or nothing."""
    found = FATE.search(value)
    return found[0].strip(" ()-–,.") if found else ""


def is_titled(names: Iterable[str]) -> bool:
    """Return True if names stand behind “Ông” and “Bà” as titles."""
    heads = {text.fold(name) for name in names}
    men = sum(name.startswith("ong ") for name in heads)
    return men > 0 and (men > 1 or any(re.match(r"(ho|ba)\b ", name) for name in heads))


def words(value: str, most: int = LONGEST) -> str:
    """Return a short text (a cluster, a landmark); reject digits that look like an ID."""
    if id_numbers.has_id_number(value):
        raise ValueError(_("có số giống số giấy tờ, sổ này không giữ: “%(text)s”",
                           text=id_numbers.mask(value)))
    return short(text.name(value), most)


def birth_year(value: str, this_year: int) -> int | None:
    """Return the year of a date or year of birth, 1900 to now, or None for an empty one."""
    if text.fold(value) in NOTHING:
        return None
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", value)
    if found and int(found[1]) <= this_year:
        return _year_of_serial(value, this_year) or int(found[1])
    short = re.fullmatch(r"(?:\d{1,2}[/.-]\d{1,2}[/.-]|sn\s*|')?(\d\d)", value.strip().lower())
    if short:
        return (1900 if int(short[1]) > this_year % 100 else 2000) + int(short[1])
    age = re.fullmatch(r"(?:khoang |ngoai |tren )?(\d{1,3}) ?(?:tuoi|t)", text.fold(value))
    if age and int(age[1]) <= 120:
        return this_year - int(age[1])
    raise ValueError(_("năm sinh không hiểu: “%(text)s”", text=id_numbers.mask(value)))


def _year_of_serial(value: str, this_year: int) -> int | None:
    """Return the year that was typed into a cell formatted as a day: 1957 shows as 10/05/1905."""
    found = re.fullmatch(r"(\d\d)/(\d\d)/(19\d\d)", value)
    if not found:
        return None
    serial = (date(int(found[3]), int(found[2]), int(found[1])) - date(1899, 12, 30)).days
    return serial if 1900 <= serial <= this_year else None


def sex(value: str) -> str:
    """Return m, f, or "" for an empty one."""
    if text.fold(value) in NOTHING:
        return ""
    meaning = {"nam": "m", "trai": "m", "m": "m", "male": "m",
               "nu": "f", "gai": "f", "f": "f", "female": "f"}
    if text.fold(value) not in meaning:
        raise ValueError(_("giới tính không hiểu: “%(text)s”", text=id_numbers.mask(value)))
    return meaning[text.fold(value)]


def is_marked(value: str) -> bool:
    return text.fold(value) in MARKS


def poverty(value: str, ticked: str = "poor") -> str:
    """Return poor, near_poor or "" of a cell; a mere tick means `ticked`."""
    folded = UNABLE.sub(" ", text.fold(value))
    if NOT_POOR.search(folded) and not STILL_POOR.search(folded):
        return ""
    if re.search(r"\bcan\W*ngheo\b|^h?\W?cn$", folded):
        return "near_poor"
    if re.search(r"\bngheo\b|^h?\W?n$", folded):
        return "poor"
    return ticked if folded in MARKS else ""


def is_class(value: str) -> bool:
    """Return True for the heading of a class of households: “HỘ NGHÈO”, “Hộ còn lại”."""
    return CLASS.match(text.fold(value)) is not None


def from_note(note: str) -> dict[str, Any]:
    """Return the fields of a household a note names; the note itself is not stored."""
    folded = text.fold(note)
    return {
        "poverty": poverty(note, ticked=""),
        "elderly_alone": bool(re.search(r"neo don|gia (o|song) mot minh", folded)),
        "no_smartphone": bool(re.search(
            r"khong (co )?((dien thoai|may) thong minh|smartphone)", folded)),
    }
