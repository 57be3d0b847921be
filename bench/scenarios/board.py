"""The commune's board, and what else a history could slow down, on shorter and longer ones."""

from contextlib import ExitStack
from itertools import islice
from statistics import median

from teamapp.models import Household, Visit

from ..book import KINDS
from ..history import book_with
from ..phone import Phone, Rounds
from ..queries import seconds_of, statements
from ..server import Server
from ..table import Row
from .list_page import TIMES, cpu_of_pages

NAME, GROWN, PATH = "board of a commune", "visits × 10", "/tallies"
LEAST, ROUNDS = 10_000, 5
STEPS = {"sqlite": 1_000_000, "postgresql": 100_000}  # PostgreSQL takes the bulk more slowly


def measure(asked):
    """Open /tallies as the chair, on histories of 10 thousand steps, a million, and a tenth of it.

    PostgreSQL takes the bulk of rows more slowly: there 100 thousand are the most. `--steps` asks
    for another number on both.
    SQL is all statements of one request (the session's own too) replayed on a plain connection,
    the median of 200 replays. CPU of a page is the server's over 20 requests, of the pack of 300
    households over two, of a write a visit's in nine batches of 50 from one phone; medians of five
    rounds, in each of which all histories take their turn. “× 10” compares the longest history
    with a tenth of it.
    """
    for kind in asked.kinds:
        yield from rows(asked.steps or STEPS[kind], kind)
    for place, most in (("province", 0.5), ("country", 2)):
        yield Row(f"board of a {place}", "SQL", None, "ms", most=most, note="no such screen yet")


def rows(steps, kind):
    """Yield the rows of one kind of database."""
    on, tenth = KINDS[kind], steps // 10
    books = {n: book_with(n, f"board{n}", kind) for n in sorted({LEAST, tenth, steps})}
    found = {n: facts(book) | costs for (n, book), costs in zip(books.items(), in_turn(books))}
    for n, one in found.items():
        yield Row(NAME, f"{on}, SQL, {n:,} steps", one["sql"] * 1000, "ms", most=0.2,
                  note=f"{one['statements']} statements")
        yield Row(NAME, f"{on}, server CPU, {n:,} steps", one["board"] * 1000, "ms", most=8)
    least, short, long = found[min(found)], found[tenth], found[steps]
    yield Row(NAME, f"{on}, SQL, {max(found):,} ÷ {min(found):,}",
              found[max(found)]["sql"] / least["sql"], "", most=1.5)
    for what, most in (("board", 1.1), ("list", 1.1), ("house", 1.1), ("pack", 1.1),
                       ("write", 1.3)):
        yield Row(GROWN, f"{on}, {what}, CPU, {steps:,} ÷ {tenth:,}", long[what] / short[what],
                  "", most=most, note=f"{short[what] * 1000:.2f} → {long[what] * 1000:.2f} ms")
    yield Row(GROWN, f"{on}, database a visit of {steps:,}",
              (long["size"] - short["size"]) / (long["visits"] - short["visits"]) / 1000, "kB",
              most=1.5, note=f"{long['size'] / 1e6:,.0f} MB")


def facts(book):
    """Return what needs no server: the board's SQL, the visits, and their bytes."""
    sqls = statements(book, "chair", PATH)
    with book.open():
        visits = Visit.select().count()
    return {"sql": seconds_of(book, sqls), "statements": len(sqls), "visits": visits,
            "size": book.size()}


def in_turn(books):
    """Return {what: seconds of server CPU} for each book, all measured in the same rounds."""
    with ExitStack() as stack:
        desks = [BatchProcessor(stack.enter_context(Server(book)), book) for book in books.values()]
        for desk in desks:
            desk.measure()  # once is no measure
        rounds = [[desk.measure() for desk in desks] for _ in range(ROUNDS)]
    return [{what: median(one[what] for one in of_a_book) for what in of_a_book[0]}
            for of_a_book in zip(*rounds)]


class BatchProcessor:
    """A server on a book, and who asks it."""

    def __init__(self, server, book):
        self.server = server
        with book.open():
            self.batches = iter(Rounds("v1500.1").batches(50 * 9 * (ROUNDS + 1), 50))
            house = Household.get(Household.number == 150)
        chair, member, self.writer = (Phone(server.address, book.cookie(who))
                                      for who in ("chair", "v300.1", "v1500.1"))
        self.pages = (("board", chair, PATH, TIMES), ("list", chair, "/households", TIMES),
                      ("house", chair, f"/households/{house.id}", TIMES),
                      ("pack", member, "/pack", 2))

    def measure(self):
        """Return {what: seconds of server CPU} of one round."""
        found = {name: cpu_of_pages(self.server, phone, path, times)
                 for name, phone, path, times in self.pages}
        before = self.server.cpu()
        kept = sum(self.writer.sync(batch).kept for batch in islice(self.batches, 9))
        return found | {"write": (self.server.cpu() - before) / kept}
