"""Phones of 1,500-household villages come back after a release, while others send visits."""

import json
import random
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from uuid import uuid4

from ..dataset import KINDS
from ..history import dataset_with
from ..phone import Phone, Rounds, plain
from ..server import Server, peak_memory
from ..table import Row, slowest

NAME = "after a release"
VISITED = 4000  # steps of the history, over 1,800 households
PHONES, QUICK_PHONES = 52, 8  # 104 phones take over two minutes: a pack costs 1.2 s of CPU
MEMBERS, SENDERS = 8, 8  # of the village of 1,500; of the village of 300
CALM = 10  # seconds of sending alone, before the phones come back
PATIENCE = 30  # seconds without an answer after which a phone gives up and asks again
LONGEST_WAIT = 60  # seconds
LIMIT = 900  # seconds after which the scenario fails
SYNC_GOAL = 1000  # ms


def measure(asked):
    """Let 52 phones whose kept pages are of an earlier release ask /pack at once; 8 others /sync.

    They stand for the 104 phones of a commune: the time until the last is served and the CPU
    grow with their number. 2 workers of 4 threads. The phones are devices of the 8 members of a
    village of 1,500 households: they name their own device and the scope of their last pack, with
    another version for each page kind, so all pages of the village are drawn for each of them
    again. A busy answer is followed after Retry-After times the number of the try, 60 s at most,
    and up to a quarter more; an answer that does not come within 30 s is given up and asked for
    again. The 8 senders are members of the village of 300 and send a batch of one visit a second,
    from 10 s before the phones come back until the last of them is served; a busy answer's wait
    counts. CPU of packs is the server's without that of the visits, measured in those 10 s. A
    pack counts as drawn when it is answered or given up. Memory is the sum of the processes'
    peaks. `--quick` runs 8 phones. The clients share the cores with the server.
    """
    for kind in asked.kinds:
        yield from rows(QUICK_PHONES if asked.quick else PHONES, kind)


def rows(count, kind):
    """Return the rows of one kind of database."""
    dataset, on = dataset_with(VISITED, "release", kind), KINDS[kind]
    cookies = [dataset.cookie(f"v1500.{n}") for n in range(MEMBERS)]
    others = [dataset.cookie(f"v300.{n}") for n in range(SENDERS)]
    with dataset.open():
        outboxes = [Rounds(f"v300.{n}", seed=n) for n in range(SENDERS)]
    with Server(dataset) as server:
        paths = [outdated_path(Phone(server.address, cookie)) for cookie in cookies]
        phones = [Returning(Phone(server.address, cookies[n % MEMBERS]), paths[n % MEMBERS])
                  for n in range(count)]
        senders = Senders(server.address, others, outboxes)
        with senders:
            before, sent = server.cpu(), len(senders.taken)
            time.sleep(CALM)
            each = (server.cpu() - before) / max(1, len(senders.taken) - sent)
            before, sent = server.cpu(), len(senders.taken)
            seconds = come_back(phones)
            spent = server.cpu() - before
        memory = peak_memory(server.process.pid)
    meanwhile = senders.taken[sent:]
    times = [one.seconds * 1000 for one in meanwhile]
    drawn = len(phones) + sum(phone.given_up for phone in phones)
    about = f"{count} phones"
    return [
        Row(NAME, f"{on}, /sync meanwhile, p50", median(times), "ms", note=about),
        Row(NAME, f"{on}, /sync meanwhile, p95", slowest(times, 0.95), "ms", most=SYNC_GOAL),
        Row(NAME, f"{on}, /sync meanwhile, slowest", max(times), "ms",
            note=f"of {len(times)}, {sum(one.busy for one in meanwhile)} busy answers"),
        Row(NAME, f"{on}, CPU of packs", max(spent - each * len(meanwhile), 0), "s"),
        Row(NAME, f"{on}, packs drawn", drawn, "",
            note=f"{sum(phone.refused for phone in phones)} busy answers"),
        Row(NAME, f"{on}, until the last phone is served", seconds, "s"),
        Row(NAME, f"{on}, memory at the peak", memory / 1e6, "MB"),
    ]


def outdated_path(phone):
    """Return what a phone of an earlier release asks: its last pack's header, kinds outdated."""
    header = json.loads(plain(phone.get("/pack")).split(b"\n")[0])
    phone.close()
    return "/pack?since={cursor}&epoch={epoch}&scope={scope}".format(
        **{**header, "scope": outdated(header["scope"])})


def outdated(scope):
    """Return the scope with another version of each page kind; the person's part stays."""
    person, *kinds = scope.split(".")
    return ".".join((person, *("0" * len(version) for version in kinds)))


@dataclass(eq=False)
class Returning:
    """One phone that asks for its pack until it is served."""

    phone: Phone
    path: str
    refused: int = 0
    given_up: int = 0
    draw: random.Random = field(default_factory=random.Random)
    error: Exception | None = None

    def ask(self, start):
        """Ask as soon as all phones are ready, and again until the pack comes."""
        self.phone.timeout = PATIENCE
        path = f"{self.path}&device={uuid4()}"
        start.wait()
        until = time.monotonic() + LIMIT
        try:
            while not self.is_served(path):
                if time.monotonic() > until:
                    raise RuntimeError(f"a phone was not served in {LIMIT} s")
        except Exception as error:
            self.error = error
        finally:
            self.phone.close()

    def is_served(self, path):
        """Ask once; wait after a busy answer."""
        try:
            status, body, wait = self.phone.ask("GET", path)
        except TimeoutError:
            self.given_up += 1
            self.phone.close()
            return False
        if status == 503 and wait:
            self.refused += 1
            tries = self.refused + self.given_up
            time.sleep(min(float(wait) * tries, LONGEST_WAIT) * (1 + self.draw.random() / 4))
            return False
        if status != 200:
            raise RuntimeError(f"/pack answered {status}")
        if plain(body).count(b'"url":"/households/') < 1500:
            raise RuntimeError("the pack did not hold the village's households")
        return True


def come_back(phones):
    """Let all phones ask at once; return the seconds until the last of them is served."""
    start = threading.Barrier(len(phones) + 1)
    threads = [threading.Thread(target=phone.ask, args=(start,)) for phone in phones]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if errors := [phone.error for phone in phones if phone.error]:
        raise errors[0]
    return time.perf_counter() - began


class Senders:
    """Phones that send one visit a second, for the time of a `with`; `taken` are the results."""

    def __init__(self, address, cookies, outboxes):
        self.taken, self.over, self.errors = [], threading.Event(), []
        self.threads = [threading.Thread(target=self.send, args=(
            Phone(address, cookie), outbox, place / len(cookies)))
            for place, (cookie, outbox) in enumerate(zip(cookies, outboxes))]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if self.errors and not error[0]:
            raise self.errors[0]

    def send(self, phone, outbox, delay):
        """Send a batch of one visit a second until it is over."""
        self.over.wait(delay)
        try:
            while not self.over.is_set():
                began = time.perf_counter()
                self.taken.append(phone.sync(outbox.packed([outbox.entry()])))
                self.over.wait(max(0, 1 - (time.perf_counter() - began)))
        except Exception as error:
            self.errors.append(error)
        finally:
            phone.close()
