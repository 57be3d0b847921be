"""Throughput with one, two and four worker processes."""

import os
from statistics import median

from ..dataset import KINDS, plain_dataset
from ..server import Server
from ..table import Row
from .together import prepare, sent

NAME = "1, 2, 4 workers"


def measure(asked):
    """Send batches of 50 from 8 phones of one village to 1, 2 and 4 workers, each on a fresh copy.

    Medians of three rounds, in each of which 1, 2 and 4 workers take their turn. The phones share
    the cores with the workers, so that more than one worker gains little here.
    """
    for kind in asked.kinds:
        turns = [[rate(asked, kind, workers) for workers in (1, 2, 4)]
                 for _ in range(1 if asked.quick else 3)]
        one, two, four = map(median, zip(*turns))
        on = KINDS[kind]
        yield Row(NAME, f"{on}, 1 worker", one, "visits/s", note=f"on {os.cpu_count()} cores")
        yield Row(NAME, f"{on}, 2 ÷ 1 workers", two / one, "",
                  least=1.3 if kind == "postgresql" else None, note=f"{two:.0f} visits/s")
        yield Row(NAME, f"{on}, 4 ÷ 1 workers", four / one, "",
                  least=0.75 if kind == "sqlite" else None, note=f"{four:.0f} visits/s")


def rate(asked, kind, workers):
    """Return the visits a second that so many workers accept."""
    dataset = plain_dataset(f"workers{workers}", kind)
    packed, cookies = prepare(dataset, 5 if asked.quick else 9)
    with Server(dataset, workers) as server:
        sent([one[:1] for one in packed], cookies, server)
        return sent([one[1:] for one in packed], cookies, server).visits_a_second
