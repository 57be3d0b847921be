"""The app can be installed on the home screen."""

import pytest

from ..cast import PIN

PUT_OFF = """() => new Promise((resolve) => {
  const asked = indexedDB.open("tungnha");
  asked.onsuccess = () => {
    const known = asked.result.transaction("state").objectStore("state").get("install_put_off");
    known.onsuccess = () => { asked.result.close(); resolve(known.result > 0); };
  };
})"""


def test_manifest_icons_and_worker_make_the_app_installable(lans_phone, line):
    asked = lans_phone.context.new_cdp_session(lans_phone.page)
    manifest = asked.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"].endswith("/manifest.webmanifest")
    assert asked.send("Page.getInstallabilityErrors")["installabilityErrors"] == []

    # control: a page without a manifest is reported as not installable
    lans_phone.page.goto(f"{line.url}/healthz")
    found = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found] == ["no-manifest"]


def test_day_page_offers_the_home_screen_and_sign_in_pages_do_not(lans_phone, register):
    phone, page = lans_phone, lans_phone.page
    for path, is_offered in (("/", True), (f"/households/{register.house(1)}", False)):
        phone.go(path)
        page.wait_for_selector("html[data-net=ok]", state="attached")
        page.evaluate("dispatchEvent(new Event('beforeinstallprompt'))")
        page.wait_for_selector("html[data-install]", state="attached")
        assert page.is_visible('[data-do="install"]') == is_offered, path


def test_offer_is_put_off_for_a_month(lans_phone):
    phone, page = lans_phone, lans_phone.page

    def offered():
        phone.go("/")
        page.wait_for_selector("html[data-net=ok]", state="attached")
        page.evaluate("dispatchEvent(new Event('beforeinstallprompt', { cancelable: true }))")
        page.wait_for_selector("html[data-counted]", state="attached")
        return page.evaluate(PUT_OFF), page.is_visible('[data-do="install"]')

    phone.go("/")
    page.evaluate("dispatchEvent(new Event('beforeinstallprompt'))")
    page.click('[data-do="install-later"]:visible')
    page.wait_for_selector('[data-do="install"]', state="hidden")
    phone.until(lambda: offered() == (True, False), "it is not put off")


@pytest.mark.parametrize("place", ["safari", "app"])
def test_iphone_is_told_how_to_install_and_where_visits_may_wait(take_phone, register, place):
    is_app = "true" if place == "app" else "false"
    phone = take_phone(init_script=f"Navigator.prototype.standalone = {is_app};")
    phone.sign_in("lan", PIN).until_ready(register.user("lan"))
    hint = f'[data-when="apple-{place}"]'
    phone.page.wait_for_selector(hint, state="visible")
    assert phone.page.locator('[data-when^="apple-"]:visible').count() == 1
    phone.page.click(f'{hint} [data-do="install-later"]')
    phone.page.wait_for_selector(hint, state="hidden")


def test_phone_says_how_many_houses_it_opens_without_signal(take_phone, register):
    phone = take_phone()
    phone.sign_in("lan", PIN)
    said = "text=Dùng được khi không có sóng: 25 nhà"
    phone.page.wait_for_selector(said, state="visible")  # once the pack is there
    phone.until_ready(register.user("lan"))
    phone.context.set_offline(True)
    for path in ("/", "/me"):
        phone.go(path)
        phone.page.wait_for_selector(said, state="visible")
