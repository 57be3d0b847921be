"""The commune's board, list, household, pack and write, on shorter and longer histories."""

from contextlib import ExitStack
from itertools import islice
from statistics import median

from teamapp.models import Household, Visit

from ..dataset import KINDS
from ..history import dataset_with
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


def rows(steps, kind):
    """Yield the rows of one kind of database."""
    on, tenth = KINDS[kind], steps // 10
    datasets = {n: dataset_with(n, f"board{n}", kind) for n in sorted({LEAST, tenth, steps})}
    found = {n: facts(dataset) | costs
             for (n, dataset), costs in zip(datasets.items(), in_turn(datasets))}
    for n, one in found.items():
        yield Row(NAME, f"{on}, SQL, {n:,} steps", one["sql"] * 1000, "ms", most=0.2,
                  note=f"{one['statements']} statements")
        yield Row(NAME, f"{on}, server CPU, {n:,} steps", one["board"] * 1000, "ms", most=8)
    least, short, long = found[min(found)], found[tenth], found[steps]
    yield Row(NAME, f"{on}, SQL, {max(found):,} ÷ {min(found):,}",
              found[max(found)]["sql"] / least["sql"], "", most=1.5)
    for what, most in (("board", 1.1), ("list", 1.1), ("household", 1.1), ("pack", 1.1),
                       ("write", 1.3)):
        yield Row(GROWN, f"{on}, {what}, CPU, {steps:,} ÷ {tenth:,}", long[what] / short[what],
                  "", most=most, note=f"{short[what] * 1000:.2f} → {long[what] * 1000:.2f} ms")
    yield Row(GROWN, f"{on}, database a visit of {steps:,}",
              (long["size"] - short["size"]) / (long["visits"] - short["visits"]) / 1000, "kB",
              most=1.5, note=f"{long['size'] / 1e6:,.0f} MB")


def facts(dataset):
    """Return the figures that need no server: the board's SQL, the visits, and their bytes."""
    sqls = statements(dataset, "chair", PATH)
    with dataset.open():
        visits = Visit.select().count()
    return {"sql": seconds_of(dataset, sqls), "statements": len(sqls), "visits": visits,
            "size": dataset.size()}


def in_turn(datasets):
    """Return {what: seconds of server CPU} for each dataset, all measured in the same rounds."""
    with ExitStack() as stack:
        probes = [Probe(stack.enter_context(Server(dataset)), dataset)
                  for dataset in datasets.values()]
        for probe in probes:
            probe.measure()  # fill the caches
        rounds = [[probe.measure() for probe in probes] for _ in range(ROUNDS)]
    return [{what: median(one[what] for one in of_a_dataset) for what in of_a_dataset[0]}
            for of_a_dataset in zip(*rounds)]


class Probe:
    """A server on a dataset, and the phones that ask it."""

    def __init__(self, server, dataset):
        self.server = server
        with dataset.open():
            self.batches = iter(Rounds("v1500.1").batches(50 * 9 * (ROUNDS + 1), 50))
            household = Household.get(Household.number == 150)
        chair, member, self.writer = (Phone(server.address, dataset.cookie(who))
                                      for who in ("chair", "v300.1", "v1500.1"))
        self.pages = (("board", chair, PATH, TIMES), ("list", chair, "/households", TIMES),
                      ("household", chair, f"/households/{household.id}", TIMES),
                      ("pack", member, "/pack", 2))

    def measure(self):
        """Return {what: seconds of server CPU} of one round."""
        found = {name: cpu_of_pages(self.server, phone, path, times)
                 for name, phone, path, times in self.pages}
        before = self.server.cpu()
        accepted = sum(self.writer.sync(batch).accepted for batch in islice(self.batches, 9))
        return found | {"write": (self.server.cpu() - before) / accepted}
