"""The first visit: from an empty phone to "ready without signal"."""

from statistics import median

from ..browser import at_a_sixth, browsers, new_phone
from ..dataset import plain_dataset
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
    included. JS is what the scripts' answers weigh without heads.
    Opening each of the browser's six connections costs 400 ms too, which HTTP/2 would save.
    """
    dataset, found = plain_dataset("first"), []
    with browsers() as playwright, Server(dataset) as server, \
            Line(server.address, RATE, DELAY) as line:
        for _ in range(2 if asked.quick else 5):
            line.forget()
            with new_phone(playwright, line) as phone, at_a_sixth(phone):
                found.append(visit(phone, line))
    total, scripts, requests, first, ready = map(median, zip(*found))
    return [
        Row(NAME, "bytes on the line", total / 1000, "kB", most=62),
        Row(NAME, "of these JS", scripts / 1000, "kB", most=30),
        Row(NAME, "requests", int(requests), "", most=26),
        Row(NAME, "first paint", first / 1000, "s", most=1.5),
        Row(NAME, "worker ready", ready / 1000, "s", most=3.5),
    ]


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
