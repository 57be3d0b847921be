"""Take the README's pictures: the main screens of the demo commune, on a phone and a laptop.

Run by `make pictures`: fills a database of its own, serves it, writes PNG files beside this one.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser import chrome  # noqa: E402
from tests.browser.server import Server  # noqa: E402

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 1.5}
LAPTOP = {"viewport": {"width": 1280, "height": 1000}}


def main():
    """Fill, serve, sign in as two people and take each picture."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"sqlite:///{folder}/demo.db", folder, Path(folder) / "server.log")
        server.environment["APP_ENV"] = "development"
        people = fill(server)
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chrome.find(),
                                                     args=chrome.ARGUMENTS)
                member(enter(browser, server, people["v02.01"], **PHONE))
                chair(enter(browser, server, people["loc-may.chu-tich"], **LAPTOP))
        finally:
            server.stop()


def fill(server):
    """Make and fill the database; return {username: person}."""
    def run(*command):
        done = subprocess.run(command, cwd=ROOT, env=server.environment, check=True,
                              stdout=subprocess.PIPE)
        return done.stdout
    run("pwmigrate", "up")
    run("flask", "--app", "app", "catalog")
    people = json.loads(run("flask", "--app", "app", "demo", "--json"))
    return {person["username"]: person for person in people}


def enter(browser, server, person, **screen):
    """Return a page of somebody who has signed in."""
    page = browser.new_context(base_url=f"http://127.0.0.1:{server.port}", locale="vi-VN",
                               timezone_id="Asia/Ho_Chi_Minh", **screen).new_page()
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


if __name__ == "__main__":
    main()
