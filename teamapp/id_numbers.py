"""Numbers of identity papers (9 or 12 digits, in any groups): found in texts, and masked there.

Phones try the same pattern, so that both sides answer alike. It passes over what has as many digits
and is no ID number: the first alternative that fits at a place decides about all of its digits.
"""

import re
import unicodedata

SPACE = r"\s{0,4}"
GAP = r"(?:[\s._/·'’|*‐‑–—−\ufe0f\u20e3-]|,(?=\d))"  # between the groups of a number
GAPS, NO_GAP_OR = f"{GAP}{{1,6}}", f"{GAP}{{0,6}}"
ID = rf"\d(?:{NO_GAP_OR}\d){{11}}(?!\d)|\d(?:{NO_GAP_OR}\d){{8}}(?!\d)"
MISTYPED_ID = rf"\d(?:{NO_GAP_OR}\d){{8,12}}(?!\d)"
ID_OF_TODAY = rf"0(?:{NO_GAP_OR}\d){{11}}(?!{NO_GAP_OR}\d)"  # all of 12 digits begin with 0

UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
DOSSIER = r"(?:\d{2,3}\.){0,4}[A-Z]\d{2}(?:\.\d{2,3}){0,4}-\d{6}-\d{3,6}(?!\d)"
PROCEDURE = r"[1-3]\.0\d{5}(?!\d|[._-]\d)"

NO_MONEY = "ý|chí|bào|thời|tình|lòng|hương|đội|nghiệp|sở|đứng|hồ|nai|tháp|phú|xoài"
DONG = (rf"(?:đồng(?!{SPACE}(?:{NO_MONEY}))|dong(?!{SPACE}(?:y|chi))|vn[đd]|₫"
        rf"|đ(?!{SPACE}[./]{SPACE}c))(?![a-zà-ỹ])")
SUM = r"[1-9](?:\d{0,2}(?:(?:\.\d{3}){1,3}|(?:,\d{3}){1,3}|(?:\s\d{3}){1,3})|\d{0,11})(?!\d)"
ROUND_SUM = r"[1-9]\d{0,2}(?:(?:\.\d{3}){0,2}\.|(?:,\d{3}){0,2},|(?:\s\d{3}){0,2}\s)000(?!\d)"
MONEY = rf"{SUM}(?:{SPACE}(?:[-–—]|đến|tới){SPACE}{SUM})?{SPACE}{DONG}"
MONEY_BEHIND_ITS_NAME = rf"(?:vay|nợ|tiền|giá|lương|trả|gửi|góp){SPACE}:?{SPACE}{ROUND_SUM}"

A_COUNT = r"\s{1,4}\d\d(?!\d|\s{0,4}(?:giờ|gio|h|g|:|/|tu|ng|th|nh|con))"  # no time, no age
MOBILE = (rf"0[35789]\d{{8}}(?!\d|[._-]\d)|0[35789](?:{GAPS}\d\d){{4}}(?!{NO_GAP_OR}\d)"
          rf"|(?:0[35789]\d(?:{NO_GAP_OR}\d){{7}}|0{GAPS}[35789]\d\d(?:{NO_GAP_OR}\d){{6}})"
          rf"(?!\d|[._-]\d|{A_COUNT})")
FROM_ABROAD = (rf"(?:\(?\+{SPACE}84\)?{SPACE}(?:\(0\)|0)?|0084|84){NO_GAP_OR}"
               rf"(?:[35789](?:{NO_GAP_OR}\d){{8}}|2(?:{NO_GAP_OR}\d){{9}})(?!\d)")
LANDLINE = rf"\(?02(?:\d\)?(?:{NO_GAP_OR}\d){{8}}|\d\d\)?(?:{NO_GAP_OR}\d){{7}})(?!\d)"
HOTLINE = (rf"1[89]00(?:{NO_GAP_OR}\d{{4}}|(?:{NO_GAP_OR}\d){{6}})"
           rf"(?!\d|{NO_GAP_OR}\d{{4}})")
PHONE = f"{MOBILE}|{FROM_ABROAD}|{LANDLINE}|{HOTLINE}"

DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
MARK = rf"{SPACE}[./-]{SPACE}"
DATE = (rf"{DAY}(?:{MARK}{MONTH}{MARK}|\s{{1,4}}{MONTH}\s{{1,4}}){YEAR}(?!\d|[._-]\d)"
        rf"|{DAY}[./-]{MONTH}[./-]\d\d(?!\d|[./-]\d)|{MONTH}{MARK}{YEAR}(?!\d|[._-]\d)"
        rf"|{YEAR}[./-]{MONTH}[./-]{DAY}(?!\d)|{DAY}[./-]{MONTH}(?!\d|[./-]\d)")
TIME = rf"(?:[01]?\d|2[0-4]){SPACE}(?:giờ|gio|h|g|:){SPACE}(?:[0-5]\d)?(?!\d)"
WHOLE = rf"(?:{YEAR}|1022|11[1-9])(?!\d)"  # a year, or a number to call
YEARS = (rf"{WHOLE}(?:{GAPS}{WHOLE}){{0,5}}"
         rf"(?:(?!{NO_GAP_OR}\d)|(?={GAPS}(?:\d\d?(?!{NO_GAP_OR}\d)|{PHONE}|{DATE})))")
BEFORE = (rf"\d\d?(?:{GAPS}\d\d?){{0,5}}(?={GAPS}(?:{PHONE}|{DATE}))"  # “nhà 12 0300000001”
          rf"|[1-9]\d{{0,3}}(?={GAPS}{ID_OF_TODAY})")

PAPER = (r"(?:cccd|cmnd|cmtnd|cmt|căn cước|công dân|định danh|chứng minh)"
         rf"(?:{SPACE}(?:số|cũ|mới))?[\s:.]{{0,6}}")
ID_BEHIND_ITS_NAME = rf"{PAPER}(?!{DATE}|{PHONE}|{YEARS})({ID}|{MISTYPED_ID})"
PATTERN = (  # a match of a group is an ID number
    rf"(?=[\d(+])(?:{UUID}|{DOSSIER}|{PROCEDURE}|{MONEY}|{PHONE}|{DATE}|{TIME}|{YEARS}|{BEFORE}"
    rf"|({ID})|\d+)|{ID_BEHIND_ITS_NAME}|{MONEY_BEHIND_ITS_NAME}|{UUID}|{DOSSIER}")
IN_HTML = PATTERN.replace(r"\d", r"\p{Nd}")  # for phones, with the flags “giu”

_pattern = re.compile(PATTERN, re.IGNORECASE)
_nine_digits = re.compile(r"(?:\d\D*){9}")


def has_id_number(text: str | None) -> bool:
    """Check for a number of 9 or 12 digits, also written in groups."""
    return mask(text) != (text or "")


def mask(text: str | None) -> str:
    """Replace each digit of the ID numbers of a text by a dot; other texts stay as they are.

    Phone numbers, sums of money, days, years, codes of dossiers and ids of records stay.
    """
    plain = unicodedata.normalize("NFKC", text or "")
    if not _nine_digits.search(plain):
        return text or ""
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    masked = _pattern.sub(_dots, plain)
    return masked if masked != plain else text or ""


def _dots(found: re.Match[str]) -> str:
    if not found.lastindex:
        return found[0]
    number = found[found.lastindex]
    return found[0].removesuffix(number) + re.sub(r"\d", "•", number)
