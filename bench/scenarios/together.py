"""Eight phones hand in their work at the same time."""

import threading
import time
from itertools import chain

from ..book import KINDS, plain_book
from ..phone import Phone, Rounds
from ..server import Server
from ..table import Row, slowest

NAME = "8 phones at once"
PHONES, BATCH = 8, 50


def measure(asked):
    """Send batches of 50 from 8 phones of one village, each after its own last answer.

    2 workers. The bodies are made beforehand; the phones share the cores with the server and its
    database. With 400 visits always under way, p99 cannot be below 400 ÷ (visits a second); so it
    is measured once more with every phone sending one batch a second. Busy errors are all answers
    but 200. The growth of the database over all these visits is the bytes a visit.
    """
    for kind in asked.kinds:
        yield from rows(asked, kind)


def rows(asked, kind):
    """Return the rows of one kind of database; the goals of speed are SQLite's."""
    book, on = plain_book("together", kind), KINDS[kind]
    rounds = 5 if asked.quick else 15
    packed, cookies = prepare(book, rounds + 1 + rounds // 2)
    before = book.size()
    with Server(book) as server:
        sent([one[:1] for one in packed], cookies, server)
        full = sent([one[1:rounds + 1] for one in packed], cookies, server)
        calm = sent([one[rounds + 1:] for one in packed], cookies, server, pause=1)
    visits = sum(len(one) for one in packed) * BATCH
    errors = sum(status != 200 for status, _ in full.answers + calm.answers)
    return [
        Row(NAME, f"{on}, visits a second", full.visits_a_second, "/s",
            least=800 if kind == "sqlite" else None),
        Row(NAME, f"{on}, p99, all at full speed", full.p99, "ms",
            most=250 if kind == "sqlite" else None),
        Row(NAME, f"{on}, p99, a batch a second each", calm.p99, "ms", most=250),
        Row(NAME, f"{on}, busy or other errors", errors, "", most=0),
        Row(NAME, f"{on}, database a visit", (book.size() - before) / visits / 1000, "kB",
            most=1.5, note=f"{visits:,} visits, 2 steps each"),
    ]


class Sent:
    """What came of sending: (status, seconds) of every answer, and the whole time."""

    def __init__(self, answers, seconds):
        self.answers, self.seconds = answers, seconds

    @property
    def visits_a_second(self):
        """Return how many visits a second were kept."""
        return len(self.answers) * BATCH / self.seconds

    @property
    def p99(self):
        """Return the milliseconds that 99 of 100 answers took at most."""
        return slowest([took for _, took in self.answers]) * 1000


def prepare(book, batches, phones=PHONES, village="v1500"):
    """Return the batches and the cookie of each phone."""
    with book.open():
        packed = [Rounds(f"{village}.{n}", seed=100 + n).batches(batches * BATCH, BATCH)
                  for n in range(phones)]
    return packed, [book.cookie(f"{village}.{n}") for n in range(phones)]


def sent(packed, cookies, server, pause=0):
    """Send each phone's batches, all phones at once, one batch in `pause` seconds at most."""
    answers = [[] for _ in packed]
    start = threading.Barrier(len(packed) + 1)
    threads = [threading.Thread(target=one_phone, args=(
        Phone(server.address, cookie), batches, found, start, pause * place / len(packed), pause))
        for place, (batches, cookie, found) in enumerate(zip(packed, cookies, answers))]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if any(len(found) < len(batches) for found, batches in zip(answers, packed)):
        raise RuntimeError("a phone stopped before its end")
    return Sent(list(chain(*answers)), seconds)


def one_phone(phone, batches, found, start, delay, pause):
    """Send one phone's batches and note each answer."""
    start.wait()
    time.sleep(delay)
    for batch in batches:
        began = time.perf_counter()
        found.append(phone.sync(batch))
        time.sleep(max(0, pause - (time.perf_counter() - began)))
    phone.close()
