"""The commune's board on a short and on a long history."""

from functools import partial

from teamapp.models import Visit

from ..book import KINDS
from ..history import book_with
from ..phone import Phone, Rounds
from ..queries import seconds_of, statements
from ..server import Server
from ..table import Row, middle
from .list_page import cpu_of_pages

NAME, GROWN, PATH = "board of a commune", "visits × 10", "/tallies"
SHORT = 10_000


def measure(asked):
    """Open /tallies as the chair, on histories of 10 thousand and of `--steps` steps.

    SQL is all statements of one request (the session's own too) replayed on a plain connection,
    the median of 200 replays. CPU is the server's over 20 requests, the median of five rounds.
    The write is the server's CPU a visit in batches of 50 from one phone.
    """
    for kind in asked.kinds:
        yield from rows(asked.steps, kind)
    for place, most in (("province", 0.5), ("country", 2)):
        yield Row(f"board of a {place}", "SQL", None, "ms", most=most, note="no such screen yet")


def rows(steps, kind):
    """Return the rows of one kind of database."""
    on, longer = KINDS[kind], f"{steps:,} steps"
    short, long = (measures(book_with(n, f"board{n}", kind)) for n in (SHORT, steps))
    return [
        Row(NAME, f"{on}, SQL, {SHORT:,} steps", short["sql"] * 1000, "ms", most=0.2,
            note=f"{short['statements']} statements"),
        Row(NAME, f"{on}, SQL, {longer}", long["sql"] * 1000, "ms", most=0.2),
        Row(NAME, f"{on}, server CPU, {SHORT:,} steps", short["cpu"] * 1000, "ms", most=8),
        Row(NAME, f"{on}, server CPU, {longer}", long["cpu"] * 1000, "ms", most=8),
        Row(NAME, f"{on}, SQL, {longer} ÷ {SHORT:,}", long["sql"] / short["sql"], "", most=1.5),
        Row(GROWN, f"{on}, board CPU, {longer} ÷ {SHORT:,}", long["cpu"] / short["cpu"], "",
            most=1.1),
        Row(GROWN, f"{on}, a visit's write, {longer} ÷ {SHORT:,}", long["write"] / short["write"],
            "", most=1.3, note=f"{long['write'] * 1000:.2f} ms CPU"),
        Row(GROWN, f"{on}, list page CPU, {longer} ÷ {SHORT:,}", long["list"] / short["list"], "",
            most=1.1, note=f"{long['list'] * 1000:.1f} ms"),
        Row(GROWN, f"{on}, database a visit of {longer}",
            (long["size"] - short["size"]) / (long["visits"] - short["visits"]) / 1000, "kB",
            most=1.5, note=f"{long['size'] / 1e6:,.0f} MB"),
    ]


def measures(book):
    """Return what the board, the list and a write cost on this book."""
    sqls = statements(book, "chair", PATH)
    found = {"sql": seconds_of(book, sqls), "statements": len(sqls)}
    found["size"] = book.size()
    with book.open():
        batches = Rounds("v1500.1").batches(500, 50)
        found["visits"] = Visit.select().count()
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
