"""What more worker processes bring."""

import os

from ..book import KINDS, plain_book
from ..server import Server
from ..table import Row
from .together import prepare, sent

NAME = "1, 2, 4 workers"


def measure(asked):
    """Send batches of 50 from 8 phones of one village to 1, 2 and 4 workers, each on a fresh copy.

    The phones share the cores with the workers, so that more than one worker gains little here.
    """
    for kind in asked.kinds:
        one, two, four = (rate(asked, kind, workers) for workers in (1, 2, 4))
        on = KINDS[kind]
        yield Row(NAME, f"{on}, 1 worker", one, "visits/s", note=f"on {os.cpu_count()} cores")
        yield Row(NAME, f"{on}, 2 ÷ 1 workers", two / one, "",
                  least=1.3 if kind == "postgresql" else None, note=f"{two:.0f} visits/s")
        yield Row(NAME, f"{on}, 4 ÷ 1 workers", four / one, "",
                  least=0.75 if kind == "sqlite" else None, note=f"{four:.0f} visits/s")


def rate(asked, kind, workers):
    """Return how many visits a second so many workers keep."""
    book = plain_book(f"workers{workers}", kind)
    packed, cookies = prepare(book, 5 if asked.quick else 9)
    with Server(book, workers) as server:
        sent([one[:1] for one in packed], cookies, server)
        return sent([one[1:] for one in packed], cookies, server).visits_a_second
