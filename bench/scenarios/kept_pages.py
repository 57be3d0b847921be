"""Kept pages and saving on a slow phone without network."""

from statistics import median

from ..browser import (
    ASKED,
    REST,
    at_a_sixth,
    browsers,
    households,
    members_phone,
    middle,
    paint,
    paint_at_once,
)
from ..history import dataset_with
from ..line import Line
from ..server import Server
from ..table import Row, slowest

PAGE, SAVE, SEARCH = "kept page, no network", "save → painted", "search among 1,500"
EMPTY = "/empty-page"
KEEP_EMPTY = "async ([user, from, url]) => {" + ASKED + """
  const db = await asked(indexedDB.open(`pages-${user}`));
  const store = () => db.transaction("pages", "readwrite").objectStore("pages");
  const page = await asked(store().get(from));
  const html = page.body.map((part) => new TextDecoder().decode(part)).join("");
  const bare = html.replace(/<body[^]*<\\/body>/, "<body data-user='" + user +
    "'><main><h1>Nhà</h1></main></body>");
  await asked(store().put({ ...page, url, body: [new TextEncoder().encode(bare)] }));
  db.close();
}"""
LISTEN_TO_SAVES = """() => {
  window.saving = new Promise((resolve, reject) => {
    let pressed;
    setTimeout(reject, 60000, new Error("not saved"));
    const toast = document.querySelector("[data-saved]");
    addEventListener("click", (event) => {
      toast.hidden = true;
      pressed = event.timeStamp;
    }, true);
    new MutationObserver(async () => {
      if (pressed && !toast.hidden) resolve((await untilPaint()) - pressed);
    }).observe(toast, { attributes: true });
  });
}"""
LISTEN_TO_KEYS = """() => {
  window.strokes = [];
  document.addEventListener("input", async ({ timeStamp }) => {
    strokes.push((await untilPaint()) - timeStamp);
  });
}"""
WORDS = ("nguyen van", "dieu bre", "h lan", "tran thi mai", "cum 12")
LISTEN_TO_WORDS = """() => {
  const toast = document.querySelector("[data-saved]");
  document.querySelector("h1").addEventListener("click", ({ timeStamp }) => {
    toast.hidden = false;
    window.word = untilPaint().then((painted) => painted - timeStamp);
  });
}"""


def measure(asked):
    """Open kept pages, save and search with the line cut and the processor at a sixth.

    The member's village has 1,500 households. Paint is the last largest-contentful-paint of the
    page, from the start of its navigation; "empty" is a kept page with the same head and one
    word, opened in turn with the households. Saving is one tap on “Vắng nhà” of a page that has
    come to rest, from the tap to the frame after “Đã lưu trên máy” is shown; a tap on the title
    shows the same word and saves nothing. A keystroke runs to the frame after its input event.
    """
    dataset = dataset_with(4000, "kept")
    times = 4 if asked.quick else 10
    with browsers() as playwright, Server(dataset) as server, Line(server.address) as line, \
            members_phone(playwright, line, "v1500.1") as phone:
        urls = households(phone, 4 * times)
        phone.page.evaluate(KEEP_EMPTY, [phone.user, urls[0], EMPTY])
        line.cut()
        with at_a_sixth(phone):
            yield from page_rows(phone, urls, times)
            yield from search_rows(search(phone))
            saves = [save(phone, url) for url in urls[2 * times:3 * times]]
            words = [word(phone, url) for url in urls[3 * times:]]
    yield Row(SAVE, "“Đã lưu trên máy”", middle(saves), "ms", most=60)
    yield Row(SAVE, "the slowest", float(max(saves)), "ms", most=150)
    yield Row(SAVE, "the same word, nothing saved", middle(words), "ms")


def page_rows(phone, urls, times):
    """Yield the rows of opening pages."""
    pages = [(paint(phone, url), paint(phone, EMPTY)) for url in urls[:times]]
    household, empty = zip(*pages)
    yield Row(PAGE, "a household", middle(household), "ms", most=300)
    yield Row(PAGE, "a household ÷ an empty page", median(one / other for one, other in pages), "",
              most=1.75, note=f"empty {middle(empty):.0f} ms")
    lists = [paint(phone, "/households") for _ in range(times)]
    yield Row(PAGE, "the list of 1,500", middle(lists), "ms", most=400)
    cold = [stopped(phone, url) for url in urls[times:2 * times]]
    yield Row(PAGE, "a household, worker stopped", middle(cold), "ms", most=450)


def search_rows(strokes):
    """Return the rows of searching."""
    return [Row(SEARCH, "keystroke to paint", middle(strokes), "ms", most=40,
                note=f"{len(strokes)} keystrokes"),
            Row(SEARCH, "of ten, nine within", slowest(strokes, 0.9), "ms", most=80)]


def stopped(phone, url):
    """Return the paint of a page that no worker was running for when it was asked for.

    The page before may still have had something to tell it: then it is stopped once more.
    """
    session, running = phone.context.new_cdp_session(phone.page), {}

    def note(said):
        running.update((one["versionId"], one["runningStatus"]) for one in said["versions"])

    session.on("ServiceWorker.workerVersionUpdated", note)
    session.send("ServiceWorker.enable")
    for _ in range(5):
        session.send("ServiceWorker.stopAllWorkers")
        phone.page.wait_for_timeout(REST)
        if set(running.values()) == {"stopped"}:
            break
    session.detach()
    if set(running.values()) != {"stopped"}:
        raise RuntimeError(f"the worker did not stay stopped: {running}")
    return paint_at_once(phone, url)


def save(phone, url):
    """Return the milliseconds from one tap to the painted word that it is saved."""
    phone.page.goto(phone.line.url + url)
    phone.page.wait_for_timeout(REST)
    phone.page.evaluate(LISTEN_TO_SAVES)
    phone.page.click("#absent button")
    return phone.page.evaluate("saving")


def word(phone, url):
    """Return the milliseconds from one tap to the painted word alone: no save can be sooner."""
    phone.page.goto(phone.line.url + url)
    phone.page.wait_for_timeout(REST)
    phone.page.evaluate(LISTEN_TO_WORDS)
    phone.page.click("h1")
    return phone.page.evaluate("word")


def search(phone):
    """Return the milliseconds of each keystroke of some searches."""
    phone.page.goto(phone.line.url + "/households")
    phone.page.wait_for_timeout(REST)
    phone.page.evaluate(LISTEN_TO_KEYS)
    box = phone.page.locator("input[data-filter]")
    for word in WORDS:
        box.press("Control+a")
        box.press_sequentially(word, delay=300)
    phone.page.wait_for_timeout(500)
    return phone.page.evaluate("strokes")
