"""The app can be installed on the home screen."""


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
