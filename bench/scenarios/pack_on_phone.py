"""The pack as a slow phone takes it in."""

from statistics import median

from ..browser import ASKED, at_a_sixth, browsers, houses, members_phone
from ..history import book_with
from ..line import Line
from ..server import Server
from ..table import Row
from .kept_pages import save

RATE, DELAY = 50_000, 0.4
GOALS = {"v300": (300, 4), "v1500": (1500, 13)}
FORGET = "async (user) => {" + ASKED + """
  const db = await asked(indexedDB.open(`pages-${user}`));
  const store = () => db.transaction("meta", "readwrite").objectStore("meta");
  const { cursor, ...meta } = await asked(store().get("pack"));
  await asked(store().put(meta, "pack"));
  db.close();
}"""
TAKE = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ type: "longtask" });
  const started = performance.now();
  window.taking = new Promise((resolve, reject) => {
    setTimeout(reject, 120000, new Error("no pack"));
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data.did === "refreshed" && data.changed) resolve(performance.now() - started);
    });
  });
  navigator.serviceWorker.controller.postMessage({ do: "refresh", now: true });
}"""


def measure(asked):
    """Let a member's phone fetch its whole pack anew: 50 kB/s, 400 ms, processor at a sixth.

    From asking the worker to its word that all is stored. Blocked is the longest task of the page
    that is open meanwhile. Saving meanwhile is measured in the village of 1,500, on the way.
    """
    book = book_with(4000, "phone")
    with browsers() as playwright, Server(book) as server:
        for village, (size, most) in GOALS.items():
            with Line(server.address) as line, \
                    members_phone(playwright, line, f"{village}.1") as phone:
                line.shape(RATE, DELAY)
                with at_a_sixth(phone):
                    found = [take(phone) for _ in range(2 if asked.quick else 3)]
                    saves = save_meanwhile(phone) if village == "v1500" else None
            seconds, blocked = map(median, zip(*found))
            name = f"pack of {size:,} on the phone"
            yield Row(name, "until all is stored", seconds / 1000, "s", most=most)
            yield Row(name, "page blocked meanwhile", float(blocked), "ms", most=100)
    yield Row("save → painted", "while a pack comes in", float(median(saves)), "ms", most=120)


def take(phone):
    """Return the milliseconds a whole pack takes, and the longest task of the open page."""
    phone.page.goto(phone.line.url + "/outbox#busy")
    phone.page.wait_for_timeout(500)
    phone.page.evaluate(FORGET, phone.user)
    phone.page.evaluate(TAKE)
    return phone.page.evaluate("taking"), phone.page.evaluate("longest")


def save_meanwhile(phone):
    """Return the milliseconds of saves made while a whole pack comes in."""
    urls = houses(phone, 8)
    phone.page.goto(phone.line.url + "/outbox#busy")
    phone.page.evaluate(FORGET, phone.user)
    phone.page.evaluate(TAKE)
    return [save(phone, url) for url in urls[:6]]
