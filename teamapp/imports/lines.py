"""Lines of a list that hold no household and no person: titles, sections, totals, signatures."""

import re

from flask_babel import gettext as _

from .. import text
from ..models.village_names import Villages
from . import cells as read
from .columns import Columns

CLUSTER = re.compile(r"^(cụm|tổ|khu|nhóm|xóm|đội|liên gia|ngõ|ngách|chòm|điểm|tuyến)\b.{0,30}$"
                     r"|^(lô|dãy|đường)\s+\w{1,3}$", re.IGNORECASE)
COUNTER = re.compile(r"^([IVXLC]+|[A-Z]|\d{1,2})\s*[.)/:–-]\s*")  # of a section: “II. ”
TOTAL = re.compile(r"^(tổng|cộng)\b|^(tong|cong)[^:]{0,12}:", re.IGNORECASE)
FOOTER = re.compile(
    r"\bnguoi lap\b|\bky\W+(va )?ghi ro\b|\bky ten\b|\(da ky\b|\bxac nhan cua\b|^bang chu\b"
    r"|^ngay .* thang .* nam|, ngay .* thang .* nam|^(tm|t/m|kt|tl|tuq)[. ]"
)
TITLE = re.compile(r"^truong (ap|thon|ban|buon|bon|lang|xom|soc|phum|khu pho|to)\b")
WORDS = {"head", "name", "note"}  # columns of words: a number there marks no person
CONSTANT = {"order", "number", "village", "cluster", "language"}  # dragged down below the last name


class LineFilter:
    """Reads the lines in order and remembers the section they stand in."""

    def __init__(self, columns: Columns, villages: Villages) -> None:
        self.columns, self.villages = columns, villages
        self.cluster = self.village = self.poverty = ""
        self.headings: set[str] = set()  # of villages
        self.is_over = self.is_signed = False

    def skip_reason(self, index: int, row: list[str], found: dict[str, str]) -> str | None:
        """Return why a line is skipped, or None for one that holds a household or a person."""
        filled = [cell for cell in row if cell]
        if filled and (index < self.columns.first_row or _is_row_of_column_numbers(filled)
                       or self._is_header_again(row, found)):
            return _("tiêu đề")
        if (not filled or found and not found.keys() - CONSTANT) and not any(
                re.search(r"[^\W\d_]{2}", cell) for cell in filled):
            return _("bỏ trống")
        if any(TOTAL.match(cell) for cell in filled[:3]):
            self.is_over = True
            return _("dòng tổng")
        return (self._section_reason(filled, found) or self._footer_reason(filled, found)
                or (None if found.keys() - CONSTANT else _("bỏ trống")))

    def _section_reason(self, filled: list[str], found: dict[str, str]) -> str | None:
        """Return what a line heads (a cluster, a village, a class of households), or None."""
        name = self._heading(filled, found)
        if not name:
            return None
        if self.villages.is_heading(name):
            self.village, self.cluster = name, ""
            self.headings.add(name)
            return _("tên thôn, ấp: %(name)s", name=name)
        if CLUSTER.match(name):
            self.cluster = name
            return _("tên cụm: %(name)s", name=name)
        if read.is_class(name):
            self.poverty = read.poverty(name)
            return _("phần: %(name)s", name=name)
        return None

    @staticmethod
    def _heading(filled: list[str], found: dict[str, str]) -> str:
        """Return the words of a line that has nothing else than a counter, or nothing."""
        if (not 1 <= len(filled) <= 2 or filled[-1] in map(found.get, CONSTANT - {"order"})
                or found.keys() & {"birth", "phone", "relation"}):
            return ""
        if len(filled) == 2 and not COUNTER.match(f"{filled[0].rstrip('.)')}."):
            return ""
        name = COUNTER.sub("", filled[0]) if len(filled) == 1 else filled[1]
        return name if re.search(r"[^\W\d_]", name) else ""

    def _footer_reason(self, filled: list[str], found: dict[str, str]) -> str | None:
        """Return why a line under the table is skipped, or None for one of the list.

        A total may be of one cluster and a signature of one page, so that the list goes on below.
        A name with words beside it is a signer's: a person of the list has a year or a number.
        """
        is_data = len(found) >= 2 and bool(found.keys() & {"head", "name"})
        beside = [cell for field, cell in found.items() if field != "note"] if is_data else filled
        is_footer = any(map(_is_footer, beside))
        if is_footer or self.is_signed:
            is_data = is_data and _has_number(found)
        self.is_signed = not is_data and (is_footer or self.is_signed)
        self.is_over = not is_data and (is_footer or self.is_over)
        return _("cuối bảng") if self.is_over else None

    def _is_header_again(self, row: list[str], found: dict[str, str]) -> bool:
        """Return True for a repeated header, as at the top of each printed page."""
        return _stripped(row) in map(_stripped, self.columns.header) or (
            len(found) >= 2 and all(cell == self.columns.label(field)
                                    for field, cell in found.items()))


def _stripped(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    return row[:max((place + 1 for place, cell in enumerate(row) if cell), default=0)]


def _is_row_of_column_numbers(filled: list[str]) -> bool:
    return len(filled) >= 3 and all(re.fullmatch(r"\(?(\d{1,2}|[A-Z])\)?", c) for c in filled)


def _is_footer(cell: str) -> bool:
    folded = text.fold(cell)
    is_surname = text.name(cell).lower().startswith("trương")
    is_title = TITLE.search(folded) and not is_surname
    return bool(is_title or FOOTER.search(folded))


def _has_number(found: dict[str, str]) -> bool:
    return any(re.search(r"\d", cell) and not _is_footer(cell)
               for field, cell in found.items() if field not in WORDS)
