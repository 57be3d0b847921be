"""How values stand in the cells of an exported file."""

from datetime import date, datetime
from typing import Any

from .. import clock

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def cell(value: Any) -> str | int:
    """Return a value as a spreadsheet reads it; `columns.csv` describes it to the reader."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) else harmless(str(value))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before the sign of a formula.

    It stands before an apostrophe too, so that taking one away gives every text back.
    """
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
