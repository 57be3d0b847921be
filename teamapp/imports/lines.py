"""Which lines of a list are no household and no person: titles, clusters, totals, signatures."""

import re

from flask_babel import gettext as _

from .. import text

CLUSTER = re.compile(r"^(cụm|tổ|khu|nhóm|xóm)\b.{0,30}$", re.IGNORECASE)
TOTAL = re.compile(r"^(tổng|cộng)\b|^(tong|cong)[^:]{0,12}:", re.IGNORECASE)
FOOTER = re.compile(
    r"\bnguoi lap\b|\bky (va )?ghi ro\b|\bxac nhan cua\b|^ngay .* thang .* nam"
    r"|, ngay .* thang .* nam|^truong (ap|thon|ban|buon|bon|lang|xom|soc|phum|khu pho|to)\b"
)


class LineJudge:
    """Reads the lines in their order and remembers the cluster they stand under."""

    def __init__(self, columns):
        self.columns, self.cluster, self.is_over = columns, "", False

    def why_passed(self, index, row, found):
        """Return why a line is passed over, or None for one that holds a household or a person."""
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
        return self._why_at_the_end(filled, found)

    def _why_at_the_end(self, filled, found):
        is_footer = any(FOOTER.search(text.fold(cell)) for cell in filled)
        is_data = len(found) >= 2 and found.keys() & {"head", "name"}
        self.is_over = is_footer or self.is_over and not is_data  # a total may be of one cluster
        return _("cuối bảng") if self.is_over and not is_data else None

    def _is_header_again(self, found):
        """Tell whether a line repeats the header, as at the top of each printed page."""
        return len(found) >= 2 and all(
            cell == self.columns.label(field) for field, cell in found.items())


def _is_row_of_column_numbers(filled):
    return len(filled) >= 3 and all(re.fullmatch(r"\(?(\d{1,2}|[A-Z])\)?", c) for c in filled)
