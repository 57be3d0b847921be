"""The commune's board on a short and on a long history."""

from functools import partial

from ..history import book_with
from ..phone import Phone, Rounds
from ..queries import seconds_of, statements
from ..server import Server
from ..table import Row, middle
from .list_page import cpu_of_pages

NAME, PATH = "board of a commune", "/tallies"
SHORT = 10_000


def measure(asked):
    """Open /tallies as the chair, on histories of 10 thousand and of `--steps` steps.

    SQL is all statements of one request (the session's own too) replayed on a plain connection,
    the median of 200 replays. CPU is the server's over 20 requests, the median of five rounds.
    The write is the server's CPU a visit in batches of 50 from one phone.
    """
    short, long = (measures(book_with(steps, f"board{steps}"))
                   for steps in (SHORT, asked.steps))
    longer = f"{asked.steps:,} steps"
    return [
        Row(NAME, "SQL, 10,000 steps", short["sql"] * 1000, "ms", most=0.2,
            note=f"{short['statements']} statements"),
        Row(NAME, f"SQL, {longer}", long["sql"] * 1000, "ms", most=0.2),
        Row(NAME, "server CPU, 10,000 steps", short["cpu"] * 1000, "ms", most=8),
        Row(NAME, f"server CPU, {longer}", long["cpu"] * 1000, "ms", most=8),
        Row(NAME, f"SQL, {longer} ÷ 10,000", long["sql"] / short["sql"], "", most=1.5),
        Row(NAME, f"page CPU, {longer} ÷ 10,000", long["cpu"] / short["cpu"], "", most=1.1),
        Row("visits × 10", f"a visit's write, {longer} ÷ 10,000", long["write"] / short["write"],
            "", most=1.3, note=f"{long['write'] * 1000:.2f} ms CPU"),
        Row("visits × 10", f"list page CPU, {longer} ÷ 10,000", long["list"] / short["list"], "",
            most=1.1, note=f"{long['list'] * 1000:.1f} ms"),
    ]


def measures(book):
    """Return what the board, the list and a write cost on this book."""
    sqls = statements(book, "chair", PATH)
    found = {"sql": seconds_of(book, sqls), "statements": len(sqls)}
    with book.open():
        batches = Rounds("v1500.1").batches(500, 50)
    chair, member = book.cookie("chair"), book.cookie("v1500.1")
    with Server(book) as server:
        phone = Phone(server.address, chair)
        for name, path in (("cpu", PATH), ("list", "/households")):
            cpu_of_pages(server, phone, path)
            found[name] = middle(partial(cpu_of_pages, server, phone, path), 5)
        phone.close()
        writer = Phone(server.address, member)
        writer.sync(batches[0])
        before = server.cpu()
        for batch in batches[1:]:
            writer.sync(batch)
        found["write"] = (server.cpu() - before) / (50 * (len(batches) - 1))
        writer.close()
    return found
