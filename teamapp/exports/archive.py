"""Writing the ZIP of an export."""

import csv
from collections.abc import Iterable
from functools import cache
from io import TextIOWrapper
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from .. import clock
from ..db import snapshot
from ..models import User
from .cells import cell
from .tables import CATALOGUE, FILES, catalogue_rows

DESCRIPTION = "mo_ta"
COLUMNS = Path(__file__).with_name("columns.csv")


def write_archive(user: User, target: IO[bytes]) -> None:
    """Write everything of the user's commune as it is at one moment; others go on writing.

    A few thousand rows are in memory at a time. Raises OSError where the disk is full.
    """
    with ZipFile(target, "w") as archive, snapshot():
        write_file(archive, DESCRIPTION, described())
        write_file(archive, CATALOGUE, [headings()[CATALOGUE], *catalogue_rows()])
        for file in FILES:
            write_file(archive, file.name, chain([headings()[file.name]], file.rows(user)))


def write_file(archive: ZipFile, name: str, rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as a CSV file that spreadsheets open as UTF-8."""
    entry = ZipInfo(f"{name}.csv", clock.local(clock.now()).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as binary, \
            TextIOWrapper(binary, "utf-8-sig", newline="") as text:
        csv.writer(text).writerows(map(cell, row) for row in rows)


@cache
def described() -> list[list[str]]:
    """Return the rows of the description: file, column, field, Vietnamese, English."""
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@cache
def headings() -> dict[str, list[str]]:
    """Return {file: the headings of its columns}."""
    return {name: [row[1] for row in rows]
            for name, rows in groupby(described(), key=itemgetter(0))}
