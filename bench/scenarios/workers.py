"""What more worker processes bring."""

import os

from ..book import plain_book
from ..server import Server
from ..table import Row
from .together import prepare, sent

NAME = "1, 2, 4 workers"


def measure(asked):
    """Send batches of 50 from 8 phones of one village to 1, 2 and 4 workers, each on a fresh copy.

    PostgreSQL has no server of its own here and is not measured.
    """
    found = {}
    for workers in (1, 2, 4):
        book = plain_book(f"workers{workers}")
        packed, cookies = prepare(book, 5 if asked.quick else 9)
        with Server(book, workers) as server:
            sent([one[:1] for one in packed], cookies, server)
            found[workers] = sent([one[1:] for one in packed], cookies, server).visits_a_second
    return [
        Row(NAME, "SQLite, 1 worker", found[1], "visits/s"),
        Row(NAME, "SQLite, 2 workers", found[2], "visits/s"),
        Row(NAME, "PostgreSQL, 2 ÷ 1 workers", None, "", least=1.3, note="no server of its own"),
        Row(NAME, "SQLite, 4 ÷ 1 workers", found[4] / found[1], "", least=0.75,
            note=f"4 workers {found[4]:.0f} visits/s on {os.cpu_count()} cores"),
    ]
