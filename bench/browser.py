"""A real Chromium as a member's phone, its paints timed from inside its pages."""

import sys
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import sync_playwright

from tests.browser import chrome
from tests.browser.phone import Phone, processes_with

from .dataset import PIN, scratch
from .slow import slowed

PATIENCE = 120_000  # milliseconds a page may take, slowed and on a busy machine
REST = 1500  # milliseconds a page is left alone before something is done on it
PAINTS = """
  window.painted = { content: [] };
  new PerformanceObserver((list) => {
    for (const { element, startTime } of list.getEntries()) {
      if (!element?.closest(".notices")) window.painted.content.push(startTime);
    }
  }).observe({ type: "largest-contentful-paint", buffered: true });
  window.untilPaint = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(0);
  }));
"""
ASKED = """
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
"""
LAST_PAINT = """async () => {
  const quiet = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let seen = -1; seen !== painted.content.length || !seen; await quiet(250)) {
    seen = painted.content.length;
    if (performance.now() > 30000) throw new Error("nothing was painted");
  }
  return Math.max(...painted.content);
}"""


@contextmanager
def browsers():
    """Give Playwright; RuntimeError without a Chromium."""
    if chrome.find() is None:
        raise RuntimeError("no Chromium: run sh tests/browser/install.sh")
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def new_phone(playwright, line, arguments=()):
    """Give a new phone on a line, an empty tab open."""
    phone = Phone(playwright, scratch("phone"), line, init_script=PAINTS, arguments=arguments)
    phone.start()
    phone.context.set_default_timeout(PATIENCE)
    try:
        yield phone
    except Exception:
        print(phone.story(), file=sys.stderr)
        raise
    finally:
        phone.close()


@contextmanager
def members_phone(playwright, line, username):
    """Give a phone in which this member is signed in and has the pack."""
    with new_phone(playwright, line) as phone:
        phone.sign_in(username, PIN)
        phone.user = phone.page.evaluate("document.body.dataset.user")
        phone.until(lambda: cursor(phone) is not None, "the pack is not kept", 120)
        phone.page.wait_for_function("() => navigator.serviceWorker.controller")
        yield phone


def cursor(phone):
    """Return the cursor of the pack this phone keeps, or None."""
    return phone.page.evaluate("async (user) => {" + ASKED + """
      const name = `pages-${user}`;
      if (!(await indexedDB.databases()).some((one) => one.name === name)) return null;
      const db = await asked(indexedDB.open(name));
      const meta = await asked(db.transaction("meta").objectStore("meta").get("pack"));
      db.close();
      return meta?.cursor ?? null;
    }""", phone.user)


@contextmanager
def at_a_sixth(phone):
    """Let the phone's processor be six times as slow for the time of a `with`."""
    with slowed(browser_of(phone)):
        yield


def browser_of(phone):
    """Return the id of the browser's main process."""
    return min(processes_with(f"--user-data-dir={phone.folder}"))


def paint(phone, path):
    """Open a page and return the milliseconds until the last of its content was painted.

    The notices on installing and on a missing network are painted later and not counted. The page
    before is left to rest first: its remaining work would count against this one.
    """
    phone.page.wait_for_timeout(REST)
    return paint_at_once(phone, path)


def paint_at_once(phone, path):
    """Return the same for a page opened at once."""
    phone.page.goto(phone.line.url + path, wait_until="commit")
    return phone.page.evaluate(LAST_PAINT)


def households(phone, count):
    """Return the paths of so many kept households, spread over the village."""
    urls = phone.page.evaluate("async (user) => {" + ASKED + """
      const db = await asked(indexedDB.open(`pages-${user}`));
      const keys = await asked(db.transaction("pages").objectStore("pages").getAllKeys());
      db.close();
      return keys.filter((url) => url.startsWith("/households/"));
    }""", phone.user)
    step = max(1, len(urls) // count)
    return urls[::step][:count]


def middle(values):
    """Return the median of times in milliseconds."""
    return float(median(values))
