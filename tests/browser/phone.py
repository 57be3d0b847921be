"""A volunteer's phone: a Chromium with its own profile that can be killed and restarted."""

import os
import re
import signal
import subprocess
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote_plus

from playwright.sync_api import Error, TimeoutError

from teamapp import clock

from . import chrome, waiting

SCREEN = {"width": 360, "height": 740}
LAPTOP = {"width": 1366, "height": 768}
PATIENCE = waiting.PATIENCE * 1000  # milliseconds a page or a condition may take on a busy machine
SIGN_IN_PAGE = re.compile(r"/sign-in\b")  # also with the address to return to
KEEPS_BACK_PAGES = ["--disable-back-forward-cache"]  # an argument Playwright would add

WRITTEN = """async ({ store, states }) => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const known = (await indexedDB.databases()).map((database) => database.name);
  if (!known.includes("tungnha")) return [];
  const db = await asked(indexedDB.open("tungnha"));
  try {
    const all = await asked(db.transaction(store).objectStore(store).getAll());
    return states.length ? all.filter((one) => states.includes(one.state)) : all;
  } finally {
    db.close();
  }
}"""
KEPT_PAGES = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const opened = (name) => new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort(); // deleted meanwhile
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  const decoder = new TextDecoder();
  const text = (part) => part instanceof Uint8Array ? decoder.decode(part) : "";
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("pages-")) continue;
    const db = await opened(name);
    if (!db) continue;
    try {
      const tx = db.transaction(["pages", "meta"]);
      const [pages, meta] = await Promise.all([
        asked(tx.objectStore("pages").getAll()), asked(tx.objectStore("meta").get("pack")),
      ]);
      found[name.slice(6)] = {
        cursor: meta?.cursor ?? null,
        pages: Object.fromEntries(pages.map(({ url, head, body = [] }) =>
          [url, text(head) + body.map(text).join("")])),
      };
    } finally {
      db.close();
    }
  }
  return found;
}"""
EVERYTHING_STORED = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const decoder = new TextDecoder();
  const words = (value) => value instanceof Uint8Array ? decoder.decode(value)
    : Array.isArray(value) ? value.map(words).join(" ")
    : value && typeof value === "object" ? Object.entries(value).flat().map(words).join(" ")
    : String(value);
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const all = await asked(db.transaction(store).objectStore(store).getAll());
      found[`${name}/${store}`] = words(all);
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found[`${name} ${request.url}`] = await (await cache.match(request)).text();
    }
  }
  found.sessionStorage = JSON.stringify(sessionStorage);
  found.localStorage = JSON.stringify(localStorage);
  return found;
}"""

KEEP_TYPING = """async () => {
  const app = document.querySelector('script[type="module"]').src;
  const { draft } = await import(new URL("outbox.js", app));
  dispatchEvent(new Event("pagehide"));
  await draft(""); // behind what the page writes now
}"""
HEAR_OF_PACK = """
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    window.heardOfPack ||= data.did === "refreshed";
  });
"""
HAS_HEARD_OF_PACK = "() => window.heardOfPack"


