"""How slow the slow phone is: what all other times of a phone rest on."""

from ..book import plain_book
from ..browser import at_a_sixth, browsers, houses, members_phone, middle, paint
from ..line import Line
from ..server import Server
from ..table import Row

NAME = "the slow phone"
LOOP = """() => {
  const started = performance.now();
  let sum = 0;
  for (let i = 0; i < 4e6; i++) sum = (sum * 31 + i) | 0;
  return performance.now() - started + (sum ? 0 : 1);
}"""


def measure(asked):
    """Run a fixed loop in a page and in the worker, freely and at a sixth; open a page so too.

    Only where a loop is six times as slow do times "at a sixth" say anything. A kept page is
    handed from process to process a dozen times before it is painted: were it much more than six
    times as slow, handing over would be what is measured. Freely is the best of twenty, since what
    others do on the machine can only add to it.
    """
    book = plain_book("slow")
    with browsers() as playwright, Server(book) as server, Line(server.address) as line, \
            members_phone(playwright, line, "v300.1") as phone:
        [house] = houses(phone, 1)
        line.cut()
        paint(phone, house)
        deeds = (lambda: phone.page.evaluate(LOOP),
                 lambda: phone.context.service_workers[0].evaluate(LOOP),
                 lambda: paint(phone, house))
        freely = [min(deed() for _ in range(20)) for deed in deeds]
        with at_a_sixth(phone):
            slowly = [middle(deed() for _ in range(9)) for deed in deeds]
    page, worker, opening = (slow / free for slow, free in zip(slowly, freely))
    yield Row(NAME, "a loop in a page, times slower", page, "", least=5.5, most=6.5)
    yield Row(NAME, "a loop in the worker, times slower", worker, "", least=5.5, most=6.5)
    yield Row(NAME, "opening a kept page, times slower", opening, "",
              note=f"{freely[2]:.0f} → {slowly[2]:.0f} ms")
