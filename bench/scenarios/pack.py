"""The pack as the server makes it: everything, nothing, and one changed household."""

import json
from statistics import median

from ..dataset import KINDS
from ..history import dataset_with
from ..line import Line
from ..phone import Phone, Rounds, plain
from ..server import Server
from ..table import Row

VISITED = 4000  # steps of the history, over 1,800 households
GOALS = {"v300": (300, 115, 0.6), "v1500": (1500, 560, 3)}


def measure(asked):
    """Ask for /pack as a member of each village; most households have been visited, some twice.

    Bytes are those of the body over the line, with brotli as Chromium asks for it. CPU is the
    server's and its database's. "Nothing" and "one" ask from the cursor of the full pack, in the
    village of 1,500, before and after a visit to one household was recorded by another member.
    """
    for kind in asked.kinds:
        yield from rows(asked, kind)


def rows(asked, kind):
    """Yield the rows of one kind of database."""
    dataset, on = dataset_with(VISITED, "pack", kind), KINDS[kind]
    times = 3 if asked.quick else 5
    cookies = {village: dataset.cookie(f"{village}.1") for village in GOALS}
    with dataset.open():
        batches = Rounds("v1500.2", seed=5).batches(times, 1)
    other = dataset.cookie("v1500.2")
    with Server(dataset, workers=1) as server, Line(server.address) as line:
        for village, (size, most_kb, most_s) in GOALS.items():
            phone = Phone(line.address, cookies[village])
            phone.get("/pack")
            runs = [ask(server, line, phone, "/pack") for _ in range(times)]
            lines, down, cpu = middle_of(runs)
            name = f"pack of {size:,} households"
            yield Row(name, f"{on}, bytes, list included", down / 1000, "kB", most=most_kb,
                      note=f"{lines} lines")
            yield Row(name, f"{on}, server CPU", cpu, "s", most=most_s)
        writer = Phone(server.address, other)
        yield from changes(server, line, phone, [lambda: None] * times,
                           f"{on}, nothing changed", 0.4, 5)
        yield from changes(server, line, phone,
                           [lambda one=one: writer.sync(one) for one in batches],
                           f"{on}, one household changed", 5, 15)


def changes(server, line, phone, actions, what, most_kb, most_ms):
    """Return the rows of asking from the last cursor after each action."""
    runs = []
    header = json.loads(plain(phone.get("/pack")).split(b"\n")[0])
    for action in actions:
        path = "/pack?since={cursor}&epoch={epoch}&scope={scope}".format(**header)
        action()
        runs.append(ask(server, line, phone, path))
        header = runs[-1][-1]
    lines, down, cpu = middle_of(runs)
    return [Row("pack again", f"{what}, bytes", down / 1000, "kB", most=most_kb,
                note=f"{lines} lines"),
            Row("pack again", f"{what}, server CPU", cpu * 1000, "ms", most=most_ms)]


def middle_of(runs):
    """Return the medians of lines, bytes and CPU."""
    return [median(values) for values in list(zip(*runs))[:3]]


def ask(server, line, phone, path):
    """Return the lines, bytes of the body, server CPU and header of one GET /pack."""
    line.forget()
    before = server.cpu()
    body = plain(phone.get(path))
    cpu = server.cpu() - before
    lines = body.rstrip(b"\n").split(b"\n")
    return len(lines), line.bodies, cpu, json.loads(lines[0])
