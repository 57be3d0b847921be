"""Thousands of visits through the worst line there is: none lost, none twice, none a stranger's."""

import os

from teamapp.sync.kinds import KINDS

from .book import Book
from .sorts import SORTS
from .swarm import run

SEED = int(os.environ.get("FAULTS_SEED", "20261122"))


def test_every_kind_of_entry_is_written_in_the_swarm():
    assert SORTS.keys() == KINDS.keys()


def test_two_thousand_visits_arrive_once_whatever_the_line_and_the_server_do(tmp_path):
    book = Book(tmp_path).fill()
    try:
        outcome = run(book, SEED, entries=2000, seconds=90)
    finally:
        book.close()
    print(outcome.story())
    assert not outcome.found, outcome.story()
    assert not outcome.silent, outcome.story()
