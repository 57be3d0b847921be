"""Take the pictures of README and start.md: the demo commune, and a new one on its first day.

Run by `make pictures`: fills databases of its own, serves them, writes PNG files beside this one.
"""

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser import chrome  # noqa: E402
from tests.browser.server import Server  # noqa: E402
from tests.browser.test_monday import PEOPLE, VILLAGES, links_of  # noqa: E402

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 1.5}
LAPTOP = {"viewport": {"width": 1280, "height": 1000}}


def main():
    """Serve the demo and a new commune, sign in and take each picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome.find(), args=chrome.ARGUMENTS)
        with serving() as server:
            people = {person["username"]: person
                      for person in json.loads(run(server, "demo", "--json"))}
            member(enter(browser, server, people["v02.01"], **PHONE))
            chair(enter(browser, server, people["loc-may.chu-tich"], **LAPTOP))
        with serving() as server:
            monday(browser, server)


@contextmanager
def serving():
    """Serve a new database that has the catalogues."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"sqlite:///{folder}/new.db", folder, Path(folder) / "server.log")
        server.environment |= {"APP_ENV": "development",
                               "SITE_URL": f"http://127.0.0.1:{server.port}"}
        server.release()
        try:
            yield server.start()
        finally:
            server.stop()


def run(server, *words):
    """Run a command of the program; return what it prints."""
    return subprocess.run(["flask", "--app", "app", *words], cwd=ROOT, env=server.environment,
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def opened(browser, server, **screen):
    """Return a new page on the server."""
    return browser.new_context(base_url=f"http://127.0.0.1:{server.port}", locale="vi-VN",
                               timezone_id="Asia/Ho_Chi_Minh", **screen).new_page()


def enter(browser, server, person, **screen):
    """Return a page of somebody who has signed in."""
    page = opened(browser, server, **screen)
    page.goto("/sign-in")
    page.fill("[name=username]", person["username"])
    page.fill("[name=secret]", person["secret"])
    page.press("[name=secret]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url and "/arrival" not in url)
    return page


def take(page, name):
    """Write one picture, once the page is still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.screenshot(path=HERE / f"{name}.png")


def member(page):
    """A volunteer's day: the day page, the list, a house, its form, the outbox without signal."""
    for _ in range(60):
        page.goto("/")
        if page.locator("html[data-packed]").count():  # this phone's own copy, pack and all
            break
        page.wait_for_timeout(500)
    take(page, "today")
    page.goto("/households")
    page.fill("input[type=search]", "dieu bre")
    take(page, "village")
    page.goto(page.locator("a[href^='/households/']:visible").first.get_attribute("href"))
    take(page, "house")
    page.goto(f"{page.url}#record")
    take(page, "visit")
    page.context.set_offline(True)
    for number in range(2):
        page.goto("/")
        page.locator(".list .row a:visible").nth(number + 1).click()
        page.click("#absent button")
        page.wait_for_selector("[data-saved]:visible")
    page.goto("/outbox")
    take(page, "outbox")


def chair(page):
    """A chair's week: the board, a figure's rows, a round."""
    page.goto("/tallies?period=month")  # a week may have just begun
    take(page, "board")
    page.goto("/rounds")
    page.goto(page.locator("main a[href^='/rounds/']:not([href$=new])").first.get_attribute("href"))
    take(page, "round")


def monday(browser, server):
    """A commune's first day: its checklist, villages and people as pasted, cards, a phone."""
    page = opened(browser, server, **LAPTOP)
    page.goto(links_of(run(
        server, "commune", "create", "--province-code", "98", "--province", "Tỉnh Thử", "--code",
        "98001", "--name", "xã Mới", "--chair", "Trần Thị Mẫu"))[0])
    for name in ("new_secret", "repeated"):
        page.fill(f"[name={name}]", "mot-mat-khau-rat-dai")
    page.click("main form button")
    page.wait_for_selector("#checklist")
    take(page, "start-checklist")
    page.goto("/villages/paste")
    page.fill("textarea", VILLAGES)
    page.click(".action button.solid")
    take(page, "start-villages")
    page.click(".action button.solid")
    page.wait_for_url("**/villages")
    page.goto("/people/lists/new")
    page.fill("textarea", PEOPLE)
    page.click(".action button.solid")
    take(page, "start-people")
    page.click(".action button.solid")
    page.wait_for_url("**/people?added=*")
    page.goto("/people?of=never-in")
    page.click(".marking .button")
    page.wait_for_selector(".paper")
    take(page, "start-cards")
    page.goto("/people")
    page.click("main table >> text=Lê Thị Mận")
    page.click("text=Cấp thẻ mới")
    page.click("form[action$='/cards'] button")
    page.wait_for_selector(".paper .qr")
    phone = opened(browser, server, **PHONE)
    phone.goto(links_of(page.content())[0])
    phone.wait_for_selector("[name=new_secret]")
    take(phone, "start-phone")


if __name__ == "__main__":
    main()
