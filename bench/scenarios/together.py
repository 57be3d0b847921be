"""Eight phones send their visits at the same time."""

import threading
import time
from itertools import chain
from statistics import median

from ..dataset import KINDS, plain_dataset
from ..phone import Phone, Rounds
from ..server import Server
from ..table import Row, slowest

NAME = "8 phones at once"
PHONES, BATCH = 8, 50


def measure(asked):
    """Send batches of 50 from 8 phones of one village, each after its own last answer.

    2 workers; medians of three runs. The bodies are made beforehand; the phones share the cores
    with the server and its database. With 400 visits always under way, p99 cannot be below
    400 ÷ (visits a second); so it is measured once more with every phone sending one batch a
    second. Counted are visits answered `accepted`; a busy server (503) is asked again after its
    Retry-After, in the same time, and any other answer ends the scenario. The growth of the
    database over all these visits is the bytes a visit.
    """
    for kind in asked.kinds:
        yield from rows(asked, kind)


def rows(asked, kind):
    """Return the rows of one kind of database; the goals of speed are SQLite's."""
    dataset, on = plain_dataset("together", kind), KINDS[kind]
    rounds, times = (5, 1) if asked.quick else (10, 3)
    calm_rounds = rounds // 2
    each = rounds + calm_rounds
    packed, cookies = prepare(dataset, 1 + each * times)
    before = dataset.size()
    with Server(dataset) as server:
        sent([one[:1] for one in packed], cookies, server)
        runs = [sent([one[at:at + rounds] for one in packed], cookies, server)
                for at in range(1, each * times, each)]
        calm = [sent([one[at:at + calm_rounds] for one in packed], cookies, server, pause=1)
                for at in range(1 + rounds, each * times + 1, each)]
    visits = sum(len(one) for one in packed) * BATCH
    return [
        Row(NAME, f"{on}, visits a second", median(run.visits_a_second for run in runs), "/s",
            least=800 if kind == "sqlite" else None, note=f"median of {times}"),
        Row(NAME, f"{on}, p99, all at full speed", median(run.p99 for run in runs), "ms",
            most=250 if kind == "sqlite" else None),
        Row(NAME, f"{on}, p99, a batch a second each", median(run.p99 for run in calm), "ms",
            most=250),
        Row(NAME, f"{on}, busy answers", sum(run.busy for run in runs + calm), "", most=0),
        Row(NAME, f"{on}, database a visit", (dataset.size() - before) / visits / 1000, "kB",
            most=1.5, note=f"{visits:,} visits, 2 steps each"),
    ]


class Sent:
    """The results of all batches, and the whole time."""

    def __init__(self, taken, seconds):
        self.taken, self.seconds = taken, seconds

    @property
    def visits_a_second(self):
        """Return the visits accepted a second."""
        return sum(one.accepted for one in self.taken) / self.seconds

    @property
    def busy(self):
        """Return the number of 503 answers."""
        return sum(one.busy for one in self.taken)

    @property
    def p99(self):
        """Return the milliseconds that 99 of 100 batches took at most."""
        return slowest([one.seconds for one in self.taken]) * 1000


def prepare(dataset, batches, phones=PHONES, village="v1500"):
    """Return the batches and the cookie of each phone."""
    with dataset.open():
        packed = [Rounds(f"{village}.{n}", seed=100 + n).batches(batches * BATCH, BATCH)
                  for n in range(phones)]
    return packed, [dataset.cookie(f"{village}.{n}") for n in range(phones)]


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