class Phone:
    """One phone on one line; its storage survives `kill` and `close`."""

    def __init__(self, playwright, folder, line, init_script=None, zone="Asia/Ho_Chi_Minh",
                 arguments=()):
        self.playwright, self.folder, self.line = playwright, Path(folder), line
        self.init_script, self.zone = init_script, zone
        self.arguments = [*chrome.ARGUMENTS, *arguments]
        self.context = self.page = None
        self.complaints = []

    # --- the device ---

    def start(self):
        """Start the browser with an empty tab."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=chrome.find(), args=self.arguments,
            ignore_default_args=KEEPS_BACK_PAGES, viewport=SCREEN, has_touch=True,
            locale="vi-VN", timezone_id=self.zone, timeout=PATIENCE)
        self.context.set_default_timeout(PATIENCE)
        if self.init_script:
            self.context.add_init_script(self.init_script)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = self.context.pages[0]
        return self

    def close(self):
        """Close the browser properly: cookies are on the disk afterwards."""
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self):
        """Kill the browser (-9), as a phone does that runs out of memory."""
        assert self.processes(), "the browser's processes are not to be found"
        self.end()

    def end(self):
        """End every process of this phone, in any state."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        waiting.until(lambda: not self.processes(), "the browser outlives kill -9")
        self.context = None

    def processes(self):
        """Return the ids of this phone's processes."""
        return processes_with(f"--user-data-dir={self.folder}")

    # --- actions of its holder ---

    def go(self, path, page=None):
        """Open a page of the app; retry if the current page navigates at that moment."""
        page, url = page or self.page, self.line.url + path
        for tries_left in range(5, -1, -1):
            try:
                return page.goto(url, wait_until="load")
            except Error as error:
                leaves = "ERR_ABORTED", "interrupted by another"
                if not tries_left or not any(sign in error.message for sign in leaves):
                    raise
                page.wait_for_load_state()
        return None

    def sign_in(self, username, secret, next="/"):
        """Sign in by name and secret, and return on the day's page."""
        self.go("/sign-in?other=1")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=secret]", secret)
        self.page.click("main form button")
        self.page.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
        return self

    def until_ready(self, user):
        """Wait until the pack of this person is stored, and show its day's page."""
        self.until(lambda: self.pages_of(user).get("cursor") is not None, "the pack is not stored")
        self.page.wait_for_function("() => navigator.serviceWorker.controller")
        self.go("/")
        self.page.wait_for_selector("html[data-packed]", state="attached")
        return self

    def sign_out(self):
        """Press “Đăng xuất”, and wait for a page without a signed-in person."""
        self.go("/me")
        self.page.click("summary:has(~ [data-do=sign-out])")
        self.page.click('[data-do="sign-out"]')
        self.page.wait_for_function(
            "() => !document.body.dataset.user", timeout=PATIENCE)

    def absent(self, house, page=None):
        """Record nobody at home: one tap."""
        page = page or self.page
        self.go(f"/households/{house}", page)
        page.click("#absent button")
        self.until_saved(page)

    def open_sheet(self, house, sheet):
        """Open a house's “Gặp được” (record) or “Khác” (other)."""
        self.go(f"/households/{house}")
        self.page.click(f'.action a[href="#{sheet}"]')
        self.page.wait_for_selector(f"#{sheet} .folds", state="visible")

    def choose(self, name, value):
        """Tap one of the visible answers to a question."""
        self.page.click(f'label:has([name="{name}"][value="{value}"]):visible')

    def unfold(self, title):
        """Open a folded part of the form."""
        self.page.click(f'section:target summary:text-is("{title}")')

    def help(self, person=0, state="helped", consent="yes", mode="together", obstacle=None):
        """Fill in the next account of a person of the house."""
        name = f"people-{person}-steps-0"
        self.choose(f"{name}-state", state)
        if obstacle:
            self.choose(f"{name}-obstacle", obstacle)
        if consent:
            self.choose(f"people-{person}-consent", consent)
        if state == "helped" and mode:
            self.choose("mode", mode)

    def save(self):
        """Press “Lưu vào máy”, and wait until the phone confirms it."""
        self.page.click("section:target .action button")
        question = "section:target [data-ask]:not([hidden])"
        self.page.wait_for_selector(f".toast[data-saved]:not([hidden]), {question}")
        if self.page.is_visible(question):
            self.page.click(f"{question} button")
        self.until_saved()

    def met(self, house, **work):
        """Record a met visit that helps the first resident with the next account."""
        self.open_sheet(house, "record")
        self.help(**work)
        self.save()

    def other(self, house, outcome, **more):
        """Record another outcome; `return_on` for later, `reason` for unreached."""
        self.open_sheet(house, "other")
        self.choose("outcome", outcome)
        for name, value in more.items():
            self.page.fill(f'section:target [name="{name}"]:visible', value)
        self.save()

    def too_late(self, house):
        """Record an appointment that the commune rejects."""
        self.open_sheet(house, "other")
        self.choose("outcome", "later")
        self.appoint_too_late()
        self.save()

    def appoint_too_late(self):
        """Fill in an appointment in three years, in a form from before phones had that rule."""
        self.page.eval_on_selector_all("[data-after-days]", """(fields) =>
          fields.forEach((one) => delete one.dataset.afterDays)""")
        day = clock.today() + timedelta(days=3 * 365)
        self.page.fill('section:target [name="return_on"]:visible', day.isoformat())

    def until_drafted(self, words):
        """Wait until a typed draft with these words is stored."""
        self.until(lambda: any(quote_plus(words) in draft["body"] for draft in self.ask(
            WRITTEN, {"store": "typed_drafts", "states": []})), "no draft is stored")

    def until_typing_is_stored(self):
        """Store the typed text as a draft now, if the form has any."""
        self.page.evaluate(KEEP_TYPING)

    def until_saved(self, page=None):
        """Wait for “Đã lưu trên máy”."""
        (page or self.page).wait_for_selector(".toast[data-saved]:not([hidden])")

    def send_now(self):
        """Press “Gửi ngay” on the outbox page; the entries may be sent automatically first."""
        self.go("/outbox")
        button = self.page.locator('[data-do="send-now"]')
        self.until(lambda: button.is_visible() or not self.unsent(),
                   "there is nothing to press")
        try:
            button.click(timeout=10_000)
        except TimeoutError:
            assert not button.is_visible(), "it cannot be pressed"

    def until(self, condition, complaint, seconds=waiting.PATIENCE):
        """Wait for a condition evaluated outside the page."""
        waiting.until(condition, complaint, seconds)

    def until_accepted(self, count, seconds=waiting.PATIENCE):
        """Wait until the commune has accepted `count` entries of this phone."""
        self.until(lambda: len(self.outbox("accepted")) == count, f"not {count} accepted", seconds)

    # --- its contents ---

    def ask(self, script, argument=None):
        """Return the result of a script; retry if the page navigates meanwhile.

        A page in the back-forward cache is frozen and never answers: each call has a time limit.
        """
        for tries_left in range(5, -1, -1):
            try:
                found = self.page.wait_for_function(
                    f"async (given) => ({{ value: await ({script})(given) }})", arg=argument,
                    timeout=10_000)
                return found.json_value().get("value")
            except Error as error:
                if not tries_left or not isinstance(error, TimeoutError) \
                        and "context was destroyed" not in error.message:
                    raise
                self.page.wait_for_load_state()
        return None

    def outbox(self, *states):
        """Return the entries on this phone, in the order they were recorded."""
        entries = self.ask(WRITTEN, {"store": "outbox", "states": list(states)})
        return sorted(entries, key=lambda entry: entry["recorded_at"])

    def unsent(self):
        """Return the entries that the commune has not answered; one may be in flight."""
        return self.outbox("waiting", "sending")

    def envelopes(self, *states):
        """Return the envelopes on this phone."""
        return self.ask(WRITTEN, {"store": "envelopes", "states": list(states)})

    def kept_pages(self):
        """Return {user id: {cursor, pages: {url: html}}}."""
        return self.ask(KEPT_PAGES)

    def pages_of(self, user):
        """Return the kept pages of a person, or {}."""
        return self.kept_pages().get(str(user.id), {})

    def everything(self):
        """Return {where: text} of all storage that page scripts can read."""
        return self.ask(EVERYTHING_STORED)

    def number(self, name, page=None):
        """Return a number of the bar: waiting, accepted or attention."""
        return int((page or self.page).text_content(f'[data-n="{name}"]') or -1)

    def text(self):
        """Return the visible text."""
        return self.page.inner_text("body")

    def story(self):
        """Return the phone's screen, entries and requests for a failure report."""
        said = [f"complaints: {self.complaints}", f"requests: {self.line.requests[-40:]}"]
        with suppress(Error, AttributeError):
            for page in self.context.pages:
                said.append(f"{page.url}\n{page.locator('html').get_attribute('data-net')}\n"
                            f"{page.inner_text('body', timeout=10_000)[:1500]}")
            said.append("\n".join(map(str, self.outbox())))
        return "\n".join(said)


def processes_with(argument):
    """Return the ids of processes started with this argument."""
    proc = Path("/proc")
    if not (proc / "self/cmdline").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,args="], capture_output=True, text=True,
                                check=True).stdout
        return [int(line.split()[0]) for line in listed.splitlines() if argument in line]
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                said = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if argument.encode() in said.split(b"\0"):
                found.append(int(entry.name))
    return found
