"""Tables of a web page: reports are often saved as one under the name of a workbook."""

from html.parser import HTMLParser


class _Table(HTMLParser):
    """Collects the cells of the tables of a page; the texts between are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.cell = []
            wide = dict(attrs).get("colspan") or "1"
            self.rows[-1] += [""] * (min(int(wide), 50) if wide.isdecimal() else 1)
            self.place = len(self.rows[-1]) - (int(wide) if wide.isdecimal() else 1)
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data.replace("\n", " "))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1][self.place], self.cell = "".join(self.cell), None


def read_page(content: str) -> list[list[str]]:
    """Return the rows of all tables of a page."""
    page = _Table()
    page.feed(content)
    return page.rows
