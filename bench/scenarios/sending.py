"""A phone that was long without network hands in its work."""

import time
from statistics import median

from ..book import plain_book
from ..line import Line
from ..phone import Phone, Rounds
from ..server import Server
from ..table import Row

NAME = "500 waiting visits"
VISITS, BATCH, RATE, DELAY = 500, 100, 50_000, 0.4


def measure(asked):
    """Send 500 visits in batches of 100 through a line of 50 kB/s and 400 ms.

    Every visit met two people by name, one helped and one not yet, with their consent. Time is
    from opening the connection to the last answer; CPU is that of the server's process tree over
    all the requests (session, form, authority, tallies, receipts, the write to the disk). Each
    run is another member of the same village, so the tallies are warm and the people are not.
    """
    book = plain_book("sending")
    runs = 3 if asked.quick else 5
    with book.open():
        packed = [Rounds(f"v1500.{n}", seed=n).batches(VISITS, BATCH) for n in range(runs + 1)]
    cookies = [book.cookie(f"v1500.{n}") for n in range(runs + 1)]
    with Server(book) as server, Line(server.address) as line:
        send(line, cookies[-1], packed[-1])  # both workers have seen a batch
        line.shape(RATE, DELAY)
        found = []
        for cookie, batches in zip(cookies, packed[:runs]):
            line.forget()
            before = server.cpu()
            seconds = send(line, cookie, batches)
            found.append((seconds, len(line.requests), line.up, server.cpu() - before))
    seconds, requests, up, cpu = map(median, zip(*found))
    return [
        Row(NAME, "until the last answer", seconds, "s", most=5),
        Row(NAME, "requests", int(requests), "", most=6),
        Row(NAME, "bytes up", up / 1000, "kB", most=80),
        Row(NAME, "server CPU a visit", cpu / VISITS * 1000, "ms", most=2.0,
            note="stretch 1.0"),
    ]


def send(line, cookie, batches):
    """Send batches one after the other; return the seconds it took."""
    phone = Phone(line.address, cookie)
    started = time.perf_counter()
    for batch in batches:
        status, _ = phone.sync(batch)
        if status != 200:
            raise RuntimeError(f"/sync answered {status}")
    took = time.perf_counter() - started
    phone.close()
    return took
