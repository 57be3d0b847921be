"""The slowness of the slow phone, on which all other times of a phone depend."""

from ..browser import (
    at_a_sixth,
    browser_of,
    browsers,
    households,
    members_phone,
    middle,
    paint,
)
from ..dataset import plain_dataset
from ..line import Line
from ..server import Server, cpu_of, tree
from ..table import Row

NAME = "the slow phone"
LOOP = """() => {
  const started = performance.now();
  let sum = 0;
  for (let i = 0; i < 2e7; i++) sum = (sum * 31 + i) | 0;
  return performance.now() - started + (sum ? 0 : 1);
}"""


def measure(asked):
    """Run a fixed loop in a page and in the worker, freely and at a sixth; open a page so too.

    Only where a loop is six times as slow do times "at a sixth" say anything. Freely it is the
    browser's processor time for the loop, which other load on the machine does not lengthen;
    at a sixth it is the time that passes. A kept page is handed from process to process a dozen
    times before it is painted: were it much more than six times as slow, handing over would be
    what is measured. Freely it is the best of twenty, and says little on a busy machine.
    """
    dataset = plain_dataset("slow")
    with browsers() as playwright, Server(dataset) as server, Line(server.address) as line, \
            members_phone(playwright, line, "v300.1") as phone:
        [household] = households(phone, 1)
        line.cut()
        best = min(paint(phone, household) for _ in range(20))
        places = (phone.page, phone.context.service_workers[0])
        freely = [min(cpu_of_loop(phone, place) for _ in range(5)) for place in places]
        with at_a_sixth(phone):
            slowly = [middle(place.evaluate(LOOP) for _ in range(5)) for place in places]
            opening = middle(paint(phone, household) for _ in range(9))
    for place, slow, free in zip(("a page", "the worker"), slowly, freely):
        yield Row(NAME, f"a loop in {place}, times slower", slow / free, "", least=5.5, most=6.5)
    yield Row(NAME, "opening a kept page, times slower", opening / best, "",
              note=f"{best:.0f} → {opening:.0f} ms")


def cpu_of_loop(phone, place):
    """Return the milliseconds of processor time the loop costs all of the browser's processes."""
    pids = tree(browser_of(phone))
    before = sum(map(cpu_of, pids))
    place.evaluate(LOOP)
    return (sum(map(cpu_of, pids)) - before) * 1000
