"""Lines of a list that hold no household and no person: titles, clusters, totals, signatures."""

import re

from flask_babel import gettext as _

from .. import text
from .columns import Columns

CLUSTER = re.compile(r"^(cụm|tổ|khu|nhóm|xóm)\b.{0,30}$", re.IGNORECASE)
TOTAL = re.compile(r"^(tổng|cộng)\b|^(tong|cong)[^:]{0,12}:", re.IGNORECASE)
FOOTER = re.compile(
    r"\bnguoi lap\b|\bky\W+(va )?ghi ro\b|\bky ten\b|\(da ky\b|\bxac nhan cua\b|^bang chu\b"
    r"|^ngay .* thang .* nam|, ngay .* thang .* nam|^(tm|t/m|kt|tl|tuq)[. ]"
)
TITLE = re.compile(r"^truong (ap|thon|ban|buon|bon|lang|xom|soc|phum|khu pho|to)\b")
WORDS = {"head", "name", "note"}  # columns of words: a number there marks no person


class LineFilter:
    """Reads the lines in order and remembers the cluster of the last cluster line."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.cluster = columns, ""
        self.is_over = self.is_signed = False

    def skip_reason(self, index: int, row: list[str], found: dict[str, str]) -> str | None:
        """Return why a line is skipped, or None for one that holds a household or a person."""
        filled = [cell for cell in row if cell]
        if not filled or filled == [found.get("order")] and filled[0].isdigit():
            return _("bỏ trống")
        if (index < self.columns.first_row or _is_row_of_column_numbers(filled)
                or self._is_header_again(found)):
            return _("tiêu đề")
        if len(filled) == 1 and CLUSTER.match(filled[0]):
            self.cluster = filled[0]
            return _("tên cụm: %(name)s", name=filled[0])
        if any(TOTAL.match(cell) for cell in filled[:3]):
            self.is_over = True
            return _("dòng tổng")
        return self._footer_reason(filled, found)

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

    def _is_header_again(self, found: dict[str, str]) -> bool:
        """Return True for a repeated header, as at the top of each printed page."""
        return len(found) >= 2 and all(
            cell == self.columns.label(field) for field, cell in found.items())


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
