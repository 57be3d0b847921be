"""The first visit: from an empty phone to "ready without signal"."""

from statistics import median

from ..browser import at_a_sixth, browsers, new_phone
from ..dataset import plain_dataset
from ..front import Front
from ..line import Line
from ..server import Server
from ..table import Row

NAME = "first visit"
RATE, DELAY = 50_000, 0.4
READY = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  if (active.state !== "activated") {
    await new Promise((resolve) => active.addEventListener("statechange", resolve));
  }
  return performance.now();
}"""


def measure(asked):
    """Open /sign-in in a new browser through 400 kbit/s and 400 ms, its processor at a sixth.

    Bytes and requests are counted on the line until nothing has passed for two seconds after the
    worker is active: HTML, CSS, JS, icons, manifest and all the worker keeps; both ways, heads
    included. JS is what the scripts' answers weigh without heads. On HTTP/1.1 opening each of the
    browser's connections costs 400 ms; on HTTP/2 there is one, and TLS costs a round trip more and
    its bytes.
    """
    dataset, times = plain_dataset("first"), 2 if asked.quick else 5
    with browsers() as playwright, Server(dataset) as server:
        with Line(server.address, RATE, DELAY) as line:
            found = [visited(playwright, line) for _ in range(times)]
        yield from rows(NAME, found)
        with Front(server.address) as front, \
                Line(front.address, RATE, DELAY, is_tls=True) as line:
            found = [visited(playwright, line, front) for _ in range(times)]
        yield from rows(f"{NAME}, HTTP/2", found)


def rows(name, found):
    """Return the medians of several visits beside their goals."""
    total, scripts, requests, first, ready = map(median, zip(*found))
    js = [Row(name, "of these JS", scripts / 1000, "kB", most=30)] if scripts else []
    return [
        Row(name, "bytes on the line", total / 1000, "kB", most=62), *js,
        Row(name, "requests", int(requests), "", most=26),
        Row(name, "first paint", first / 1000, "s", most=1.5),
        Row(name, "worker ready", ready / 1000, "s", most=3.5),
    ]


def visited(playwright, line, front=None):
    """Return one visit by a new phone; `front` counts the requests that TLS hides."""
    line.forget()
    before = front.requests if front else 0
    with new_phone(playwright, line, front.arguments if front else ()) as phone, \
            at_a_sixth(phone):
        total, scripts, requests, first, ready = visit(phone, line)
    return total, scripts, front.requests - before if front else requests, first, ready


def visit(phone, line):
    """Return bytes, JS bytes, requests, milliseconds to first paint and to the worker."""
    phone.page.goto(line.url + "/sign-in", wait_until="commit")
    phone.page.wait_for_selector("form")
    ready = phone.page.evaluate(READY)
    seen = -1
    while seen != line.down:
        seen = line.down
        phone.page.wait_for_timeout(2000)
    first = phone.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime")
    scripts = sum(one.down - one.head for one in line.requests if one.path.endswith(".js"))
    return line.up + line.down, scripts, len(line.requests), first, ready
