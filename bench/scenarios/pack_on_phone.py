"""The pack as a slow phone stores it."""

from functools import partial
from statistics import median

from playwright.sync_api import Error

from ..browser import ASKED, REST, at_a_sixth, browsers, cursor, households, members_phone
from ..history import dataset_with
from ..line import Line
from ..phone import Phone, Rounds
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

ASK_AGAIN = """() => new Promise((resolve, reject) => {
  setTimeout(reject, 30000, new Error("no answer"));
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.did === "refreshed") resolve(data.changed);
  });
  navigator.serviceWorker.controller.postMessage({ do: "refresh", now: true });
})"""


def measure(asked):
    """Let a member's phone fetch its whole pack again: 50 kB/s, 400 ms, processor at a sixth.

    From asking the worker to its word that all is stored. Blocked is the longest task of the page
    that is open meanwhile. Saving meanwhile is measured in the village of 1,500; only a save after
    which the pack was still coming in counts, three at least. Requests are all that go over the
    line when a phone at full speed asks again; once nothing changed, once a household did.
    """
    dataset = dataset_with(4000, "phone")
    with dataset.open():
        [batch] = Rounds("v300.2").batches(1, 1)
    other = dataset.cookie("v300.2")
    with browsers() as playwright, Server(dataset) as server:
        for village, (size, most) in GOALS.items():
            with Line(server.address) as line, \
                    members_phone(playwright, line, f"{village}.1") as phone:
                if village == "v300":
                    yield from again(phone, partial(Phone(server.address, other).sync, batch))
                line.shape(RATE, DELAY)
                with at_a_sixth(phone):
                    found = [take(phone) for _ in range(2 if asked.quick else 3)]
                    saves = save_meanwhile(phone) if village == "v1500" else None
            seconds, blocked = map(median, zip(*found))
            name = f"pack of {size:,} on the phone"
            yield Row(name, "until all is stored", seconds / 1000, "s", most=most)
            yield Row(name, "page blocked meanwhile", float(blocked), "ms", most=100)
    yield Row("save → painted", "while a pack comes in", float(median(saves)), "ms", most=120,
              note=f"{len(saves)} saves")


def take(phone):
    """Return the milliseconds a whole pack takes, and the longest task of the open page."""
    phone.page.goto(phone.line.url + "/outbox#busy")
    phone.page.wait_for_timeout(500)
    phone.page.evaluate(FORGET, phone.user)
    phone.page.evaluate(TAKE)
    return phone.page.evaluate("taking"), phone.page.evaluate("longest")


def save_meanwhile(phone):
    """Return the milliseconds of saves after which a whole pack was still coming in."""
    urls, saves = households(phone, 16), []
    phone.page.goto(phone.line.url + "/outbox#busy")
    phone.page.wait_for_timeout(REST)
    phone.page.evaluate(FORGET, phone.user)
    phone.line.forget()
    phone.page.evaluate(TAKE)
    for url in urls:
        took = save_or_none(phone, url)
        if cursor(phone) is not None:
            break  # this one may have come after the pack
        saves.append(took)
    asked = [one for one in phone.line.requests if one.path.startswith("/pack")]
    if len(saves) < 3 or None in saves or not asked or "since" in asked[0].path:
        raise RuntimeError(f"{len(saves)} saves while a pack came in: {asked}")
    return saves


def save_or_none(phone, url):
    """Return the milliseconds of a save, or None once the pack is complete and the page reloads."""
    try:
        return save(phone, url)
    except Error:
        return None


def again(phone, visit):
    """Yield the rows of a phone that asks again: nothing happened since, then a visit did."""
    for what, deed in (("nothing", lambda: None), ("one household", visit)):
        phone.page.goto(phone.line.url + "/outbox")
        phone.page.wait_for_timeout(2 * REST)
        deed()
        phone.line.forget()
        pages = phone.page.evaluate(ASK_AGAIN)
        phone.page.wait_for_timeout(REST)
        yield Row("pack again", f"{what} changed, requests of a phone", len(phone.line.requests),
                  "", most=1, note=f"{pages} pages came")
