"""Tables of a web page: reports are often saved as one under the name of a workbook."""

import re
from html.parser import HTMLParser

MOST_CELLS = 500_000


class _Table(HTMLParser):
    """Collects the cells of the tables of a page; the texts between are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.cell = []
            told = dict(attrs).get("colspan") or "1"
            wide = min(max(int(told), 1), 50) if re.fullmatch("[0-9]{1,4}", told) else 1
            self.place = len(self.rows[-1])
            self.count += wide
            if self.count > MOST_CELLS:
                raise ValueError("larger than a list")
            self.rows[-1] += [""] * wide
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data.replace("\n", " "))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1][self.place], self.cell = "".join(self.cell), None


def read_page(content: str) -> list[list[str]]:
    """Return the rows of all tables of a page; raise ValueError for too many cells."""
    page = _Table()
    page.feed(content)
    return page.rows
