"""The pack as the server makes it: everything, nothing, and one changed household."""

import json
from statistics import median

from ..history import book_with
from ..line import Line
from ..phone import Phone, Rounds, plain
from ..server import Server
from ..table import Row

VISITED = 4000  # steps of the history, over 1,800 households
GOALS = {"v300": (300, 115, 0.6), "v1500": (1500, 560, 3)}


def measure(asked):
    """Ask for /pack as a member of each village; most houses have been visited, some twice.

    Bytes are those of the body over the line, with brotli as Chromium asks for it. CPU is the
    server's. "Nothing" and "one" ask from the cursor of the full pack, in the village of 1,500,
    before and after a visit to one house was recorded by another member.
    """
    book = book_with(VISITED, "pack")
    rows, times = [], 3 if asked.quick else 5
    cookies = {village: book.cookie(f"{village}.1") for village in GOALS}
    with book.open():
        batches = Rounds("v1500.2", seed=5).batches(times, 1)
    other = book.cookie("v1500.2")
    with Server(book, workers=1) as server, Line(server.address) as line:
        for village, (size, most_kb, most_s) in GOALS.items():
            phone = Phone(line.address, cookies[village])
            phone.get("/pack")
            runs = [ask(server, line, phone, "/pack") for _ in range(times)]
            lines, down, _, cpu = middle_of(runs)
            name = f"pack of {size:,} households"
            rows += [Row(name, "bytes, list included", down / 1000, "kB", most=most_kb,
                         note=f"{lines} lines"),
                     Row(name, "server CPU", cpu, "s", most=most_s)]
        writer = Phone(server.address, other)
        rows += changes(server, line, phone, [lambda: None] * times, "nothing changed",
                        0.4, 5)
        rows += changes(server, line, phone, [lambda one=one: writer.sync(one) for one in batches],
                        "one household changed", 5, 15)
    return rows


def changes(server, line, phone, deeds, what, most_kb, most_ms):
    """Return the rows of asking from the last cursor after each deed."""
    runs = []
    header = json.loads(plain(phone.get("/pack")).split(b"\n")[0])
    for deed in deeds:
        path = "/pack?since={cursor}&epoch={epoch}&scope={scope}".format(**header)
        deed()
        runs.append(ask(server, line, phone, path))
        header = runs[-1][-1]
    lines, down, requests, cpu = middle_of(runs)
    name = f"pack, {what}"
    return [Row(name, "bytes", down / 1000, "kB", most=most_kb, note=f"{lines} lines"),
            Row(name, "requests", requests, "", most=1),
            Row(name, "server CPU", cpu * 1000, "ms", most=most_ms)]


def middle_of(runs):
    """Return the medians of lines, bytes, requests and CPU."""
    return [median(values) for values in list(zip(*runs))[:4]]


def ask(server, line, phone, path):
    """Return the lines, bytes of the body, requests, server CPU and header of one GET /pack."""
    line.forget()
    before = server.cpu()
    body = plain(phone.get(path))
    cpu = server.cpu() - before
    lines = body.rstrip(b"\n").split(b"\n")
    return len(lines), line.bodies, len(line.requests), cpu, json.loads(lines[0])
